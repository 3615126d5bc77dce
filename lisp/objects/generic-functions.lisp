;;; Generic functions, methods, and the standard method combination.
;;;
;;; A generic function is an instance that can be called: word 1 its function, which
;;; dispatches, word 2 its data. A method function takes the list of arguments and the list
;;; of method functions that come next. What has been found for a list of classes is cached.

(in-package :si)

(defstruct (generic-data (:copier nil))
  name lambda-list
  (methods nil)
  (required 0)              ; number of required arguments
  (precedence nil)          ; argument positions in order of precedence, or NIL
  (combination 'standard) (combination-options nil)
  (cache nil)               ; list of (function class…)
  (eql nil)                 ; some method specializes on an object
  (declarations nil) (documentation nil))

(defstruct (method (:constructor make-method-object) (:copier nil) (:print-function print-method)
                   (:conc-name method-))
  generic-function qualifiers specializers lambda-list function documentation)

(defun print-method (method stream depth)
  (declare (ignore depth))
  (print-unreadable-object (method stream)
    (format stream "STANDARD-METHOD ~s~{ ~s~} ~s"
            (generic-data-name (generic-function-data (method-generic-function method)))
            (method-qualifiers method)
            (mapcar (lambda (s) (if (classp s) (class-name s) s)) (method-specializers method)))))

(make-built-in-class 'generic-function '(function) :funcallable)
(make-built-in-class 'standard-generic-function '(generic-function) :funcallable)

(defun generic-function-p (x)
  (and (instancep x) (eq (%instance-ref (%instance-layout x) 5) 'funcallable)))

(defun generic-function-data (gf) (%instance-ref gf 2))
(defun generic-function-name (gf) (generic-data-name (generic-function-data gf)))

(defun make-generic-function (name lambda-list)
  (let* ((class (find-class 'standard-generic-function))
         (gf (%make-instance (class-layout class) 3)))
    (%instance-set (make-generic-data :name name) gf 2)
    (set-generic-lambda-list gf lambda-list)
    (%instance-set (lambda (&rest arguments) (call-generic gf arguments)) gf 1)
    gf))

(defun required-count (lambda-list)
  (or (position-if #'lambda-list-keyword-p lambda-list) (length lambda-list)))

(defun set-generic-lambda-list (gf lambda-list)
  (let ((data (generic-function-data gf)))
    (setf (generic-data-lambda-list data) lambda-list
          (generic-data-required data) (required-count lambda-list))))

(defun ensure-generic-function (name &key (lambda-list nil lambda-list-given)
                                       (method-combination 'standard) argument-precedence-order
                                       documentation declare generic-function-class method-class
                                       environment)
  (declare (ignore declare generic-function-class method-class environment))
  (let* ((old (if (fboundp name) (fdefinition name) nil))
         (gf (cond ((generic-function-p old) old)
                   (old (error 'simple-program-error
                               :format-control "~s is an ordinary function, macro or operator"
                               :format-arguments (list name)))
                   (t (let ((new (make-generic-function name lambda-list)))
                        (%set-fdefinition new name)
                        new))))
         (data (generic-function-data gf)))
    (when lambda-list-given
      (when (and (generic-data-methods data)
                 (not (eql (required-count lambda-list) (generic-data-required data))))
        (error "~s has methods with another number of required arguments" gf))
      (set-generic-lambda-list gf lambda-list))
    (let ((combination (if (consp method-combination) method-combination
                           (list method-combination))))
      (setf (generic-data-combination data) (car combination)
            (generic-data-combination-options data) (cdr combination)))
    (when argument-precedence-order
      (setf (generic-data-precedence data)
            (mapcar (lambda (v) (position v lambda-list)) argument-precedence-order)))
    (when documentation (setf (generic-data-documentation data) documentation))
    (setf (generic-data-cache data) nil)
    gf))

;;; Calling

(defun call-generic (gf arguments)
  (let* ((data (generic-function-data gf)) (n (generic-data-required data)))
    (if (generic-data-eql data)
        (funcall (effective-method gf data arguments) arguments)
        (let ((entry (find-cached (generic-data-cache data) arguments n)))
          (if entry
              (funcall (car entry) arguments)
              (let ((f (effective-method gf data arguments)) (classes nil))
                (do ((i 0 (1+ i)) (l arguments (cdr l))) ((>= i n))
                  (setq classes (cons (class-of (car l)) classes)))
                (setf (generic-data-cache data)
                      (cons (cons f (nreverse classes)) (generic-data-cache data)))
                (funcall f arguments)))))))

(defun find-cached (cache arguments n)
  (do ((l cache (cdr l))) ((null l) nil)
    (when (do ((classes (cdar l) (cdr classes)) (a arguments (cdr a)) (i 0 (1+ i)))
              ((>= i n) t)
            (unless (eq (class-of (car a)) (car classes)) (return nil)))
      (return (car l)))))

(defun specializer-matches-p (specializer object)
  (if (classp specializer)
      (class-typep object specializer)
      (eql object (cadr specializer))))

(defun applicable-p (method arguments)
  (do ((s (method-specializers method) (cdr s)) (a arguments (cdr a)))
      ((null s) t)
    (unless (specializer-matches-p (car s) (car a)) (return nil))))

(defun more-specific-p (a b arguments data)
  "Does method A come before method B for ARGUMENTS?"
  (dolist (i (or (generic-data-precedence data)
                 (let ((l nil))
                   (do ((i (1- (generic-data-required data)) (1- i))) ((minusp i) l)
                     (setq l (cons i l)))))
           nil)
    (let ((sa (nth i (method-specializers a))) (sb (nth i (method-specializers b))))
      (unless (equal sa sb)
        (return (cond ((not (classp sa)) t)
                      ((not (classp sb)) nil)
                      (t (if (%memq sb (cdr (%memq sa (class-precedence
                                                       (class-of (nth i arguments))))))
                             t nil))))))))

(defun applicable-methods (data arguments)
  (stable-sort (remove-if-not (lambda (m) (applicable-p m arguments))
                              (generic-data-methods data))
               (lambda (a b) (more-specific-p a b arguments data))))

(defun compute-applicable-methods (gf arguments)
  (applicable-methods (generic-function-data gf) arguments))

(defun effective-method (gf data arguments)
  "A function of the argument list."
  (when (< (length arguments) (generic-data-required data))
    (error 'argument-count-error :function gf :arguments arguments))
  (let ((methods (applicable-methods data arguments)))
    (cond ((null methods)
           (lambda (arguments) (apply #'no-applicable-method gf arguments)))
          ((eq (generic-data-combination data) 'standard)
           (standard-effective-method gf methods))
          (t (combined-effective-method gf data methods)))))

(defun methods-qualified (methods qualifiers)
  (remove-if-not (lambda (m) (equal (method-qualifiers m) qualifiers)) methods))

(defun chain (functions)
  "A function of the argument list that calls the first of FUNCTIONS, the others being next."
  (lambda (arguments) (funcall (car functions) arguments (cdr functions))))

(defun standard-effective-method (gf methods)
  (let ((around (mapcar #'method-function (methods-qualified methods '(:around))))
        (before (mapcar #'method-function (methods-qualified methods '(:before))))
        (after (reverse (mapcar #'method-function (methods-qualified methods '(:after)))))
        (primary (mapcar #'method-function (methods-qualified methods nil))))
    (dolist (m methods)
      (unless (member (method-qualifiers m) '((:around) (:before) (:after) ()) :test #'equal)
        (error "~s has qualifiers that the standard method combination does not know" m)))
    (let ((main
            (cond
              ((null primary)
               (lambda (arguments next)
                 (declare (ignore next))
                 (error "~s has no primary method for ~s" gf arguments)))
              ((and (null before) (null after))
               (lambda (arguments next)
                 (declare (ignore next))
                 (funcall (car primary) arguments (cdr primary))))
              (t
               (lambda (arguments next)
                 (declare (ignore next))
                 (dolist (b before) (funcall b arguments nil))
                 (multiple-value-prog1 (funcall (car primary) arguments (cdr primary))
                   (dolist (a after) (funcall a arguments nil))))))))
      (if (and (null around) primary (null before) (null after))
          (chain primary)
          (chain (append around (list main)))))))

;;; Operator combinations: (name operator identity-with-one-argument)

(defvar *combinations*
  '((progn progn t) (and and t) (or or t) (+ + t) (list list nil) (append append t)
    (nconc nconc t) (max max t) (min min t)))

(defun combined-effective-method (gf data methods)
  (let* ((name (generic-data-combination data))
         (entry (or (assoc name *combinations*)
                    (error "There is no method combination ~s" name)))
         (operator (cadr entry))
         (around (mapcar #'method-function (methods-qualified methods '(:around))))
         (primary (mapcar #'method-function (methods-qualified methods (list name))))
         (primary (if (eq (car (generic-data-combination-options data)) :most-specific-last)
                      (reverse primary) primary)))
    (when (null primary) (error "~s has no method with the qualifier ~s" gf name))
    (let ((main
            (case operator
              (progn (lambda (arguments next)
                       (declare (ignore next))
                       (do ((l primary (cdr l))) ((null (cdr l)) (funcall (car l) arguments nil))
                         (funcall (car l) arguments nil))))
              (and (lambda (arguments next)
                     (declare (ignore next))
                     (do ((l primary (cdr l))) ((null (cdr l)) (funcall (car l) arguments nil))
                       (unless (funcall (car l) arguments nil) (return nil)))))
              (or (lambda (arguments next)
                    (declare (ignore next))
                    (do ((l primary (cdr l))) ((null (cdr l)) (funcall (car l) arguments nil))
                      (let ((v (funcall (car l) arguments nil))) (when v (return v))))))
              (t (lambda (arguments next)
                   (declare (ignore next))
                   (apply operator (mapcar (lambda (f) (funcall f arguments nil)) primary)))))))
      (chain (append around (list main))))))

(defmacro define-method-combination (name &rest options)
  (if (and options (consp (car options)))
      `(not-provided 'define-method-combination)
      `(progn
         (push (list ',name ',(getf options :operator name)
                     ',(getf options :identity-with-one-argument))
               *combinations*)
         ',name)))

;;; Adding and finding methods

(defun add-method (gf method)
  (let ((data (generic-function-data gf)))
    (unless (eql (required-count (method-lambda-list method)) (generic-data-required data))
      (if (generic-data-methods data)
          (error "~s takes ~d required arguments; a method cannot take ~d"
                 gf (generic-data-required data) (required-count (method-lambda-list method)))
          (set-generic-lambda-list gf (method-lambda-list method))))
    (let ((old (find-method gf (method-qualifiers method) (method-specializers method) nil)))
      (when old (remove-method gf old)))
    (setf (method-generic-function method) gf
          (generic-data-methods data) (cons method (generic-data-methods data))
          (generic-data-eql data) (some (lambda (m) (some #'consp (method-specializers m)))
                                        (generic-data-methods data))
          (generic-data-cache data) nil)
    gf))

(defun remove-method (gf method)
  (let ((data (generic-function-data gf)))
    (setf (generic-data-methods data) (remove method (generic-data-methods data))
          (generic-data-cache data) nil)
    gf))

(defun find-method (gf qualifiers specializers &optional (errorp t))
  (let ((specializers (mapcar (lambda (s) (if (symbolp s) (find-class s) s)) specializers)))
    (or (find-if (lambda (m)
                   (and (equal (method-qualifiers m) qualifiers)
                        (equal (method-specializers m) specializers)))
                 (generic-data-methods (generic-function-data gf)))
        (if errorp
            (error "~s has no method with the qualifiers ~s and the specializers ~s"
                   gf qualifiers specializers)
            nil))))

(defun %add-method (name qualifiers specializers lambda-list function)
  "What DEFMETHOD does."
  (let* ((existing (if (fboundp name) (fdefinition name) nil))
         (gf (if (generic-function-p existing)
                 existing
                 (ensure-generic-function name :lambda-list (generic-lambda-list lambda-list))))
         (method (make-method-object
                  :qualifiers qualifiers
                  :specializers (mapcar (lambda (s)
                                          (cond ((consp s) s)
                                                ((classp s) s)
                                                (t (class-named s))))
                                        specializers)
                  :lambda-list lambda-list :function function)))
    (add-method gf method)
    method))

(defun class-named (name)
  "The class NAME, that of a structure included."
  (or (get name 'class)
      (if (get name 'structure-description) (structure-class-named name) (find-class name))))

(defun generic-lambda-list (lambda-list)
  "The lambda list of a generic function made for a method's."
  (let ((end (position '&aux lambda-list)))
    (mapcar (lambda (x) (if (consp x) (let ((n (car x))) (if (consp n) (cadr n) n)) x))
            (if end (list-head lambda-list end) lambda-list))))

(defun invalidate-caches ()
  "After a change of classes nothing that was found can be relied on."
  (dolist (p *packages*)
    (dolist (s (package-present-symbols p))
      (when (eq (%symbol-package s) p)
        (let ((f (%function-cell s)))
          (when (generic-function-p f) (setf (generic-data-cache (generic-function-data f)) nil)))
        (let* ((setf-symbol (get s 'setf-function))
               (f (if setf-symbol (%function-cell setf-symbol) nil)))
          (when (generic-function-p f)
            (setf (generic-data-cache (generic-function-data f)) nil)))))))
