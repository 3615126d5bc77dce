;;; LOOP's iteration clauses: FOR and AS in all their forms, and REPEAT.
;;;
;;; A parser returns a list (bindings first steps), where first and steps are each
;;; (before assignments after): tests made before the variables change, a list of
;;; (pattern form), tests made afterwards. Clauses joined by AND assign in parallel.

(in-package :si)

(eval-when (:compile-toplevel :load-toplevel :execute)

  (defun loop-for ()
    (let ((clauses nil))
      (do ((more t)) ((not more))
        (setq clauses (cons (loop-for-clause) clauses)
              more (loop-accept "AND"))
        (when more (loop-accept "FOR" "AS")))
      (setq clauses (reverse clauses))
      (loop-wrap (apply #'append (mapcar #'car clauses)))
      (setq *loop-first* (append (reverse (loop-phase (mapcar #'cadr clauses))) *loop-first*)
            *loop-step* (append (reverse (loop-phase (mapcar #'caddr clauses))) *loop-step*))))

  (defun loop-phase (phases)
    "The forms of one phase of clauses that are executed together."
    (append
     (apply #'append (mapcar #'car phases))
     (if (null (cdr phases))
         (mapcar (lambda (a) (pattern-assignment (car a) (cadr a))) (cadr (car phases)))
         (let ((assignments (apply #'append (mapcar #'cadr phases))))
           (if (null assignments)
               nil
               (let ((temps (mapcar (lambda (a) (list (gensym "NEW") (cadr a))) assignments)))
                 `((let ,temps
                     ,@(mapcar (lambda (a temp) (pattern-assignment (car a) (car temp)))
                               assignments temps)))))))
     (apply #'append (mapcar #'caddr phases))))

  (defun loop-end-when (test) (list `(when ,test (go ,*loop-end*))))

  (defun loop-variable-bindings (pattern type)
    (mapcar (lambda (v) (list v (loop-type-default type))) (pattern-variables pattern)))

  (defun loop-for-clause ()
    (let* ((pattern (loop-next)) (type (loop-type)))
      (cond
        ((loop-accept "IN") (loop-for-list pattern type t))
        ((loop-accept "ON") (loop-for-list pattern type nil))
        ((loop-accept "=") (loop-for-equals pattern type))
        ((loop-accept "ACROSS") (loop-for-across pattern type))
        ((loop-accept "BEING") (loop-for-being pattern type))
        ((loop-peek "FROM" "UPFROM" "DOWNFROM" "TO" "UPTO" "DOWNTO" "BELOW" "ABOVE" "BY")
         (loop-for-arithmetic pattern type))
        (t (error "~s cannot follow FOR ~s in LOOP" (car *loop-tail*) pattern)))))

  (defun loop-for-list (pattern type in)
    (let* ((tail (if (and (not in) pattern (symbolp pattern)) pattern (gensym "TAIL")))
           (list (loop-next))
           (step (if (loop-accept "BY") (loop-next) nil))
           (function (if (or (null step) (loop-plain-function step)) nil (gensym "STEP")))
           (advance (cond (function `(funcall ,function ,tail))
                          (step `(,(loop-plain-function step) ,tail))
                          (t `(cdr ,tail))))
           (own (eq tail pattern))
           (test (loop-end-when `(atom ,tail)))
           (bindings (append (list (list tail list))
                             (if function (list (list function step)) nil)
                             (if own nil (loop-variable-bindings pattern type)))))
      (cond
        (own (list bindings (list nil nil test) (list nil (list (list tail advance)) test)))
        (in (let ((phase (list test (list (list pattern `(car ,tail)) (list tail advance)) nil)))
              (list bindings phase phase)))
        (t (let ((phase (list test (list (list pattern tail) (list tail advance)) nil)))
             (list bindings phase phase))))))

  (defun loop-plain-function (form)
    "F, when FORM is (function F) with a symbol F."
    (if (and (consp form) (member (car form) '(function quote)) (symbolp (cadr form)))
        (cadr form)
        nil))

  (defun loop-for-equals (pattern type)
    (let ((form (loop-next)))
      (if (loop-accept "THEN")
          (let ((then (loop-next)))
            (list (loop-variable-bindings pattern type)
                  (list nil (list (list pattern form)) nil)
                  (list nil (list (list pattern then)) nil)))
          (let ((phase (list nil (list (list pattern form)) nil)))
            (list (loop-variable-bindings pattern type) phase phase)))))

  (defun loop-for-across (pattern type)
    (let* ((vector (gensym "VECTOR")) (index (gensym "INDEX")) (length (gensym "LENGTH"))
           (form (loop-next))
           (phase (list (loop-end-when `(>= ,index ,length))
                        (list (list pattern `(aref ,vector ,index))
                              (list index `(1+ ,index)))
                        nil)))
      (list (append (list (list vector form) (list index 0) (list length `(length ,vector)))
                    (loop-variable-bindings pattern type))
            phase phase)))

  (defun loop-for-arithmetic (variable type)
    (let ((from nil) (limit nil) (step nil) (down nil) (test nil) (bindings nil)
          (v (or variable (gensym "COUNT"))))
      (labels ((constant-or-bind (form prefix)
                 (if (numberp form)
                     form
                     (let ((g (gensym prefix)))
                       (setq bindings (cons (list g form) bindings))
                       g))))
        (do () ((not (loop-peek "FROM" "UPFROM" "DOWNFROM" "TO" "UPTO" "DOWNTO" "BELOW"
                                "ABOVE" "BY")))
          (cond
            ((loop-accept "FROM" "UPFROM") (setq from (constant-or-bind (loop-next) "FROM")))
            ((loop-accept "DOWNFROM")
             (setq down t from (constant-or-bind (loop-next) "FROM")))
            ((loop-accept "TO" "UPTO")
             (setq limit (constant-or-bind (loop-next) "LIMIT") test :to))
            ((loop-accept "DOWNTO")
             (setq down t limit (constant-or-bind (loop-next) "LIMIT") test :to))
            ((loop-accept "BELOW")
             (setq limit (constant-or-bind (loop-next) "LIMIT") test :strict))
            ((loop-accept "ABOVE")
             (setq down t limit (constant-or-bind (loop-next) "LIMIT") test :strict))
            (t (loop-next) (setq step (constant-or-bind (loop-next) "BY")))))
        (when (and down (null from))
          (error "LOOP: FOR ~s goes down from nowhere" variable))
        (let ((end (if limit
                       (loop-end-when
                        (list (if down
                                  (if (eq test :to) '< '<=)
                                  (if (eq test :to) '> '>=))
                              v limit))
                       nil)))
          (list (append (reverse bindings)
                        (list (list v (or from (loop-type-default type) 0))))
                (list nil nil end)
                (list nil
                      (list (list v (if step
                                        (list (if down '- '+) v step)
                                        (list (if down '1- '1+) v))))
                      end))))))

  (defun loop-for-being (pattern type)
    (loop-accept "THE" "EACH")
    (let ((kind (symbol-name (loop-next))))
      (unless (loop-accept "OF" "IN")
        (setq *loop-tail* (cons '*package* *loop-tail*)))
      (let* ((form (loop-next))
             (other (if (loop-accept "USING") (cadr (loop-next)) nil)))
        (cond
          ((member kind '("HASH-KEY" "HASH-KEYS") :test #'string=)
           (loop-for-hash pattern other form type))
          ((member kind '("HASH-VALUE" "HASH-VALUES") :test #'string=)
           (loop-for-hash other pattern form type))
          (t
           (let* ((lister (cond ((member kind '("SYMBOL" "SYMBOLS") :test #'string=)
                                 'package-accessible-symbols)
                                ((member kind '("PRESENT-SYMBOL" "PRESENT-SYMBOLS")
                                         :test #'string=)
                                 'package-present-symbols)
                                ((member kind '("EXTERNAL-SYMBOL" "EXTERNAL-SYMBOLS")
                                         :test #'string=)
                                 'package-external-symbols)
                                (t (error "LOOP: FOR ~s BEING ~a" pattern kind)))))
             (setq *loop-tail* (cons `(,lister ,form) *loop-tail*))
             (loop-for-list pattern type t)))))))

  (defun loop-for-hash (key-pattern value-pattern table type)
    (let* ((state (gensym "STATE")) (more (gensym "MORE")) (key (gensym "KEY"))
           (value (gensym "VALUE"))
           (phase (list (append (list `(multiple-value-setq (,more ,key ,value)
                                         (hash-table-iterator-next ,state)))
                                (loop-end-when `(not ,more)))
                        (append (if key-pattern (list (list key-pattern key)) nil)
                                (if value-pattern (list (list value-pattern value)) nil))
                        nil)))
      (list (append (list (list state `(hash-table-iterator-state ,table))
                          (list more nil) (list key nil) (list value nil))
                    (loop-variable-bindings key-pattern type)
                    (loop-variable-bindings value-pattern type))
            phase phase)))

  (defun loop-repeat ()
    (let ((g (gensym "REPEAT")))
      (loop-wrap (list (list g (loop-next))))
      (setq *loop-first* (append (reverse (loop-end-when `(<= ,g 0))) *loop-first*)
            *loop-step* (append (reverse (append (list `(setq ,g (1- ,g)))
                                                 (loop-end-when `(<= ,g 0))))
                                *loop-step*)))))
