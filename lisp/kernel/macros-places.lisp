;;; Places: SETF, its relatives, and the ways to define new places.
;;;
;;; What a place means is kept on the property list of its operator:
;;;   si:setf-inverse         a function of the new value and then the place's arguments;
;;;                           it is also what (function (setf op)) names
;;;   si:setf-expander        a function of (form environment), five values
;;; An operator with none of these that is no macro is set by calling (setf op); the compiler
;;; makes such a call of a structure accessor one instruction. Macros are expanded by
;;; compiler:expand-1, which knows the macros of the machine at build time too.

(in-package :si)

(eval-when (:compile-toplevel :load-toplevel :execute)

  (defun %put (symbol key value)
    "Sets the property KEY of SYMBOL."
    (let ((tail (do ((l (symbol-plist symbol) (cddr l))) ((null l) nil)
                  (when (eq (car l) key) (return l)))))
      (if tail
          (rplaca (cdr tail) value)
          (%set-plist (cons key (cons value (symbol-plist symbol))) symbol))
      value))

  (defun simple-form-p (form)
    (or (atom form) (eq (car form) 'quote)))

  (defun every-simple-p (forms)
    (or (null forms)
        (and (simple-form-p (car forms)) (every-simple-p (cdr forms)))))

  (defun fresh-variables (forms)
    "A temporary for every form of FORMS."
    (mapcar (lambda (form) (declare (ignore form)) (gensym "PLACE")) forms))

  (defun setf-inverse-expansion (operator extra arguments)
    "Expansion of a place set by (OPERATOR new . ARGUMENTS)."
    (let ((temps (fresh-variables arguments)) (new (gensym "NEW")))
      (values temps arguments (list new)
              `(,operator ,new ,@temps) (cons extra temps))))

  (defun get-setf-expansion-1 (place environment)
    (cond
      ((symbolp place)
       (multiple-value-bind (expansion expanded)
           (compiler:expand-1 place environment)
         (if expanded
             (get-setf-expansion-1 expansion environment)
             (let ((new (gensym "NEW")))
               (values nil nil (list new) `(setq ,place ,new) place)))))
      ((or (atom place) (not (symbolp (car place))))
       (error "~s is not a place that can be set" place))
      (t
       (let* ((operator (car place)) (arguments (cdr place))
              (expander (get operator 'setf-expander))
              (inverse (get operator 'setf-inverse)))
         (cond
           (expander (funcall expander place environment))
           (inverse (setf-inverse-expansion inverse operator arguments))
           (t
            (multiple-value-bind (expansion expanded)
                (compiler:expand-1 place environment)
              (if expanded
                  (get-setf-expansion-1 expansion environment)
                  (let ((temps (fresh-variables arguments)) (new (gensym "NEW")))
                    (values temps arguments (list new)
                            `(funcall (function (setf ,operator)) ,new ,@temps)
                            (cons operator temps)))))))))))

  (defun expand-setf (place value environment)
    (let ((inverse (and (consp place) (symbolp (car place)) (get (car place) 'setf-inverse)))
          (expander (and (consp place) (symbolp (car place)) (get (car place) 'setf-expander))))
      (cond
        ((and inverse (not expander) (simple-form-p value) (every-simple-p (cdr place)))
         `(,inverse ,value ,@(cdr place)))
        (t
         (multiple-value-bind (temps forms stores setter)
             (get-setf-expansion-1 place environment)
           (cond
             ((and (null temps) (consp setter) (eq (car setter) 'setq)
                   (eq (caddr setter) (car stores)))
              `(setq ,(cadr setter) ,value))
             ((and stores (null (cdr stores)))
              `(let* (,@(mapcar (function list) temps forms) (,(car stores) ,value))
                 ,setter))
             (t
              `(let* ,(mapcar (function list) temps forms)
                 (multiple-value-bind ,stores ,value ,setter)))))))))

  (defun modify-place (place environment maker)
    "A form that sets PLACE to what MAKER makes of the form that reads it."
    (multiple-value-bind (temps forms stores setter getter)
        (get-setf-expansion-1 place environment)
      (if (and (null temps) (consp setter) (eq (car setter) 'setq)
               (eq (caddr setter) (car stores)))
          `(setq ,(cadr setter) ,(funcall maker getter))
          `(let* (,@(mapcar (function list) temps forms)
                  (,(car stores) ,(funcall maker getter)))
             ,setter))))

  (defun all-but-last (list)
    (if (null (cdr list)) nil (cons (car list) (all-but-last (cdr list))))))

(defun get-setf-expansion (place &optional environment)
  "The five values that say how to set PLACE."
  (get-setf-expansion-1 place environment))

(defmacro setf (&rest pairs &environment environment)
  (cond ((null pairs) nil)
        ((null (cdr pairs)) (error "SETF of ~s has no value form" (car pairs)))
        ((null (cddr pairs)) (expand-setf (car pairs) (cadr pairs) environment))
        (t `(progn (setf ,(car pairs) ,(cadr pairs)) (setf ,@(cddr pairs))))))

(defmacro psetf (&rest pairs &environment environment)
  (labels ((expand (pairs)
             (if (null pairs)
                 nil
                 (multiple-value-bind (temps forms stores setter)
                     (get-setf-expansion-1 (car pairs) environment)
                   `(let* ,(mapcar (function list) temps forms)
                      (multiple-value-bind ,stores ,(cadr pairs)
                        ,(expand (cddr pairs))
                        ,setter))))))
    (if pairs `(progn ,(expand pairs) nil) nil)))

(defmacro push (item place &environment environment)
  (if (simple-form-p item)
      (modify-place place environment (lambda (getter) `(cons ,item ,getter)))
      (let ((g (gensym "ITEM")))
        `(let ((,g ,item))
           ,(modify-place place environment (lambda (getter) `(cons ,g ,getter)))))))

(defmacro pop (place &environment environment)
  (let ((list (gensym "LIST")))
    (multiple-value-bind (temps forms stores setter getter)
        (get-setf-expansion-1 place environment)
      `(let* (,@(mapcar (function list) temps forms)
              (,list ,getter) (,(car stores) (cdr ,list)))
         ,setter
         (car ,list)))))

(defmacro pushnew (item place &rest keys &environment environment)
  (let ((g (gensym "ITEM")))
    `(let ((,g ,item))
       ,(modify-place place environment (lambda (getter) `(adjoin ,g ,getter ,@keys))))))

(defmacro incf (place &optional (delta 1) &environment environment)
  (modify-place place environment (lambda (getter) `(+ ,getter ,delta))))

(defmacro decf (place &optional (delta 1) &environment environment)
  (modify-place place environment (lambda (getter) `(- ,getter ,delta))))

(defmacro remf (place indicator &environment environment)
  (let ((key (gensym "INDICATOR")) (found (gensym "FOUND")))
    (multiple-value-bind (temps forms stores setter getter)
        (get-setf-expansion-1 place environment)
      `(let* (,@(mapcar (function list) temps forms) (,key ,indicator))
         (multiple-value-bind (,(car stores) ,found) (%remf ,getter ,key)
           ,setter
           ,found)))))

(defmacro shiftf (&rest places-and-value &environment environment)
  (labels ((expand (places)
             (if (null (cdr places))
                 (car places)
                 (multiple-value-bind (temps forms stores setter getter)
                     (get-setf-expansion-1 (car places) environment)
                   `(let* ,(mapcar (function list) temps forms)
                      (multiple-value-prog1 ,getter
                        (multiple-value-bind ,stores ,(expand (cdr places))
                          ,setter)))))))
    (expand places-and-value)))

(defmacro rotatef (&rest places &environment environment)
  (if (or (null places) (null (cdr places)))
      `(progn ,@places nil)
      (let ((bindings nil) (setters nil) (values nil) (stores-lists nil))
        (dolist (place places)
          (multiple-value-bind (temps forms stores setter getter)
              (get-setf-expansion-1 place environment)
            (setq bindings (append bindings (mapcar (function list) temps forms))
                  setters (cons setter setters)
                  stores-lists (cons stores stores-lists)
                  values (cons getter values))))
        ;; Each place takes the value of the next; the last that of the first.
        (setq values (reverse values) stores-lists (reverse stores-lists))
        (let ((shifted (append (cdr values) (list (car values)))))
          `(let* ,bindings
             ,(labels ((nest (stores values)
                         (if (null stores)
                             `(progn ,@(reverse setters) nil)
                             `(multiple-value-bind ,(car stores) ,(car values)
                                ,(nest (cdr stores) (cdr values))))))
                (nest stores-lists shifted)))))))

(defmacro multiple-value-setq (variables form)
  (if (null variables)
      `(values ,form)
      (let ((temps (fresh-variables variables)))
        `(multiple-value-bind ,temps ,form
           ,@(mapcar (lambda (v temp) `(setf ,v ,temp)) variables temps)
           ,(car temps)))))

;;; Defining places

(defmacro define-setf-expander (name lambda-list &body body)
  `(eval-when (:compile-toplevel :load-toplevel :execute)
     (%put ',name 'setf-expander (function ,(parse-macro name lambda-list body)))
     ',name))

(defmacro define-setf-inverse (name inverse)
  "(setf (NAME . args) new) is (INVERSE new . args)."
  `(eval-when (:compile-toplevel :load-toplevel :execute)
     (%put ',name 'setf-inverse ',inverse)))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun defsetf-temporary-p (x) (and (symbolp x) x (null (symbol-package x))))

  (defun defsetf-expansion (name arguments store-count expand)
    "Expansion of a long DEFSETF. EXPAND makes the setter of the store variables and the
list of arguments; constant arguments (keywords among them) stand for themselves."
    (let* ((temps (mapcar (lambda (a) (if (constantp a) a (gensym "PLACE"))) arguments))
           (stores (let ((l nil)) (dotimes (i store-count l) (setq l (cons (gensym "NEW") l)))))
           (used nil) (forms nil))
      (mapc (lambda (temp argument)
              (when (defsetf-temporary-p temp)
                (setq used (cons temp used) forms (cons argument forms))))
            temps arguments)
      (values (reverse used) (reverse forms) stores
              (funcall expand stores temps)
              (cons name temps)))))

(defmacro defsetf (name second &rest more)
  (if (or (null more) (stringp (car more)))
      `(define-setf-expander ,name (&rest arguments)
         (defsetf-expansion ',name arguments 1
                            (lambda (stores temps) (append '(,second) temps stores))))
      (multiple-value-bind (environment-name lambda-list) (environment-variable second)
        (let ((environment (or environment-name (gensym "ENVIRONMENT"))))
          `(define-setf-expander ,name (&rest arguments &environment ,environment)
             (declare (ignorable ,environment))
             (defsetf-expansion ',name arguments ,(length (car more))
                                (lambda (stores temps)
                                  (destructuring-bind ,(car more) stores
                                    (destructuring-bind ,lambda-list temps
                                      (block ,name ,@(cdr more)))))))))))

(defmacro define-modify-macro (name lambda-list function &optional documentation)
  (let ((required nil) (rest nil) (state :required))
    (dolist (item lambda-list)
      (cond ((eq item '&optional) (setq state :optional))
            ((eq item '&rest) (setq state :rest))
            ((eq state :rest) (setq rest item))
            ((consp item) (setq required (cons (car item) required)))
            (t (setq required (cons item required)))))
    (setq required (reverse required))
    `(defmacro ,name (place ,@lambda-list &environment environment)
       ,@(if documentation (list documentation) nil)
       (modify-place place environment
                     (lambda (getter)
                       (append (list ',function getter ,@required) ,rest))))))
