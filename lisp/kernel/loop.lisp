;;; LOOP: the macro, its main clauses and accumulation. Iteration (FOR, AS, REPEAT) is in
;;; loop-iteration.
;;;
;;; A clause parser takes its words from *loop-tail* and adds to the lists below. The
;;; expansion is
;;;   (block NAME WRAPPERS… (tagbody PROLOGUE FIRST… top BODY… next STEP… (go top)
;;;                           end EPILOGUE… (return-from NAME RESULT)))
;;; FIRST and STEP are the forms that FOR clauses execute before the first and before each
;;; later iteration; they jump to the end when the iteration is over.

(in-package :si)

(eval-when (:compile-toplevel :load-toplevel :execute)

  (defvar *loop-tail* nil "what is left of the form")
  (defvar *loop-name* nil)
  (defvar *loop-wrappers* nil "binding forms without bodies, innermost first")
  (defvar *loop-prologue* nil)
  (defvar *loop-first* nil)
  (defvar *loop-body* nil)
  (defvar *loop-step* nil)
  (defvar *loop-epilogue* nil)
  (defvar *loop-result* nil "list of the default result form, or NIL")
  (defvar *loop-accumulators* nil "(name kind variable tail-variable) of each accumulation")
  (defvar *loop-end* nil "tag at the end")
  (defvar *loop-it* nil "variable that IT means in a conditional clause, or NIL")
  (defvar *loop-environment* nil)

  (defun loop-word-p (item &rest names)
    (and (symbolp item) item (member (symbol-name item) names :test #'string=) t))

  (defun loop-peek (&rest names)
    (and *loop-tail* (apply #'loop-word-p (car *loop-tail*) names)))

  (defun loop-next ()
    (if (null *loop-tail*)
        (error "LOOP ends in the middle of a clause")
        (let ((item (car *loop-tail*)))
          (setq *loop-tail* (cdr *loop-tail*))
          item)))

  (defun loop-accept (&rest names)
    "Takes the next word if it is one of NAMES."
    (if (apply #'loop-peek names) (progn (loop-next) t) nil))

  (defun loop-form ()
    "The next form; IT means the value of the test in a conditional clause."
    (let ((form (loop-next)))
      (if (and *loop-it* (loop-word-p form "IT")) (loop-use-it) form)))

  (defvar *loop-it-used* nil)

  (defun loop-use-it ()
    (setq *loop-it-used* t)
    *loop-it*)

  (defun loop-compound-forms ()
    (let ((forms nil))
      (do () ((not (and *loop-tail* (consp (car *loop-tail*)))))
        (setq forms (cons (loop-next) forms)))
      (when (null forms)
        (error "LOOP wants a compound form~@[ before ~s~]" (car *loop-tail*)))
      (reverse forms)))

  (defun loop-emit-body (form) (setq *loop-body* (cons form *loop-body*)))

  ;; Types and patterns

  (defun loop-type ()
    "An optional type specification; the type or NIL."
    (cond ((loop-accept "OF-TYPE") (loop-next))
          ((loop-peek "FIXNUM" "FLOAT" "T" "NIL") (loop-next))
          (t nil)))

  (defun loop-type-default (type)
    (cond ((member type '(fixnum integer number rational real bit unsigned-byte)) 0)
          ((member type '(float single-float short-float)) 0.0)
          ((member type '(double-float long-float)) '(coerce 0 'double-float))
          ((and (consp type) (member (car type) '(integer unsigned-byte signed-byte mod))) 0)
          (t nil)))

  (defun pattern-variables (pattern)
    (cond ((null pattern) nil)
          ((atom pattern) (list pattern))
          (t (append (pattern-variables (car pattern)) (pattern-variables (cdr pattern))))))

  (defun pattern-bindings (pattern form)
    "LET* bindings that bind the variables of PATTERN to the parts of FORM."
    (cond ((null pattern) (list (list (gensym "IGNORED") form)))
          ((atom pattern) (list (list pattern form)))
          (t (let ((g (gensym "PART")))
               (append (list (list g form))
                       (if (car pattern) (pattern-bindings (car pattern) `(car ,g)) nil)
                       (if (cdr pattern) (pattern-bindings (cdr pattern) `(cdr ,g)) nil))))))

  (defun pattern-assignment (pattern form)
    (cond ((null pattern) form)
          ((atom pattern) `(setq ,pattern ,form))
          (t (let ((g (gensym "PART")))
               `(let ((,g ,form))
                  ,@(if (car pattern) (list (pattern-assignment (car pattern) `(car ,g))) nil)
                  ,@(if (cdr pattern) (list (pattern-assignment (cdr pattern) `(cdr ,g))) nil))))))

  (defun loop-wrap (bindings &optional (operator 'let*))
    (when bindings
      (setq *loop-wrappers*
            (cons (list operator bindings
                        `(declare (ignorable ,@(mapcar #'car bindings))))
                  *loop-wrappers*))))

  ;; WITH

  (defun loop-with ()
    (let ((groups nil))
      (do ((more t)) ((not more))
        (let* ((pattern (loop-next)) (type (loop-type))
               (form (if (loop-accept "=") (loop-next) (loop-type-default type))))
          (setq groups (cons (list pattern form) groups)
                more (loop-accept "AND"))))
      (setq groups (reverse groups))
      (if (null (cdr groups))
          (loop-with-one (caar groups) (cadar groups))
          (let ((temps (mapcar (lambda (g) (list (gensym "WITH") (cadr g))) groups)))
            (loop-wrap temps 'let)
            (mapc (lambda (group temp) (loop-with-one (car group) (car temp)))
                  groups temps)))))

  (defun loop-with-one (pattern form)
    (if (and (consp pattern) (null form))
        (loop-wrap (mapcar (lambda (v) (list v nil)) (pattern-variables pattern)))
        (loop-wrap (pattern-bindings pattern form))))

  ;; Accumulation

  (defun loop-accumulator (kind)
    "Finds or makes the accumulation that an optional INTO names."
    (let* ((name (if (loop-accept "INTO") (loop-next) nil))
           (type (if (member kind '(list)) nil (loop-type)))
           (found (do ((l *loop-accumulators* (cdr l))) ((null l) nil)
                    (when (eq (caar l) name) (return (car l))))))
      (cond
        (found
         (unless (eq (cadr found) kind)
           (error "LOOP cannot mix kinds of accumulation~@[ into ~s~]" name))
         found)
        (t
         (let* ((variable (or name (gensym "RESULT")))
                (tail (if (eq kind 'list) (gensym "TAIL") nil))
                (entry (list name kind variable tail)))
           (setq *loop-accumulators* (cons entry *loop-accumulators*))
           (loop-wrap (append (list (list variable (if (eq kind 'number)
                                                       (or (loop-type-default type) 0)
                                                       nil)))
                              (if tail (list (list tail nil)) nil)))
           (unless name (loop-default-result variable))
           entry)))))

  (defun loop-default-result (form)
    (if (and *loop-result* (not (equal (car *loop-result*) form)))
        (error "LOOP has two clauses that give its result")
        (setq *loop-result* (list form))))

  (defun loop-collect (operation)
    (let* ((form (loop-form)) (entry (loop-accumulator 'list))
           (head (caddr entry)) (tail (cadddr entry)))
      (if (eq operation 'collect)
          `(setq ,tail (if ,tail
                           (cdr (rplacd ,tail (cons ,form nil)))
                           (setq ,head (cons ,form nil))))
          (let ((g (gensym "LIST")))
            `(let ((,g ,(if (eq operation 'append) `(loop-copy ,form) form)))
               (when ,g
                 (if ,tail (rplacd ,tail ,g) (setq ,head ,g))
                 (when (consp ,g) (setq ,tail (last ,g)))))))))

  (defun loop-number (operation)
    (let* ((form (loop-form))
           (kind (if (member operation '(max min)) 'extreme 'number))
           (variable (caddr (loop-accumulator kind))))
      (cond ((eq operation 'count) `(when ,form (setq ,variable (1+ ,variable))))
            ((eq operation 'sum) `(setq ,variable (+ ,variable ,form)))
            (t (let ((g (gensym "VALUE")))
                 `(let ((,g ,form))
                    (setq ,variable (if ,variable (,operation ,variable ,g) ,g))))))))

  ;; Conditionals

  (defun loop-conditional (negated)
    (let* ((test (loop-form)) (it (gensym "IT")) (*loop-it-used* nil)
           (then (let ((*loop-it* it)) (loop-selectable-clauses)))
           (else (if (loop-accept "ELSE")
                     (let ((*loop-it* it)) (loop-selectable-clauses))
                     nil)))
      (loop-accept "END")
      (let ((choice `(if ,(if *loop-it-used* it test)
                         (progn ,@(if negated else then))
                         (progn ,@(if negated then else)))))
        (if *loop-it-used* `(let ((,it ,test)) ,choice) choice))))

  (defun loop-selectable-clauses ()
    (let ((forms (list (loop-selectable-clause))))
      (do () ((not (loop-accept "AND")))
        (setq *loop-it* nil)
        (setq forms (cons (loop-selectable-clause) forms)))
      (reverse forms)))

  (defun loop-selectable-clause ()
    (or (loop-action-clause)
        (error "~s begins no LOOP clause that can be conditional" (car *loop-tail*))))

  (defun loop-action-clause ()
    "The form of a clause that acts once an iteration; NIL when the next is none."
    (cond
      ((loop-accept "DO" "DOING") `(progn ,@(loop-compound-forms)))
      ((loop-accept "RETURN") `(return-from ,*loop-name* ,(loop-form)))
      ((loop-accept "COLLECT" "COLLECTING") (loop-collect 'collect))
      ((loop-accept "APPEND" "APPENDING") (loop-collect 'append))
      ((loop-accept "NCONC" "NCONCING") (loop-collect 'nconc))
      ((loop-accept "COUNT" "COUNTING") (loop-number 'count))
      ((loop-accept "SUM" "SUMMING") (loop-number 'sum))
      ((loop-accept "MAXIMIZE" "MAXIMIZING") (loop-number 'max))
      ((loop-accept "MINIMIZE" "MINIMIZING") (loop-number 'min))
      ((loop-accept "IF" "WHEN") (loop-conditional nil))
      ((loop-accept "UNLESS") (loop-conditional t))
      (t nil)))

  (defun loop-clause ()
    (let ((action (loop-action-clause)))
      (cond
        (action (loop-emit-body action))
        ((loop-accept "NAMED") (error "NAMED must come first in LOOP"))
        ((loop-accept "WITH") (loop-with))
        ((loop-accept "FOR" "AS") (loop-for))
        ((loop-accept "REPEAT") (loop-repeat))
        ((loop-accept "WHILE") (loop-emit-body `(unless ,(loop-next) (go ,*loop-end*))))
        ((loop-accept "UNTIL") (loop-emit-body `(when ,(loop-next) (go ,*loop-end*))))
        ((loop-accept "ALWAYS")
         (loop-default-result t)
         (loop-emit-body `(unless ,(loop-next) (return-from ,*loop-name* nil))))
        ((loop-accept "NEVER")
         (loop-default-result t)
         (loop-emit-body `(when ,(loop-next) (return-from ,*loop-name* nil))))
        ((loop-accept "THEREIS")
         (let ((g (gensym "IT")))
           (loop-emit-body `(let ((,g ,(loop-next)))
                              (when ,g (return-from ,*loop-name* ,g))))))
        ((loop-accept "INITIALLY")
         (setq *loop-prologue* (append *loop-prologue* (loop-compound-forms))))
        ((loop-accept "FINALLY")
         (setq *loop-epilogue*
               (append *loop-epilogue*
                       (if (loop-accept "RETURN")
                           (list `(return-from ,*loop-name* ,(loop-next)))
                           (progn (loop-accept "DO" "DOING") (loop-compound-forms))))))
        (t (error "~s begins no LOOP clause" (car *loop-tail*))))))

  (defun loop-wrap-all (wrappers form)
    (if (null wrappers)
        form
        (loop-wrap-all (cdr wrappers) (append (car wrappers) (list form)))))

  (defun expand-loop (words environment)
    (let* ((*loop-tail* words) (*loop-environment* environment)
           (*loop-name* (if (loop-accept "NAMED") (loop-next) nil))
           (*loop-wrappers* nil) (*loop-prologue* nil) (*loop-first* nil) (*loop-body* nil)
           (*loop-step* nil) (*loop-epilogue* nil) (*loop-result* nil)
           (*loop-accumulators* nil) (*loop-it* nil)
           (*loop-end* (gensym "END-LOOP")) (top (gensym "NEXT-LOOP")))
      (do () ((null *loop-tail*)) (loop-clause))
      `(block ,*loop-name*
         ,(loop-wrap-all
           *loop-wrappers*
           `(macrolet ((loop-finish () '(go ,*loop-end*)))
              (tagbody
                ,@*loop-prologue*
                ,@(reverse *loop-first*)
                ,top
                ,@(mapcar #'loop-statement (reverse *loop-body*))
                ,@(reverse *loop-step*)
                (go ,top)
                ,*loop-end*
                ,@(mapcar #'loop-statement *loop-epilogue*)
                (return-from ,*loop-name* ,(car *loop-result*))))))))

  (defun loop-statement (form)
    "FORM as a statement of a TAGBODY."
    (if (atom form) `(progn ,form) form)))

(defmacro loop (&rest words &environment environment)
  (if (do ((l words (cdr l))) ((null l) t) (when (atom (car l)) (return nil)))
      (let ((top (gensym "TOP")))
        `(block nil (tagbody ,top ,@words (go ,top))))
      (expand-loop words environment)))

(defmacro loop-finish ()
  (error "LOOP-FINISH outside of LOOP"))

(defun loop-copy (list)
  "A copy of LIST in full pairs, to whose end LOOP appends."
  (if (atom list)
      list
      (let* ((head (cons (car list) nil)) (tail head))
        (do ((l (cdr list) (cdr l)))
            ((atom l) (when l (rplacd tail l)) head)
          (setq tail (cdr (rplacd tail (cons (car l) nil))))))))
