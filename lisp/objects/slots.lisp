;;; Access to slots, and instances whose class has been redefined.

(in-package :si)

(defun slot-for (instance name)
  "The slot NAME of INSTANCE and the word of its storage; NIL when there is no such slot."
  (let* ((class (class-of instance)) (word (storage-word class)))
    (when (and word (not (eq (%instance-layout instance) (class-layout class))))
      (update-obsolete-instance instance class))
    (values (find-slot class name) word class)))

(defun slot-value (instance name)
  (multiple-value-bind (slot word class) (slot-for instance name)
    (if (null slot)
        (values (slot-missing class instance name 'slot-value))
        (let ((value (slot-word instance slot word)))
          (if (eq value *unbound-slot*)
              (values (slot-unbound class instance name))
              value)))))

(defun %set-slot-value (new instance name)
  (multiple-value-bind (slot word class) (slot-for instance name)
    (if (null slot)
        (progn (slot-missing class instance name 'setf new) new)
        (set-slot-word new instance slot word))))

(defun slot-boundp (instance name)
  (multiple-value-bind (slot word class) (slot-for instance name)
    (if (null slot)
        (if (slot-missing class instance name 'slot-boundp) t nil)
        (not (eq (slot-word instance slot word) *unbound-slot*)))))

(defun slot-makunbound (instance name)
  (multiple-value-bind (slot word class) (slot-for instance name)
    (if (null slot)
        (slot-missing class instance name 'slot-makunbound)
        (set-slot-word *unbound-slot* instance slot word))
    instance))

(defun slot-exists-p (instance name)
  (if (slot-for instance name) t nil))

(defmacro with-slots (entries instance &body body)
  (let ((g (gensym "INSTANCE")))
    `(let ((,g ,instance))
       (declare (ignorable ,g))
       (symbol-macrolet ,(mapcar (lambda (e)
                                   (if (consp e)
                                       `(,(car e) (slot-value ,g ',(cadr e)))
                                       `(,e (slot-value ,g ',e))))
                                 entries)
         ,@body))))

(defmacro with-accessors (entries instance &body body)
  (let ((g (gensym "INSTANCE")))
    `(let ((,g ,instance))
       (declare (ignorable ,g))
       (symbol-macrolet ,(mapcar (lambda (e) `(,(car e) (,(cadr e) ,g))) entries)
         ,@body))))

;;; The layout of an obsolete instance remembers the names of its slots (word 3 of the
;;; layout holds them from the moment the class is redefined: see RETIRE-LAYOUT).

(defun retire-layout (class)
  "Before CLASS is finalized anew: its old layout keeps the old slots."
  (let ((layout (class-layout class)))
    (when layout
      (%instance-set (mapcar (lambda (s) (cons (slot-name s) (slot-location s)))
                             (class-slots class))
                     layout 1))))

(defun update-obsolete-instance (instance class)
  (let* ((old-layout (%instance-layout instance)) (word (storage-word class))
         (old-slots (%instance-ref old-layout 1)) (old (%instance-ref instance word))
         (new (fresh-storage class)) (added nil) (discarded nil) (plist nil))
    (dolist (slot (class-slots class))
      (when (eq (slot-allocation slot) :instance)
        (let ((entry (assoc (slot-name slot) old-slots)))
          (cond ((null entry) (push (slot-name slot) added))
                ((consp (cdr entry)) (setf (svref new (slot-location slot)) (cadr entry)))
                (t (setf (svref new (slot-location slot)) (svref old (cdr entry))))))))
    (dolist (entry old-slots)
      (unless (find-slot class (car entry))
        (push (car entry) discarded)
        (let ((value (if (consp (cdr entry)) (cadr entry) (svref old (cdr entry)))))
          (unless (eq value *unbound-slot*)
            (setq plist (list* (car entry) value plist))))))
    (%instance-set new instance word)
    (%set-instance-layout (class-layout class) instance)
    (update-instance-for-redefined-class instance added discarded plist)))
