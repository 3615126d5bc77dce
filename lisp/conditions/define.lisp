;;; DEFINE-CONDITION and MAKE-CONDITION: condition types are classes, made and read without
;;; generic functions.

(in-package :si)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun slot-option-list (options key)
    "All values that KEY has in the property list OPTIONS."
    (let ((values nil))
      (do ((l options (cddr l))) ((null l) (nreverse values))
        (when (eq (car l) key) (setq values (cons (cadr l) values))))))

  (defun slot-definition-form (spec)
    "A form that makes the slot definition of a slot of DEFCLASS or DEFINE-CONDITION."
    (let* ((name (if (consp spec) (car spec) spec)) (options (if (consp spec) (cdr spec) nil))
           (initform (do ((l options (cddr l))) ((null l) nil)
                       (when (eq (car l) :initform) (return (list (cadr l)))))))
      `(define-slot ',name ',(slot-option-list options :initarg)
                    ',(car initform) ,(if initform `(lambda () ,(car initform)) nil)
                    ',(getf options :allocation :instance) ',(getf options :type t)
                    ',(append (slot-option-list options :reader)
                              (slot-option-list options :accessor))
                    ',(append (slot-option-list options :writer)
                              (mapcar (lambda (a) (list 'setf a))
                                      (slot-option-list options :accessor)))
                    ,(getf options :documentation))))

  (defun default-initarg-forms (list)
    "Forms (initarg form function) of a :default-initargs option."
    (if (null list)
        nil
        (cons `(list ',(car list) ',(cadr list) (lambda () ,(cadr list)))
              (default-initarg-forms (cddr list))))))

(defmacro define-condition (name parents slots &rest options)
  (let ((report (assoc :report options)))
    `(progn
       (%define-condition ',name ',(or parents '(condition))
                          (list ,@(mapcar #'slot-definition-form slots))
                          ,(cond ((null report) nil)
                                 ((stringp (cadr report))
                                  `(lambda (condition stream)
                                     (declare (ignore condition))
                                     (write-string ,(cadr report) stream)))
                                 (t `(function ,(cadr report))))
                          (list ,@(default-initarg-forms
                                   (cdr (assoc :default-initargs options)))))
       ,@(mapcan (lambda (slot)
                   (let ((slot-name (if (consp slot) (car slot) slot))
                         (options (if (consp slot) (cdr slot) nil)))
                     (append
                      (mapcar (lambda (reader)
                                `(defun ,reader (condition)
                                   (condition-slot condition ',slot-name)))
                              (append (slot-option-list options :reader)
                                      (slot-option-list options :accessor)))
                      (mapcar (lambda (writer)
                                `(defun ,writer (new condition)
                                   (set-condition-slot new condition ',slot-name)))
                              (append (slot-option-list options :writer)
                                      (mapcar (lambda (a) (list 'setf a))
                                              (slot-option-list options :accessor)))))))
                 slots)
       ',name)))

(defun define-slot (name initargs initform initfunction allocation type readers writers doc)
  (let ((slot (make-slot-definition name)))
    (setf (slot-initargs slot) initargs
          (slot-initform slot) initform
          (slot-initfunction slot) initfunction
          (slot-allocation slot) allocation
          (slot-type slot) type
          (slot-readers slot) readers
          (slot-writers slot) writers
          (slot-documentation slot) doc)
    slot))

(defun %define-condition (name parents slots reporter default-initargs)
  (let ((class (make-class name)))
    (setf (class-kind class) :condition
          (class-reporter class) reporter
          (class-direct-default-initargs class) default-initargs)
    (add-class class
               (if (eq name 'condition) (list (find-class 't)) (mapcar #'find-class parents))
               slots)
    (finalize-class class)
    name))

;; The root of all classes is needed first.
(let ((class (make-class 't)))
  (setf (class-kind class) :built-in)
  (add-class class nil nil)
  (finalize-class class))

(defun conditionp (x)
  (and (instancep x)
       (let ((c (%instance-ref (%instance-layout x) 5)))
         (and (classp c) (eq (class-kind c) :condition)))))

(defun condition-class (condition)
  (%instance-ref (%instance-layout condition) 5))

(defun condition-slot (condition name)
  (let* ((slot (or (find-slot (condition-class condition) name)
                   (wrong-type-argument condition 'condition)))
         (value (slot-word condition slot)))
    (if (eq value *unbound-slot*)
        (error "The slot ~s of ~s is unbound" name condition)
        value)))

(defun set-condition-slot (new condition name)
  (set-slot-word new condition (find-slot (condition-class condition) name)))

(defun make-condition (type &rest initargs)
  (let ((class (if (symbolp type) (get type 'class) type)))
    (unless (and class (eq (class-kind class) :condition))
      (wrong-type-argument type 'condition-type))
    (let ((condition (allocate-class-instance class)) (initargs initargs))
      (dolist (d (class-default-initargs class))
        (unless (find-key-tail (car d) initargs)
          (setq initargs (append initargs (list (car d) (funcall (caddr d)))))))
      (dolist (slot (class-slots class) condition)
        (do ((l initargs (cddr l)))
            ((null l)
             (when (and (slot-initfunction slot)
                        (eq (slot-word condition slot) *unbound-slot*))
               (set-slot-word (funcall (slot-initfunction slot)) condition slot)))
          (when (%memq (car l) (slot-initargs slot))
            (set-slot-word (cadr l) condition slot)
            (return nil)))))))

(defun report-condition (condition stream)
  "Writes what CONDITION says."
  (dolist (class (class-precedence (condition-class condition))
           (progn (write-string "A condition of type " stream)
                  (prin1 (class-name (condition-class condition)) stream)))
    (when (class-reporter class)
      (funcall (class-reporter class) condition stream)
      (return nil))))
