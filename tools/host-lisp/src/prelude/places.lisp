;;; Macros that read and write places, and those that define places.

(defmacro remf (place indicator &environment env)
  (multiple-value-bind (temps values stores setter getter) (get-setf-expansion place env)
    (let ((found (gensym)))
      `(let* (,@(mapcar #'list temps values))
         (multiple-value-bind (,(car stores) ,found) (%rem-plist ,getter ,indicator)
           ,setter
           ,found)))))

(defmacro psetf (&rest pairs &environment env)
  (let ((binds nil) (sets nil))
    (do ((p pairs (cddr p)))
        ((null p))
      (multiple-value-bind (temps values stores setter) (get-setf-expansion (first p) env)
        (setq binds (append binds (mapcar #'list temps values)
                            (list (list (car stores) (second p)))))
        (push setter sets)))
    `(let* ,binds ,@(nreverse sets) nil)))

(defmacro rotatef (&rest places &environment env)
  (let ((binds nil) (stores nil) (setters nil) (getters nil))
    (dolist (p places)
      (multiple-value-bind (temps values store setter getter) (get-setf-expansion p env)
        (setq binds (append binds (mapcar #'list temps values)))
        (push (car store) stores)
        (push setter setters)
        (push getter getters)))
    (setq stores (nreverse stores) setters (nreverse setters) getters (nreverse getters))
    `(let* (,@binds
            ,@(mapcar #'list stores (append (cdr getters) (list (car getters)))))
       ,@setters
       nil)))

(defmacro shiftf (&rest args &environment env)
  (let* ((places (butlast args))
         (new (car (last args)))
         (binds nil) (stores nil) (setters nil) (getters nil) (first (gensym)))
    (dolist (p places)
      (multiple-value-bind (temps values store setter getter) (get-setf-expansion p env)
        (setq binds (append binds (mapcar #'list temps values)))
        (push (car store) stores)
        (push setter setters)
        (push getter getters)))
    (setq stores (nreverse stores) setters (nreverse setters) getters (nreverse getters))
    `(let* (,@binds
            (,first ,(car getters))
            ,@(mapcar #'list stores (append (cdr getters) (list new))))
       ,@setters
       ,first)))

(defmacro define-modify-macro (name lambda-list function &optional doc)
  (declare (ignore doc))
  (let ((args nil) (rest nil) (place (gensym)) (env (gensym)))
    (do ((l lambda-list (cdr l)))
        ((null l))
      (let ((x (car l)))
        (cond ((eq x '&optional))
              ((eq x '&rest) (setq rest (second l)) (return))
              ((consp x) (push (car x) args))
              (t (push x args)))))
    `(defmacro ,name (,place ,@lambda-list &environment ,env)
       (%expand-modify ,place ,env
                       (lambda (x)
                         (list* ',function x ,@(nreverse args) ,(if rest rest nil)))))))

(defmacro defsetf (name second &rest rest)
  (if (or (null rest) (stringp (car rest)))
      `(progn (%define-setf ',name ',second) ',name)
      (let ((stores (car rest)) (body (cdr rest))
            (form (gensym)) (env (gensym)))
        `(progn
           (%define-setf
            ',name
            (lambda (,form ,env)
              (declare (ignore ,env))
              (%long-defsetf ,form
                             (lambda ,stores
                               (lambda ,second ,@body))
                             ,(length stores))))
           ',name))))
(defun %long-defsetf (form function count)
  (let* ((temps (mapcar (lambda (x) (declare (ignore x)) (gensym)) (cdr form)))
         (stores (let ((l nil)) (dotimes (i count l) (push (gensym) l)))))
    (values temps
            (cdr form)
            stores
            (apply (apply function stores) temps)
            (cons (car form) temps))))

;;; places that are not plain accessor calls

(define-setf-expander getf (place indicator &optional default &environment env)
  (multiple-value-bind (temps values stores setter getter) (get-setf-expansion place env)
    (let ((i (gensym)) (d (gensym)) (new (gensym)))
      (values (append temps (list i d))
              (append values (list indicator default))
              (list new)
              `(let ((,(car stores) (%put-plist ,getter ,i ,new))) ,setter ,new)
              `(getf ,getter ,i ,d)))))

(define-setf-expander ldb (byte place &environment env)
  (multiple-value-bind (temps values stores setter getter) (get-setf-expansion place env)
    (let ((b (gensym)) (new (gensym)))
      (values (cons b temps)
              (cons byte values)
              (list new)
              `(let ((,(car stores) (dpb ,new ,b ,getter))) ,setter ,new)
              `(ldb ,b ,getter)))))

(define-setf-expander mask-field (byte place &environment env)
  (multiple-value-bind (temps values stores setter getter) (get-setf-expansion place env)
    (let ((b (gensym)) (new (gensym)))
      (values (cons b temps)
              (cons byte values)
              (list new)
              `(let ((,(car stores) (deposit-field ,new ,b ,getter))) ,setter ,new)
              `(mask-field ,b ,getter)))))

(define-setf-expander values (&rest places &environment env)
  (let ((all-temps nil) (all-values nil) (all-stores nil) (setters nil) (getters nil))
    (dolist (p places)
      (multiple-value-bind (temps values stores setter getter) (get-setf-expansion p env)
        (setq all-temps (append all-temps temps)
              all-values (append all-values values)
              all-stores (append all-stores stores))
        (push setter setters)
        (push getter getters)))
    (values all-temps all-values all-stores
            `(values ,@(nreverse setters))
            `(values ,@(nreverse getters)))))

(define-setf-expander apply (function &rest args &environment env)
  (declare (ignore env))
  (let ((temps (mapcar (lambda (x) (declare (ignore x)) (gensym)) args))
        (new (gensym))
        (name (second function)))
    (values temps args (list new)
            (let ((setter (get name '%setf-expander)))
              (if (and setter (symbolp setter))
                  `(apply (function ,setter) (append (list* ,@temps) (list ,new)))
                  `(apply (function (setf ,name)) ,new ,@temps)))
            `(apply ,function ,@temps))))
