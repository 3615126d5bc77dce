;;; Simplification of nodes: constants folded, dead branches dropped, variables that only
;;; stand for a constant or another variable replaced, local functions called once put in
;;; their place.

(in-package :compiler)

(defun simplify-list (nodes)
  (mapcar #'simplify nodes))

(defun simplify (node)
  (case (node-kind node)
    ((:constant :datum :special-reference :global-function :local-reference :supplied :go) node)
    (:reference (let ((alias (lexical-alias (reference-variable node)))) (or alias node)))
    (:call (simplify-call node))
    (:conditional (simplify-conditional node))
    (:progression (simplify-progression node))
    (:binding (simplify-binding node))
    (:assignment
     (setf (assignment-value node) (simplify (assignment-value node)))
     node)
    (:special-assignment
     (setf (special-assignment-value node) (simplify (special-assignment-value node)))
     node)
    (:closure (simplify-function (closure-function node)) node)
    (:computed-call (simplify-computed-call node))
    (:local-call (simplify-local-call node))
    (:functions (simplify-functions node))
    (:block (setf (block-node-body node) (simplify (block-node-body node))) node)
    (:return (setf (return-node-value node) (simplify (return-node-value node))) node)
    (:tagbody
     (setf (tagbody-node-items node)
           (mapcar (lambda (item) (if (tag-p item) item (simplify item)))
                   (tagbody-node-items node)))
     node)
    (:catch
     (setf (catch-node-tag node) (simplify (catch-node-tag node)))
     (setf (catch-node-body node) (simplify (catch-node-body node)))
     node)
    (:throw
     (setf (throw-node-tag node) (simplify (throw-node-tag node)))
     (setf (throw-node-value node) (simplify (throw-node-value node)))
     node)
    (:unwind
     (setf (unwind-node-body node) (simplify (unwind-node-body node)))
     (setf (unwind-node-cleanup node) (simplify (unwind-node-cleanup node)))
     node)
    (:progv
     (setf (progv-node-symbols node) (simplify (progv-node-symbols node)))
     (setf (progv-node-data node) (simplify (progv-node-data node)))
     (setf (progv-node-body node) (simplify (progv-node-body node)))
     node)
    (:multiple-call
     (setf (multiple-call-function node) (simplify (multiple-call-function node)))
     (setf (multiple-call-arguments node) (simplify-list (multiple-call-arguments node)))
     node)
    (:multiple-prog1
     (setf (multiple-prog1-first node) (simplify (multiple-prog1-first node)))
     (setf (multiple-prog1-rest node) (simplify (multiple-prog1-rest node)))
     node)
    (:multiple-bind
     (setf (multiple-bind-source node) (simplify (multiple-bind-source node)))
     (setf (multiple-bind-body node) (simplify (multiple-bind-body node)))
     node)
    (:parameter-default
     (setf (parameter-default-value node) (simplify (parameter-default-value node)))
     node)
    (t (error "The compiler knows no node of kind ~s" (node-kind node)))))

(defun simplify-function (function)
  (setf (function-node-body function) (simplify (function-node-body function))))

(defun constant-true-p (node) (and (constant-p node) (constant-value node)))
(defun constant-nil-p (node) (and (constant-p node) (null (constant-value node))))
(defun call-of-p (node names) (and (call-p node) (member (call-name node) names)))

(defun predicate-p (node)
  "Whether the value of NODE is T or NIL."
  (cond ((call-p node)
         (let ((open (open-coded (call-name node) (length (call-arguments node)))))
           (and open (instruction-predicate-p (cadr open)))))
        ((conditional-p node)
         (and (truth-p (conditional-then node)) (truth-p (conditional-else node))))
        (t nil)))

(defun truth-p (node)
  (or (predicate-p node)
      (and (constant-p node) (or (eq (constant-value node) t) (null (constant-value node))))))

(defun simplify-conditional (node)
  (let ((test (simplify (conditional-test node))))
    (cond ((constant-p test)
           (simplify (if (constant-value test) (conditional-then node) (conditional-else node))))
          ((datum-p test) (simplify (conditional-then node)))
          (t (branch-on test (simplify (conditional-then node)) (simplify (conditional-else node)))))))

(defun branch-on (test then else)
  "A conditional of simplified parts."
  (cond ((and (call-of-p test '(not null)) (null (cdr (call-arguments test))))
         (branch-on (car (call-arguments test)) else then))
        ((and (conditional-p test) (constant-true-p (conditional-then test))
              (constant-nil-p (conditional-else test)))
         (branch-on (conditional-test test) then else))
        ((and (conditional-p test) (constant-nil-p (conditional-then test))
              (constant-true-p (conditional-else test)))
         (branch-on (conditional-test test) else then))
        ((and (constant-p then) (eq (constant-value then) t) (constant-nil-p else)
              (predicate-p test))
         test)
        ((and (constant-nil-p then) (constant-p else) (eq (constant-value else) t))
         (make-call 'not (list test)))
        (t (make-conditional test then else))))

(defun effect-free-p (node)
  (case (node-kind node)
    ((:constant :datum :reference :closure :local-reference :supplied) t)
    (t nil)))

(defun no-return-p (node)
  (member (node-kind node) '(:go :return :throw)))

(defun simplify-progression (node)
  (let ((result nil) (tail (progression-nodes node)))
    (do () ((null tail))
      (let* ((last (null (cdr tail))) (new (simplify (car tail))))
        (setq tail (cdr tail))
        (cond ((progression-p new)
               (let ((nodes (progression-nodes new)))
                 (setq result (append (reverse nodes) result))
                 (if (no-return-p (car result)) (setq tail nil))
                 (if (and (not last) tail (effect-free-p (car result)))
                     (setq result (cdr result)))))
              ((and (not last) (effect-free-p new)) nil)
              (t (setq result (cons new result))
                 (if (no-return-p new) (setq tail nil))))))
    (cond ((null result) (make-constant nil))
          ((null (cdr result)) (car result))
          (t (make-progression (reverse result))))))

(defun stable-p (node)
  "Whether NODE may stand for a variable that is never assigned."
  (case (node-kind node)
    (:constant (let ((value (constant-value node)))
                 (or (symbolp value) (numberp value) (characterp value) (stringp value)
                     (consp value))))
    (:reference (= (lexical-assignments (reference-variable node)) 0))
    (t nil)))

(defun simplify-binding (node)
  (let ((variables nil) (inits nil))
    (do ((v (binding-variables node) (cdr v)) (i (binding-inits node) (cdr i))) ((null v))
      (let ((variable (car v)) (init (simplify (car i))))
        (cond ((and (lexical-p variable) (= (lexical-assignments variable) 0) (stable-p init))
               (if (reference-p init)
                   (setf (lexical-references (reference-variable init))
                         (+ (lexical-references (reference-variable init))
                            (lexical-references variable) -1)))
               (setf (lexical-alias variable) init))
              ((and (lexical-p variable) (= (lexical-assignments variable) 0)
                    (= (lexical-references variable) 0) (effect-free-p init)))
              (t (setq variables (cons variable variables))
                 (setq inits (cons init inits))))))
    (setq variables (reverse variables) inits (reverse inits))
    (let ((body (simplify (binding-body node))))
      (cond ((null variables) body)
            ((disjunction-pattern-p variables body)
             (make-disjunction (car inits) (conditional-else body)))
            (t (make-binding variables inits body))))))

(defun refers-to-p (node variable)
  (and (reference-p node) (eq (reference-variable node) variable)))

(defun disjunction-pattern-p (variables body)
  "(let ((v a)) (if v v b)), where V is mentioned nowhere else."
  (let ((variable (car variables)))
    (and (null (cdr variables)) (lexical-p variable)
         (= (lexical-references variable) 2) (= (lexical-assignments variable) 0)
         (conditional-p body)
         (refers-to-p (conditional-test body) variable)
         (refers-to-p (conditional-then body) variable))))

;;; Calls

(defun simplify-call (node)
  (let ((arguments (simplify-list (call-arguments node))) (name (call-name node)))
    (setf (call-arguments node) arguments)
    (cond ((and (symbolp name) (get name 'fold) (every #'constant-p arguments))
           (fold-call node (mapcar #'constant-value arguments)))
          ((and (eq name 'not) (null (cdr arguments)) (call-of-p (car arguments) '(not null))
                (predicate-p (car (call-arguments (car arguments)))))
           (car (call-arguments (car arguments))))
          (t node))))

(defun simplify-computed-call (node)
  (let ((function (simplify (computed-call-function node)))
        (arguments (simplify-list (computed-call-arguments node))))
    (case (node-kind function)
      (:global-function (make-call (global-function-name function) arguments))
      (:local-reference
       (make-local-call (local-reference-function function) arguments))
      (t (make-computed-call function arguments)))))

;;; Constant folding: of integers, characters, symbols; (get NAME 'fold) is (function . check),
;;; CHECK the name of a predicate that all arguments satisfy.

(defun define-folding (check alist)
  (dolist (entry alist)
    (setf (get (car entry) 'fold) (cons (cadr entry) check))))

(defun any-constant-p (x) (declare (ignore x)) t)
(defun small-integer-p (x) (and (integerp x) (< (integer-length x) 200)))

(define-folding 'small-integer-p
 '((si:%add +) (si:%subtract -) (si:%multiply *) (si:%minus -) (si:%less <) (si:%greater >)
   (si:%num-equal =) (si:%logand logand) (si:%logior logior) (si:%logxor logxor)
   (lognot lognot) (1+ 1+) (1- 1-) (zerop zerop) (plusp plusp) (minusp minusp)
   (evenp evenp) (oddp oddp) (integer-length integer-length) (code-char code-char)))
(define-folding 'characterp '((char-code char-code)))
(define-folding 'any-constant-p
 '((not not) (null null) (symbolp symbolp) (consp consp) (listp listp) (atom atom)
   (stringp stringp) (characterp characterp) (integerp integerp) (numberp numberp)
   (keywordp keywordp)))
(define-folding 'immediate-p '((eq eql)))

(defun fold-call (node values)
  (let ((fold (get (call-name node) 'fold)))
    (if (and (every (cdr fold) values)
             (let ((range (fold-range (call-name node))))
               (and (>= (length values) (car range)) (<= (length values) (cdr range)))))
        (make-constant (apply (car fold) values))
        node)))

(defun fold-range (name)
  (let ((counts (mapcar #'car (get name 'open-coded))))
    (if counts
        (cons (apply #'min counts) (apply #'max counts))
        (cons 1 0))))

;;; Local functions

(defun only-required-p (function)
  (not (or (function-node-optional function) (function-node-rest function)
           (function-node-keyed function))))

(defun called-once-p (local)
  "Whether the one mention of LOCAL is a call with the right number of arguments."
  (let ((function (local-function-function local)))
    (and (= (local-function-references local) 0)
         (only-required-p function)
         (equal (local-function-counts local)
                (list (length (function-node-required function)))))))

(defun simplify-local-call (node)
  (let* ((local (local-call-function node))
         (function (local-function-function local)))
    (check-local-call local (length (local-call-arguments node)))
    (if (called-once-p local)
        (simplify-binding
         (make-binding (function-node-required function) (local-call-arguments node)
                       (function-node-body function)))
        (progn (setf (local-call-arguments node) (simplify-list (local-call-arguments node)))
               node))))

(defun check-local-call (local count)
  (let* ((function (local-function-function local))
         (least (length (function-node-required function)))
         (most (+ least (length (function-node-optional function)))))
    (if (or (< count least)
            (and (> count most) (null (function-node-rest function))
                 (not (function-node-keyed function))))
        (warn-about *current-form* "The local function ~s is called with ~d arguments"
                    (local-function-name local) count))))

(defun simplify-functions (node)
  (let ((kept nil))
    (dolist (local (functions-list node))
      (if (not (or (called-once-p local)
                   (and (null (local-function-counts local))
                        (= (local-function-references local) 0))))
          (setq kept (cons local kept))))
    (setq kept (reverse kept))
    (dolist (local kept) (simplify-function (local-function-function local)))
    (let ((body (simplify (functions-body node))))
      (if (null kept)
          body
          (make-functions kept body)))))
