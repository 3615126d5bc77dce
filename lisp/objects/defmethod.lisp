;;; DEFGENERIC, DEFMETHOD and DEFCLASS.

(in-package :si)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun mentions-p (names form)
    "Does one of NAMES stand anywhere in FORM?"
    (cond ((symbolp form) (if (member form names) t nil))
          ((consp form)
           (do ((l form (cdr l))) ((atom l) (mentions-p names l))
             (when (mentions-p names (car l)) (return t))))
          (t nil)))

  (defun method-required (lambda-list)
    "The required parameters of a specialized lambda list, as (name specializer)."
    (let ((list nil))
      (do ((l lambda-list (cdr l)))
          ((or (null l) (lambda-list-keyword-p (car l))) (nreverse list))
        (setq list (cons (if (consp (car l)) (car l) (list (car l) t)) list)))))

  (defun method-lambda-list-tail (lambda-list)
    "What follows the required parameters; methods take any keywords."
    (let* ((tail (do ((l lambda-list (cdr l)))
                     ((or (null l) (lambda-list-keyword-p (car l))) l)))
           (key (member '&key tail)))
      (if (and key (not (member '&allow-other-keys tail)))
          (let ((aux (member '&aux tail)))
            (append (ldiff tail aux) '(&allow-other-keys) aux))
          tail)))

  (defun method-function-form (name lambda-list body)
    (multiple-value-bind (decls forms) (split-body body)
      (let* ((required (method-required lambda-list)) (names (mapcar #'car required))
             (specialized (mapcan (lambda (r) (if (eq (cadr r) t) nil (list (car r)))) required))
             (plain `(lambda (,@names ,@(method-lambda-list-tail lambda-list))
                       (declare (ignorable ,@specialized))
                       ,@decls
                       (block ,(block-name name) ,@forms)))
             (application `(apply (function ,plain) %arguments)))
        `(function (named-lambda (method ,name ,@(mapcar #'cadr required)) (%arguments %next)
           (declare (ignorable %next))
           ,(if (mentions-p '(call-next-method next-method-p) forms)
                `(flet ((call-next-method (&rest new)
                          (call-next %next (or new %arguments)))
                        (next-method-p () (if %next t nil)))
                   (declare (ignorable (function call-next-method) (function next-method-p)))
                   ,application)
                application))))))

  (defun noting-generic (name lambda-list)
    "A form that tells the compiler of a generic function."
    (let* ((required (or (position-if #'lambda-list-keyword-p lambda-list)
                         (length lambda-list)))
           (most (if (some #'lambda-list-keyword-p lambda-list) nil required)))
      `(eval-when (:compile-toplevel :load-toplevel :execute)
         (compiler:note-function ',name '(,required . ,most)))))

  (defun noting-slot-functions (slot)
    "The same for the accessors of a slot of DEFCLASS."
    (let ((options (if (consp slot) (cdr slot) nil)))
      (append (mapcar (lambda (r) (noting-generic r '(instance)))
                      (append (slot-option-list options :reader)
                              (slot-option-list options :accessor)))
              (mapcar (lambda (w) (noting-generic w '(new instance)))
                      (append (slot-option-list options :writer)
                              (mapcar (lambda (a) (list 'setf a))
                                      (slot-option-list options :accessor)))))))

  (defun specializer-form (specializer)
    (if (and (consp specializer) (eq (car specializer) 'eql))
        `(list 'eql ,(cadr specializer))
        `',specializer))

  (defun method-form (name rest)
    "The form that adds a method; REST is what follows the name in DEFMETHOD."
    (let ((qualifiers nil))
      (do () ((listp (car rest)))
        (setq qualifiers (cons (car rest) qualifiers) rest (cdr rest)))
      `(%add-method ',name ',(reverse qualifiers)
                    (list ,@(mapcar (lambda (r) (specializer-form (cadr r)))
                                    (method-required (car rest))))
                    ',(append (mapcar #'car (method-required (car rest)))
                              (method-lambda-list-tail (car rest)))
                    ,(method-function-form name (car rest) (cdr rest))))))

(defun call-next (next arguments)
  (if next
      (funcall (car next) arguments (cdr next))
      (error 'simple-program-error
             :format-control "There is no next method; the arguments are ~s"
             :format-arguments (list arguments))))

(defmacro defmethod (name &rest rest)
  (let ((lambda-list (find-if #'listp rest)))
    `(progn
       ,(noting-generic name (append (mapcar #'car (method-required lambda-list))
                                     (method-lambda-list-tail lambda-list)))
       ,(method-form name rest))))

(defmacro defgeneric (name lambda-list &rest options)
  `(progn
     ,(noting-generic name lambda-list)
     (ensure-generic-function
      ',name :lambda-list ',lambda-list
             ,@(let ((c (assoc :method-combination options)))
                 (if c `(:method-combination ',(cdr c)) nil))
             ,@(let ((o (assoc :argument-precedence-order options)))
                 (if o `(:argument-precedence-order ',(cdr o)) nil))
             ,@(let ((d (assoc :documentation options)))
                 (if d `(:documentation ,(cadr d)) nil)))
     ,@(mapcan (lambda (o)
                 (if (eq (car o) :method) (list (method-form name (cdr o))) nil))
               options)
     (fdefinition ',name)))

(defmacro defclass (name superclasses slots &rest options)
  (let ((metaclass (cadr (assoc :metaclass options))))
    (if (and metaclass (not (eq metaclass 'standard-class)))
        `(error "DEFCLASS of ~s: the metaclass ~s is not provided" ',name ',metaclass)
        `(progn
           ,@(mapcan #'noting-slot-functions slots)
           (%define-class ',name ',superclasses
                          (list ,@(mapcar #'slot-definition-form slots))
                          (list ,@(default-initarg-forms
                                   (cdr (assoc :default-initargs options))))
                          ,(cadr (assoc :documentation options)))))))

(defun %define-class (name superclasses slots default-initargs documentation)
  (let* ((old (get name 'class))
         (class (if (and old (member (class-kind old) '(:standard :forward))) old
                    (make-class name)))
         (supers (if (null superclasses)
                     (list (find-class 'standard-object))
                     (mapcar (lambda (s) (or (get s 'class) (forward-class s))) superclasses)))
         (was-finalized (class-finalized class)))
    (when was-finalized (retire-layout class))
    (setf (class-kind class) :standard
          (class-direct-default-initargs class) default-initargs
          (class-documentation class) documentation)
    (add-class class supers slots)
    (setf (class-finalized class) nil)
    (when (every #'class-defined-p supers)
      (finalize-class class)
      (when was-finalized
        (refinalize-subclasses class)
        (invalidate-caches)))
    (dolist (s slots)
      (dolist (r (slot-readers s)) (add-reader-method r class (slot-name s)))
      (dolist (w (slot-writers s)) (add-writer-method w class (slot-name s))))
    class))

(defun forward-class (name)
  (let ((class (make-class name)))
    (setf (class-kind class) :forward)
    (add-class class nil nil)
    class))

(defun class-defined-p (class)
  (and (not (eq (class-kind class) :forward))
       (every #'class-defined-p (class-direct-superclasses class))))

(defun refinalize-subclasses (class)
  (dolist (c (class-direct-subclasses class))
    (when (class-finalized c)
      (retire-layout c)
      (setf (class-finalized c) nil)
      (finalize-class c)
      (refinalize-subclasses c))))

(defun add-reader-method (name class slot-name)
  (%add-method name nil (list class) '(instance)
               (lambda (arguments next)
                 (declare (ignore next))
                 (slot-value (car arguments) slot-name))))

(defun add-writer-method (name class slot-name)
  (%add-method name nil (list (find-class 't) class) '(new instance)
               (lambda (arguments next)
                 (declare (ignore next))
                 (%set-slot-value (car arguments) (cadr arguments) slot-name))))
