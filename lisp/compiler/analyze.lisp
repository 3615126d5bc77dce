;;; Analysis: which variables are captured, which functions need an environment, which exits
;;; cross functions; then the contours that hold the captured variables.
;;;
;;; A contour is made where a construct binds captured variables, unless it is inside another
;;; one that control enters just as often: then the variables join that one. Inside a TAGBODY
;;; control may come by many times, so constructs there start contours of their own.

(in-package :compiler)

(defvar *function*)             ; the function being walked
(defvar *unwinding*)            ; the innermost UNWIND-PROTECT of it, or NIL
(defvar *local-uses*)           ; (function . local-function) for each mention
(defvar *local-functions*)      ; all local functions, newest first
(defvar *contour*)              ; innermost contour
(defvar *region*)               ; the contour that captured variables may join, or NIL

(defconstant contour-limit 250 "Cells of a contour: a long instruction has eight bits for them.")

(defun analyze (function)
  "Analyzes an outermost function; the list of its lifted local functions in order."
  (let ((*function* nil) (*unwinding* nil) (*local-uses* nil) (*local-functions* nil)
        (*contour* nil) (*region* nil))
    (scan-function function)
    (spread-environments)
    (let ((number 0) (lifted nil))
      (dolist (local (reverse *local-functions*))
        (if (not (function-node-environment (local-function-function local)))
            (progn (setf (local-function-lifted local) number)
                   (setq number (+ number 1) lifted (cons local lifted)))))
      (place-function function)
      (reverse lifted))))

;;; First walk

(defun scan-list (nodes) (dolist (node nodes) (scan node)))

(defun scan-function (function)
  (setf (function-node-parent function) *function*)
  (let ((*function* function) (*unwinding* nil))
    (scan-variables (function-parameters function))
    (scan (function-node-body function))))

(defun function-parameters (function)
  (append (function-node-required function) (function-node-optional function)
          (if (function-node-rest function) (list (function-node-rest function)) nil)
          (mapcar #'cadr (function-node-keys function))))

(defun scan-variables (variables)
  (dolist (variable variables)
    (if (lexical-p variable) (setf (lexical-home variable) *function*))))

(defun note-use (variable function)
  "FUNCTION mentions VARIABLE."
  (let ((home (lexical-home variable)))
    (if (not (eq home function))
        (progn
          (setf (lexical-captured variable) t)
          (do ((f function (function-node-parent f))) ((eq f home))
            (setf (function-node-environment f) t))))))

(defun note-exit (target-home target-unwinding)
  "Whether an exit from here to there must be a throw."
  (not (and (eq target-home *function*) (eq target-unwinding *unwinding*))))

(defun scan (node)
  (case (node-kind node)
    ((:constant :datum :special-reference :global-function :supplied) nil)
    (:reference (note-use (reference-variable node) *function*))
    (:assignment
     (note-use (assignment-variable node) *function*)
     (scan (assignment-value node)))
    (:special-assignment (scan (special-assignment-value node)))
    (:local-reference
     (setq *local-uses* (cons (cons *function* (local-reference-function node)) *local-uses*)))
    (:local-call
     (setq *local-uses* (cons (cons *function* (local-call-function node)) *local-uses*))
     (scan-list (local-call-arguments node)))
    (:closure (scan-function (closure-function node)))
    (:conditional
     (scan (conditional-test node)) (scan (conditional-then node)) (scan (conditional-else node)))
    (:disjunction (scan (disjunction-first node)) (scan (disjunction-second node)))
    (:progression (scan-list (progression-nodes node)))
    (:binding
     (scan-list (binding-inits node))
     (scan-variables (binding-variables node))
     (scan (binding-body node)))
    (:call (scan-list (call-arguments node)))
    (:computed-call
     (scan (computed-call-function node)) (scan-list (computed-call-arguments node)))
    (:functions
     (dolist (local (functions-list node))
       (setf (lexical-home (local-function-variable local)) *function*)
       (setq *local-functions* (cons local *local-functions*)))
     (dolist (local (functions-list node)) (scan-function (local-function-function local)))
     (scan (functions-body node)))
    (:block
     (let ((exit (block-node-exit node)))
       (setf (exit-home exit) *function*)
       (setf (exit-unwinding exit) *unwinding*)
       (setf (exit-variable exit) (make-lexical (exit-name exit)))
       (setf (lexical-home (exit-variable exit)) *function*)
       (scan (block-node-body node))))
    (:return
     (let ((exit (return-node-exit node)))
       (if (note-exit (exit-home exit) (exit-unwinding exit))
           (progn (setf (exit-distant exit) t)
                  (note-use (exit-variable exit) *function*)))
       (scan (return-node-value node))))
    (:tagbody
     (let ((tags (tagbody-node-tags node)))
       (setf (tags-home tags) *function*)
       (setf (tags-unwinding tags) *unwinding*)
       (setf (tags-variable tags) (make-lexical nil))
       (setf (lexical-home (tags-variable tags)) *function*)
       (dolist (item (tagbody-node-items node)) (if (not (tag-p item)) (scan item)))))
    (:go
     (let ((tags (tag-body (go-node-tag node))))
       (if (note-exit (tags-home tags) (tags-unwinding tags))
           (progn (setf (tags-distant tags) t)
                  (note-use (tags-variable tags) *function*)))))
    (:catch (scan (catch-node-tag node)) (scan (catch-node-body node)))
    (:throw (scan (throw-node-tag node)) (scan (throw-node-value node)))
    (:unwind
     (let ((*unwinding* node)) (scan (unwind-node-body node)))
     (scan (unwind-node-cleanup node)))
    (:progv
     (scan (progv-node-symbols node)) (scan (progv-node-data node)) (scan (progv-node-body node)))
    (:multiple-call
     (scan (multiple-call-function node)) (scan-list (multiple-call-arguments node)))
    (:multiple-prog1 (scan (multiple-prog1-first node)) (scan (multiple-prog1-rest node)))
    (:multiple-bind
     (scan (multiple-bind-source node))
     (scan-variables (multiple-bind-variables node))
     (scan (multiple-bind-body node)))
    (:parameter-default (scan (parameter-default-value node)))
    (t (error "The compiler knows no node of kind ~s" (node-kind node)))))

(defun spread-environments ()
  "A function that mentions a local function which needs an environment needs one itself, or
the variable that holds the closure: until nothing changes."
  (let ((waiting *local-uses*) (changed t))
    (do () ((not changed))
      (setq changed nil)
      (let ((rest nil))
        (dolist (use waiting)
          (if (function-node-environment (local-function-function (cdr use)))
              (progn (setq changed t)
                     (note-use (local-function-variable (cdr use)) (car use)))
              (setq rest (cons use rest))))
        (setq waiting (reverse rest))))))

;;; Second walk

(defun captured-lexicals (variables)
  (remove-if-not (lambda (v) (and (lexical-p v) (lexical-captured v))) variables))

(defun place-cells (variables)
  "Gives captured VARIABLES cells. The contour if a new one has to be entered here, else NIL;
*REGION* and *CONTOUR* are set to where the cells are."
  (let ((captured (captured-lexicals variables)) (new nil))
    (if captured
        (progn
          (if (or (null *region*) (> (contour-size *region*) contour-limit))
              (progn
                (setq new (make-contour *contour*))
                (setf (function-node-contours *function*) t)
                (setq *region* new *contour* new)))
          (dolist (variable captured)
            (setf (lexical-place variable) :cell)
            (setf (lexical-contour variable) *region*)
            (setf (lexical-index variable) (contour-size *region*))
            (setf (contour-size *region*) (+ 1 (contour-size *region*))))))
    new))

(defun place-list (nodes) (dolist (node nodes) (place node)))

(defun place-function (function)
  (setf (function-node-outer function)
        (if (function-node-environment function) *contour* nil))
  (let ((*function* function)
        (*contour* (function-node-outer function))
        (*region* nil))
    (setf (function-node-contour function) (place-cells (function-parameters function)))
    (place (function-node-body function))))

(defun place (node)
  (case (node-kind node)
    ((:constant :datum :special-reference :global-function :supplied :reference :local-reference
      :go)
     nil)
    (:assignment (place (assignment-value node)))
    (:special-assignment (place (special-assignment-value node)))
    (:local-call (place-list (local-call-arguments node)))
    (:closure (place-function (closure-function node)))
    (:conditional
     (place (conditional-test node)) (place (conditional-then node)) (place (conditional-else node)))
    (:disjunction (place (disjunction-first node)) (place (disjunction-second node)))
    (:progression (place-list (progression-nodes node)))
    (:binding
     (place-list (binding-inits node))
     (let ((*contour* *contour*) (*region* *region*))
       (setf (binding-contour node) (place-cells (binding-variables node)))
       (place (binding-body node))))
    (:call (place-list (call-arguments node)))
    (:computed-call
     (place (computed-call-function node)) (place-list (computed-call-arguments node)))
    (:functions
     (let ((*contour* *contour*) (*region* *region*))
       (setf (functions-contour node)
             (place-cells (mapcar #'local-function-variable (functions-list node))))
       (dolist (local (functions-list node)) (place-function (local-function-function local)))
       (place (functions-body node))))
    (:block
     (let ((*contour* *contour*) (*region* *region*))
       (setf (block-node-contour node)
             (place-cells (list (exit-variable (block-node-exit node)))))
       (place (block-node-body node))))
    (:return (place (return-node-value node)))
    (:tagbody
     (let ((*contour* *contour*) (*region* *region*))
       (setf (tagbody-node-contour node)
             (place-cells (list (tags-variable (tagbody-node-tags node)))))
       (setq *region* nil)
       (dolist (item (tagbody-node-items node)) (if (not (tag-p item)) (place item)))))
    (:catch (place (catch-node-tag node)) (place (catch-node-body node)))
    (:throw (place (throw-node-tag node)) (place (throw-node-value node)))
    (:unwind (place (unwind-node-body node)) (place (unwind-node-cleanup node)))
    (:progv
     (place (progv-node-symbols node)) (place (progv-node-data node))
     (place (progv-node-body node)))
    (:multiple-call
     (place (multiple-call-function node)) (place-list (multiple-call-arguments node)))
    (:multiple-prog1 (place (multiple-prog1-first node)) (place (multiple-prog1-rest node)))
    (:multiple-bind
     (place (multiple-bind-source node))
     (let ((*contour* *contour*) (*region* *region*))
       (setf (multiple-bind-contour node) (place-cells (multiple-bind-variables node)))
       (place (multiple-bind-body node))))
    (:parameter-default (place (parameter-default-value node)))
    (t (error "The compiler knows no node of kind ~s" (node-kind node)))))
