;;; The protocol of making, initializing and changing instances, and the generic functions of
;;; the standard.

(in-package :si)

(defgeneric print-object (object stream))
(defmethod print-object (object stream) (print-instance object stream) object)
(setq *instance-printer* 'print-object)

(defgeneric describe-object (object stream))

(defgeneric no-applicable-method (generic-function &rest arguments))
(defmethod no-applicable-method (generic-function &rest arguments)
  (restart-case
      (error 'simple-error :format-control "~s has no method for the arguments ~s"
                           :format-arguments (list generic-function arguments))
    (continue ()
      :report "Try calling the generic function again."
      (apply generic-function arguments))))

(defgeneric no-next-method (generic-function method &rest arguments))
(defmethod no-next-method (generic-function method &rest arguments)
  (error "~s has no next method after ~s for ~s" generic-function method arguments))

(defgeneric slot-missing (class instance name operation &optional new))
(defmethod slot-missing (class instance name operation &optional new)
  (declare (ignore new class))
  (error "~s has no slot ~s (in ~s)" instance name operation))

(defgeneric slot-unbound (class instance name))
(defmethod slot-unbound (class instance name)
  (declare (ignore class))
  (restart-case (error 'unbound-slot :instance instance :name name)
    (use-value (value)
      :report "Use another value." :interactive read-new-value
      value)
    (store-value (value)
      :report "Store a value in the slot." :interactive read-new-value
      (%set-slot-value value instance name))))

(defgeneric allocate-instance (class &rest initargs))
(defmethod allocate-instance (class &rest initargs)
  (declare (ignore initargs))
  (case (class-kind class)
    (:standard (allocate-class-instance class))
    (:structure (%make-instance (class-layout class) (%instance-ref (class-layout class) 2)))
    (t (error "Instances of ~s cannot be made by ALLOCATE-INSTANCE" class))))

(defgeneric shared-initialize (instance slot-names &rest initargs))
(defmethod shared-initialize (instance slot-names &rest initargs)
  (let* ((class (class-of instance)) (word (storage-word class)))
    (dolist (slot (class-slots class) instance)
      (let ((tail (if (slot-initargs slot)
                      (do ((l initargs (cddr l))) ((null l) nil)
                        (when (%memq (car l) (slot-initargs slot)) (return l)))
                      nil)))
        (cond (tail (set-slot-word (cadr tail) instance slot word))
              ((and (slot-initfunction slot)
                    (or (eq slot-names t) (%memq (slot-name slot) slot-names))
                    (eq (slot-word instance slot word) *unbound-slot*))
               (set-slot-word (funcall (slot-initfunction slot)) instance slot word)))))))

(defgeneric initialize-instance (instance &rest initargs))
(defmethod initialize-instance (instance &rest initargs)
  (apply #'shared-initialize instance t initargs))

(defgeneric reinitialize-instance (instance &rest initargs))
(defmethod reinitialize-instance (instance &rest initargs)
  (apply #'shared-initialize instance nil initargs))

(defgeneric make-instance (class &rest initargs))
(defmethod make-instance ((class symbol) &rest initargs)
  (apply #'make-instance (find-class class) initargs))
(defmethod make-instance ((class class) &rest initargs)
  (unless (class-finalized class) (finalize-class class))
  (unless (eq (class-kind class) :standard)
    (if (eq (class-kind class) :condition)
        (return-from make-instance (apply #'make-condition class initargs))
        (error "MAKE-INSTANCE cannot make instances of ~s" class)))
  (dolist (d (class-default-initargs class))
    (unless (find-key-tail (car d) initargs)
      (setq initargs (append initargs (list (car d) (funcall (caddr d)))))))
  (when initargs (check-initargs class initargs))
  (let ((instance (apply #'allocate-instance class initargs)))
    (apply #'initialize-instance instance initargs)
    instance))

(defun method-keywords (gf arguments)
  "Keywords that the applicable methods of GF take; T when any."
  (let ((all nil))
    (dolist (m (applicable-methods (generic-function-data gf) arguments) all)
      (let ((keys (member '&key (method-lambda-list m))))
        (dolist (k (cdr keys))
          (cond ((eq k '&aux) (return nil))
                ((lambda-list-keyword-p k))
                (t (let ((spec (if (consp k) (car k) k)))
                     (setq all (cons (if (consp spec) (car spec) (keyword-of spec)) all))))))))))

(defun check-initargs (class initargs)
  (unless (cadr (find-key-tail :allow-other-keys initargs))
    (let ((prototype nil) (extra nil))
      (do ((l initargs (cddr l))) ((null l))
        (when (null (cdr l))
          (error 'simple-program-error :format-control "Odd number of initialization arguments: ~s"
                                       :format-arguments (list initargs)))
        (unless (or (some (lambda (s) (%memq (car l) (slot-initargs s))) (class-slots class))
                    (eq (car l) :allow-other-keys))
          ;; Only now is it worth asking the methods.
          (unless prototype
            (setq prototype (allocate-class-instance class)
                  extra (append (method-keywords #'initialize-instance (list prototype))
                                (method-keywords #'shared-initialize (list prototype t)))))
          (unless (%memq (car l) extra)
            (error 'simple-program-error
                   :format-control "~s is not an initialization argument of ~s"
                   :format-arguments (list (car l) class))))))))

(defgeneric update-instance-for-redefined-class
    (instance added discarded property-list &rest initargs))
(defmethod update-instance-for-redefined-class
    (instance added discarded property-list &rest initargs)
  (declare (ignore discarded property-list))
  (apply #'shared-initialize instance added initargs))

(defgeneric update-instance-for-different-class (previous current &rest initargs))
(defmethod update-instance-for-different-class (previous current &rest initargs)
  (let ((added nil))
    (dolist (s (class-slots (class-of current)))
      (unless (find-slot (class-of previous) (slot-name s)) (push (slot-name s) added)))
    (apply #'shared-initialize current added initargs)))

(defgeneric change-class (instance new-class &rest initargs))
(defmethod change-class (instance (new-class symbol) &rest initargs)
  (apply #'change-class instance (find-class new-class) initargs))
(defmethod change-class (instance (new-class class) &rest initargs)
  (unless (class-finalized new-class) (finalize-class new-class))
  (let ((old-class (class-of instance)))
    (unless (and (eq (class-kind old-class) :standard) (eq (class-kind new-class) :standard))
      (error "~s cannot become an instance of ~s" instance new-class))
    (let ((previous (allocate-class-instance old-class)) (new (fresh-storage new-class)))
      (%instance-set (%instance-ref instance 1) previous 1)
      (dolist (slot (class-slots new-class))
        (when (eq (slot-allocation slot) :instance)
          (let ((old (find-slot old-class (slot-name slot))))
            (when old
              (setf (svref new (slot-location slot)) (slot-word previous old 1))))))
      (%instance-set new instance 1)
      (%set-instance-layout (class-layout new-class) instance)
      (apply #'update-instance-for-different-class previous instance initargs)
      instance)))

(defgeneric make-instances-obsolete (class))
(defmethod make-instances-obsolete ((class symbol))
  (make-instances-obsolete (find-class class)))
(defmethod make-instances-obsolete ((class class))
  (retire-layout class)
  (finalize-class class)
  (refinalize-subclasses class)
  (invalidate-caches)
  class)

(defgeneric make-load-form (object &optional environment))
(defmethod make-load-form (object &optional environment)
  (declare (ignore environment))
  (error "~s has no load form" object))

(defun make-load-form-saving-slots (object &key slot-names environment)
  (declare (ignore environment))
  (let ((class (class-of object)))
    (values `(allocate-instance (find-class ',(class-name class)))
            `(progn
               ,@(mapcan (lambda (s)
                           (if (and (or (null slot-names) (member (slot-name s) slot-names))
                                    (slot-boundp object (slot-name s)))
                               (list `(setf (slot-value ',object ',(slot-name s))
                                            ',(slot-value object (slot-name s))))
                               nil))
                         (class-slots class))))))

(defgeneric function-keywords (method))
(defmethod function-keywords (method)
  (let ((keys (member '&key (method-lambda-list method))))
    (values (mapcan (lambda (k)
                      (if (lambda-list-keyword-p k) nil
                          (list (let ((s (if (consp k) (car k) k)))
                                  (if (consp s) (car s) (keyword-of s))))))
                    (cdr keys))
            (if (member '&allow-other-keys keys) t nil))))

(defun %set-class-name (new class)
  (%instance-set new class 1))

;; The classes of the object system's own objects.
(dolist (name '(class method))
  (structure-class-named name))
(dolist (entry '((standard-class class) (built-in-class class) (structure-class class)
                 (standard-method method)))
  (let ((class (make-class (car entry))))
    (setf (class-kind class) :built-in)
    (add-class class (list (get (cadr entry) 'class)) nil)
    (finalize-class class)))
(let ((class (make-class 'method-combination)))
  (setf (class-kind class) :built-in)
  (add-class class (list (find-class 't)) nil)
  (finalize-class class))
