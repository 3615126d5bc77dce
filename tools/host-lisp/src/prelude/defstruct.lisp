;;; defstruct. What is known of each structure is kept under
;;; %structure-info: (slots conc-name type named offset), a slot being
;;; (name default read-only).

(defun %slot-spec (s)
  (if (consp s)
      (destructuring-bind (name &optional default &key type read-only) s
        (declare (ignore type))
        (list name default read-only))
      (list s nil nil)))

(defun %symbol-append (&rest parts)
  (intern (apply #'si:string-append (mapcar #'string parts))))

(defun %merge-slots (old overrides)
  ;; the inherited slots, with the defaults that :include gives anew
  (mapcar (lambda (s)
            (let ((o (find (symbol-name (car s)) overrides
                           :key (lambda (x) (symbol-name (car x))) :test #'string=)))
              (if o (list (car s) (second o) (or (third s) (third o))) s)))
          old))

(defun %boa-lambda-list (list slots)
  ;; a constructor's lambda list with the slots' defaults filled in
  (let ((mode nil))
    (flet ((default (name)
             (second (find (symbol-name name) slots
                           :key (lambda (s) (symbol-name (car s))) :test #'string=))))
      (mapcar (lambda (x)
                (cond ((member x lambda-list-keywords) (setq mode x) x)
                      ((not (member mode '(&optional &key &aux))) x)
                      ((and (symbolp x) (not (eq mode '&aux))) (list x (default x)))
                      ((and (consp x) (null (cdr x)) (not (eq mode '&aux)))
                       (list (car x)
                             (default (if (consp (car x)) (second (car x)) (car x)))))
                      (t x)))
              list))))

(defun %lambda-variables (list)
  (let ((vars nil))
    (dolist (x list (nreverse vars))
      (cond ((member x lambda-list-keywords))
            ((symbolp x) (push x vars))
            ((consp (car x)) (push (second (car x)) vars))
            (t (push (car x) vars))))))

(defun %constructor-form (constructor slots make)
  ;; `make` turns the list of the slots' value forms into a form
  (let ((name (first constructor)))
    (if (cdr constructor)
        (let* ((list (%boa-lambda-list (second constructor) slots))
               (vars (%lambda-variables list)))
          `(defun ,name ,list
             ,(funcall make
                       (mapcar (lambda (s)
                                 (let ((v (find (symbol-name (car s)) vars
                                                :key #'symbol-name :test #'string=)))
                                   (or v (second s))))
                               slots))))
        (let ((vars (mapcar (lambda (s) (make-symbol (symbol-name (car s)))) slots)))
          `(defun ,name (&key ,@(mapcar (lambda (s v)
                                          `((,(intern (symbol-name (car s)) :keyword) ,v)
                                            ,(second s)))
                                        slots vars))
             ,(funcall make vars))))))

(defmacro defstruct (name-and-options &rest slots)
  (let* ((name (if (consp name-and-options) (car name-and-options) name-and-options))
         (options (mapcar (lambda (o) (if (consp o) o (list o)))
                          (if (consp name-and-options) (cdr name-and-options) nil)))
         (conc-name (%symbol-append name "-"))
         (constructors nil)
         (no-constructor nil)
         (copier (%symbol-append "COPY-" name))
         (predicate (%symbol-append name "-P"))
         (include nil) (overrides nil) (type nil) (named nil) (offset 0) (printer nil))
    (when (stringp (car slots)) (pop slots))
    (dolist (o options)
      (case (car o)
        (:conc-name (setq conc-name (if (second o) (second o) "")))
        (:constructor
         (cond ((and (cdr o) (null (second o))) (setq no-constructor t))
               ((cdr o) (push (cdr o) constructors))))
        (:copier (when (cdr o) (setq copier (second o))))
        (:predicate (when (cdr o) (setq predicate (second o))))
        (:include (setq include (second o) overrides (mapcar #'%slot-spec (cddr o))))
        (:type (setq type (second o)))
        (:named (setq named t))
        (:initial-offset (setq offset (second o)))
        ((:print-function) (setq printer `(function ,(second o))))
        ((:print-object)
         (setq printer `(lambda (x s d) (declare (ignore d)) (funcall (function ,(second o)) x s))))
        (t (error "DEFSTRUCT ~s: ~s is not an option" name (car o)))))
    (when (and (null constructors) (not no-constructor))
      (setq constructors (list (list (%symbol-append "MAKE-" name)))))
    (let* ((own (mapcar #'%slot-spec slots))
           (inherited (if include
                          (%merge-slots (first (or (%structure-info include)
                                                   (error "DEFSTRUCT ~s: there is no structure ~s"
                                                          name include)))
                                        overrides)
                          nil))
           (all (append inherited own))
           (parent-info (if include (%structure-info include) nil)))
      (let ((names (mapcar (lambda (s) (symbol-name (car s))) all)))
        (unless (= (length names) (length (remove-duplicates names :test #'string=)))
          (error "DEFSTRUCT ~s: two slots have the same name" name)))
      (if type
          (%list-structure name type named (+ offset (if parent-info (fourth parent-info) 0))
                           all conc-name constructors copier predicate)
          `(progn
             (eval-when (:compile-toplevel :load-toplevel :execute)
               (%structure-info ',name '(,all ,conc-name nil 0))
               (%define-structure ',name ',include
                                  ',(mapcar (lambda (s) (list (first s) (third s))) own)))
             ,@(let ((i -1))
                 (mapcan
                  (lambda (s)
                    (incf i)
                    (let ((accessor (%symbol-append conc-name (first s))))
                      (if (and parent-info (< i (length inherited))
                               (eq accessor (%symbol-append (second parent-info) (first s))))
                          nil
                          `((%structure-function ',name ',accessor ,i)
                            ,(if (third s)
                                 nil
                                 `(%define-slot-setter ',name ',accessor ,i))))))
                  all))
             ,@(mapcar (lambda (c)
                         (%constructor-form c all
                                            (lambda (values) `(%make-structure ',name ,@values))))
                       constructors)
             ,@(if predicate `((%structure-function ',name ',predicate :predicate)) nil)
             ,@(if copier `((%structure-function ',name ',copier :copier)) nil)
             ,@(if printer `((%set-report ',name ,printer)) nil)
             ',name)))))

(defun %list-structure (name type named offset all conc-name constructors copier predicate)
  ;; structures that are lists or vectors
  (let* ((start (+ offset (if named 1 0)))
         (list-p (eq type 'list))
         (maker (if list-p 'list 'vector))
         (i (- start 1)))
    `(progn
       (eval-when (:compile-toplevel :load-toplevel :execute)
         (%structure-info ',name '(,all ,conc-name ,type ,(+ start (length all)))))
       ,@(mapcan
          (lambda (s)
            (incf i)
            (let ((accessor (%symbol-append conc-name (first s)))
                  (index i))
              `((defun ,accessor (x) ,(if list-p `(nth ,index x) `(aref x ,index)))
                (defsetf ,accessor (x) (new)
                  (list ,@(if list-p
                              `('%set-nth ,index x new)
                              `('%set-aref x ,index new)))))))
          all)
       ,@(mapcar (lambda (c)
                   (%constructor-form c all
                                      (lambda (values)
                                        `(,maker ,@(make-list offset)
                                                 ,@(if named `(',name) nil)
                                                 ,@values))))
                 constructors)
       ,@(if (and predicate named)
             `((defun ,predicate (x)
                 ,(if list-p
                      `(and (consp x) (eq (nth ,offset x) ',name))
                      `(and (vectorp x) (> (length x) ,offset) (eq (aref x ,offset) ',name)))))
             nil)
       ,@(if copier `((defun ,copier (x) (copy-seq x))) nil)
       ',name)))
