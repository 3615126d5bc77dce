;;; Code generation: variables, conditionals, bindings, functions.
;;;
;;; A node is generated for a destination:
;;;   :value    one value on the stack
;;;   :effect   nothing
;;;   :values   all values, then their number, on the stack (counted as one word of depth)
;;;   :return   the function returns the values
;;; and, in GENERATE-TEST, for a branch.

(in-package :compiler)

(defvar *root-lifted*)          ; descriptions of lifted functions: (number . description)
(defvar *start-label*)          ; for a call of the function by itself in its last place
(defvar *frame-slots*)          ; argument slots of the function

(defun single-valued-p (node)
  "Whether NODE certainly gives exactly one value."
  (case (node-kind node)
    ((:constant :datum :reference :special-reference :assignment :special-assignment
      :global-function :local-reference :closure :supplied :tagbody :parameter-default)
     t)
    (:conditional
     (and (single-valued-p (conditional-then node)) (single-valued-p (conditional-else node))))
    (:disjunction (single-valued-p (disjunction-second node)))
    (:progression (single-valued-p (car (last (progression-nodes node)))))
    (:binding (single-valued-p (binding-body node)))
    (:multiple-bind (single-valued-p (multiple-bind-body node)))
    (:functions (single-valued-p (functions-body node)))
    (:multiple-prog1 (single-valued-p (multiple-prog1-first node)))
    (:call (single-valued-call-p node))
    (t nil)))

(defun single-valued-call-p (node)
  (let ((name (call-name node)) (count (length (call-arguments node))))
    (cond ((call-notinline node) nil)
          ((not (symbolp name)) nil)
          ((member name '(list list* vector structure-ref structure-set)) t)
          ((eq name 'values) (= count 1))
          (t (let ((open (open-coded name count)))
               (and open (or (eql (caddr open) 1) (eql (caddr open) 0))))))))

(defun generate (node destination)
  (case (node-kind node)
    (:constant (if (not (eq destination :effect))
                   (progn (emit-constant (constant-value node)) (deliver :value destination))))
    (:datum
     (if (not (eq destination :effect))
         (progn
           (emit 'push-constant (constant-slot (car (datum-entry node)) (cdr (datum-entry node))))
           (deliver :value destination))))
    (:reference
     (if (not (eq destination :effect))
         (progn (push-variable (reference-variable node)) (deliver :value destination))))
    (:special-reference
     (emit 'push-value (constant-slot :object (special-reference-symbol node)))
     (deliver :value destination))
    (:assignment (generate-assignment node destination))
    (:special-assignment
     (generate (special-assignment-value node) :value)
     (let ((slot (constant-slot :object (special-assignment-symbol node))))
       (if (eq destination :effect)
           (emit 'pop-value slot)
           (progn (emit 'set-value slot) (deliver :value destination)))))
    (:global-function
     (emit 'push-function (name-slot (global-function-name node)))
     (deliver :value destination))
    (:local-reference (push-local-function (local-reference-function node))
     (deliver :value destination))
    (:closure (push-closure (closure-function node)) (deliver :value destination))
    (:conditional (generate-conditional node destination))
    (:disjunction (generate-disjunction node destination))
    (:progression
     (do ((tail (progression-nodes node) (cdr tail))) ((null (cdr tail))
                                                       (generate (car tail) destination))
       (generate (car tail) :effect)))
    (:binding (generate-binding node destination))
    (:call (generate-call node destination))
    (:computed-call
     (generate-computed (computed-call-function node) (computed-call-arguments node) destination))
    (:local-call (generate-local-call node destination))
    (:functions (generate-functions node destination))
    (:block (generate-block node destination))
    (:return (generate-exit (return-node-exit node) (return-node-value node)))
    (:tagbody (generate-tagbody node destination))
    (:go (generate-go (go-node-tag node)))
    (:catch (generate-catch node destination))
    (:throw
     (generate (throw-node-tag node) :value)
     (generate (throw-node-value node) :values)
     (emit-last 'throw nil))
    (:unwind (generate-unwind node destination))
    (:progv (generate-progv node destination))
    (:multiple-call (generate-multiple-call node destination))
    (:multiple-prog1 (generate-multiple-prog1 node destination))
    (:multiple-bind (generate-multiple-bind node destination))
    (:supplied
     (push-raw (supplied-variable node))
     (emit 'supplied-p)
     (deliver :value destination))
    (:parameter-default
     (generate-parameter-default node)
     (if (not (eq destination :effect))
         (progn (emit-constant nil) (deliver :value destination))))
    (t (error "The compiler knows no node of kind ~s" (node-kind node)))))

(defun deliver (kind destination)
  "What is on the stack, :VALUE or :VALUES, goes to DESTINATION."
  (case destination
    (:value (if (eq kind :values) (emit-with 'mv-adjust 1 0)))
    (:effect (if (eq kind :values) (emit-with 'mv-adjust 0 -1) (emit-drop 1)))
    (:values (if (eq kind :value) (emit-with 'push-fixnum 1 0)))
    (:return
     (undo-contexts nil nil kind)
     (if (eq kind :value)
         (emit-last 'return (if (< *frame-slots* 63) *frame-slots* 63))
         (emit-last 'return-mv nil)))))

;;; Variables

(defun contour-distance (contour)
  (let ((distance 0) (c *contour*))
    (do () ((eq c contour) distance)
      (if (null c) (error "A captured variable is out of reach"))
      (setq distance (+ distance 1) c (contour-parent c)))))

(defun emit-cell (operation variable)
  "Reads (PUSH) or writes (SET) a captured variable."
  (if *reachable*
      (let ((distance (contour-distance (lexical-contour variable)))
            (index (lexical-index variable)))
        (if (and (< distance 4) (< index 64))
            (emit (nth distance (if (eq operation 'push)
                                    '(push-lex0 push-lex1 push-lex2 push-lex3)
                                    '(set-lex0 set-lex1 set-lex2 set-lex3)))
                  index)
            (emit (if (eq operation 'push) 'long-push-lex 'long-set-lex)
                  (+ (* 256 distance) index))))))

(defun argument-distance (index) (- *frame-slots* index 1))

(defun push-variable (variable)
  (case (lexical-place variable)
    (:local (emit-push-local (lexical-index variable) variable))
    (:arg (emit 'push-arg (argument-distance (lexical-index variable))))
    (:cell (emit-cell 'push variable))
    (t (if *reachable* (error "The variable ~s has no place" (lexical-name variable))))))

(defun pop-variable (variable)
  "Stores the word on top of the stack and drops it."
  (case (lexical-place variable)
    (:local (emit-pop-local (lexical-index variable)))
    (:arg (emit 'pop-arg (argument-distance (lexical-index variable))))
    (:cell (emit-cell 'set variable) (emit-drop 1))))

(defun generate-assignment (node destination)
  (let ((variable (assignment-variable node)))
    (generate (assignment-value node) :value)
    (if (eq destination :effect)
        (pop-variable variable)
        (progn
          (case (lexical-place variable)
            (:local (emit 'set-local (lexical-index variable)))
            (:arg (emit 'set-arg (argument-distance (lexical-index variable))))
            (:cell (emit-cell 'set variable)))
          (deliver :value destination)))))

;;; Parameters: the caller leaves them in raw places; captured ones move to their cells.

(defun push-raw (variable)
  (let ((raw (lexical-raw variable)))
    (if (eq (car raw) :arg)
        (emit 'push-arg (argument-distance (cdr raw)))
        (emit 'push-local (cdr raw)))))

(defun pop-raw (variable)
  (let ((raw (lexical-raw variable)))
    (if (eq (car raw) :arg)
        (emit 'pop-arg (argument-distance (cdr raw)))
        (emit 'pop-local (cdr raw)))))

(defun move-captured (variable)
  (if (eq (lexical-place variable) :cell)
      (progn (push-raw variable) (emit-cell 'set variable) (emit-drop 1))))

(defun generate-parameter-default (node)
  (let ((variable (parameter-default-variable node)) (given (make-label)))
    (push-raw variable)
    (emit 'supplied-p)
    (emit-branch 'branch-not-nil given -1)
    (generate (parameter-default-value node) :value)
    (pop-raw variable)
    (place-label given)
    (move-captured variable)))

;;; Conditionals

(defun generate-conditional (node destination)
  (let ((then (conditional-then node)) (else (conditional-else node))
        (end (make-label)))
    (if (and (eq destination :value) (constant-nil-p else)
             (not (branching-test-p (conditional-test node))))
        (progn
          (generate (conditional-test node) :value)
          (emit-else-pop 'branch-nil-else-pop end)
          (generate then :value)
          (place-label end))
        (generate-branches (conditional-test node) then else destination end))))

(defun generate-branches (test then else destination end)
  (let* ((then-exit (exit-label-of then)) (else-exit (exit-label-of else))
         (yes (or then-exit (make-label))) (no (or else-exit (make-label))))
    (cond (then-exit
           (generate-test test yes no no)
           (if (not else-exit)
               (progn (place-label no)
                      (generate else destination))
               (emit-branch 'branch no 0)))
          (else-exit
           (generate-test test yes no yes)
           (place-label yes)
           (generate then destination))
          (t
           (generate-test test yes no yes)
           (place-label yes)
           (generate then destination)
           (if (and (eq destination :effect) (constant-p else))
               (place-label no)
               (progn
                 (if (not (eq destination :return)) (emit-branch 'branch end 0))
                 (setq *reachable* nil)
                 (place-label no)
                 (generate else destination)
                 (place-label end)))))))

(defun exit-label-of (node)
  "The label of the exit NODE, when going there is nothing but a branch."
  (case (node-kind node)
    (:go
     (let ((tags (tag-body (go-node-tag node))))
       (and (plain-exit-p (tags-home tags) (tags-unwinding tags) (tags-contexts tags)
                          (tags-contour tags) (tags-depth tags))
            (tag-label (go-node-tag node)))))
    (:return
     (let ((exit (return-node-exit node)))
       (and (eq (exit-destination exit) :effect)
            (effect-free-p (return-node-value node))
            (plain-exit-p (exit-home exit) (exit-unwinding exit) (exit-contexts exit)
                          (exit-contour exit) (exit-depth exit))
            (exit-label exit))))
    (t nil)))

(defun plain-exit-p (home unwinding contexts contour depth)
  (and *reachable* (eq home *function*) (eq unwinding *unwinding*) (eq contexts *contexts*)
       (eq contour *contour*) (eql depth *depth*)))

(defun emit-else-pop (name label)
  "A branch that keeps the word when it is taken."
  (if *reachable*
      (progn (note-branch label)
             (add-instruction name label)
             (adjust-depth -1))))

(defun generate-disjunction (node destination)
  (case destination
    (:effect
     (let ((yes (make-label)) (no (make-label)))
       (generate-test (disjunction-first node) yes no no)
       (place-label no)
       (generate (disjunction-second node) :effect)
       (place-label yes)))
    (:value
     (let ((end (make-label)))
       (generate (disjunction-first node) :value)
       (emit-else-pop 'branch-not-nil-else-pop end)
       (generate (disjunction-second node) :value)
       (place-label end)))
    (t
     (if (single-valued-p (disjunction-second node))
         (progn (generate-disjunction node :value) (deliver :value destination))
         (let ((found (make-label)) (end (make-label)))
           (generate (disjunction-first node) :value)
           (emit-else-pop 'branch-not-nil-else-pop found)
           (generate (disjunction-second node) destination)
           (if (not (eq destination :return)) (emit-branch 'branch end 0))
           (setq *reachable* nil)
           (place-label found)
           (deliver :value destination)
           (place-label end))))))

(defun branching-test-p (node)
  "Whether a test of NODE is better compiled to branches than to a value."
  (case (node-kind node)
    ((:conditional :disjunction) t)
    (:call (and (not (call-notinline node))
                (member (call-name node) '(not null atom consp eq))
                t))
    (t nil)))

(defun fixnum-constant-p (node least most)
  (and (constant-p node) (integerp (constant-value node))
       (<= least (constant-value node)) (<= (constant-value node) most)))

(defun generate-test (node yes no next)
  "Branches to YES when NODE is true, else to NO; NEXT, one of them, is placed next."
  (case (node-kind node)
    (:constant
     (let ((target (if (constant-value node) yes no)))
       (if (not (eq target next)) (emit-branch 'branch target 0))))
    (:conditional (generate-conditional-test node yes no next))
    (:disjunction
     (let ((more (make-label)))
       (generate-test (disjunction-first node) yes more more)
       (place-label more)
       (generate-test (disjunction-second node) yes no next)))
    (:progression
     (do ((tail (progression-nodes node) (cdr tail))) ((null (cdr tail))
                                                       (generate-test (car tail) yes no next))
       (generate (car tail) :effect)))
    (:binding
     (if (plain-binding-p node)
         (let ((local *next-local*))
           (bind-variables (binding-variables node) (binding-inits node) nil)
           (generate-test (binding-body node) yes no next)
           (setq *next-local* local))
         (generate-value-test node yes no next)))
    (:call
     (let ((name (call-name node)) (arguments (call-arguments node)))
       (cond ((call-notinline node) (generate-value-test node yes no next))
             ((and (member name '(not null)) (= (length arguments) 1))
              (generate-test (car arguments) no yes next))
             ((and (eq name 'eq) (= (length arguments) 2))
              (generate-eq-test (car arguments) (cadr arguments) yes no next node))
             ((and (eq name 'consp) (= (length arguments) 1))
              (generate (car arguments) :value)
              (branch-either 'branch-cons 'branch-atom yes no next -1))
             ((and (eq name 'atom) (= (length arguments) 1))
              (generate (car arguments) :value)
              (branch-either 'branch-atom 'branch-cons yes no next -1))
             (t (generate-value-test node yes no next)))))
    (t (generate-value-test node yes no next))))

(defun generate-conditional-test (node yes no next)
  (let ((then (conditional-then node)) (else (conditional-else node)))
    (cond ((constant-p else)
           (let ((more (make-label)))
             (generate-test (conditional-test node) more (if (constant-value else) yes no) more)
             (place-label more)
             (generate-test then yes no next)))
          ((constant-p then)
           (let ((more (make-label)))
             (generate-test (conditional-test node) (if (constant-value then) yes no) more more)
             (place-label more)
             (generate-test else yes no next)))
          (t
           (let ((first (make-label)) (second (make-label)))
             (generate-test (conditional-test node) first second first)
             (place-label first)
             (generate-test then yes no second)
             (place-label second)
             (generate-test else yes no next))))))

(defun branch-either (if-true if-false yes no next delta)
  (cond ((eq next yes) (emit-branch if-false no delta))
        ((eq next no) (emit-branch if-true yes delta))
        (t (emit-branch if-true yes delta)
           (emit-branch 'branch no 0))))

(defun generate-value-test (node yes no next)
  (generate node :value)
  (branch-either 'branch-not-nil 'branch-nil yes no next -1))

(defun generate-eq-test (a b yes no next node)
  (cond ((constant-nil-p b) (generate-test a no yes next))
        ((constant-nil-p a) (generate-test b no yes next))
        ((or (fixnum-constant-p a 0 63) (fixnum-constant-p b 0 63))
         (generate-value-test node yes no next))
        (t (generate a :value)
           (generate b :value)
           (branch-either 'branch-eq 'branch-not-eq yes no next -2))))

;;; Binding

(defun plain-binding-p (node)
  (and (null (binding-contour node)) (every #'lexical-p (binding-variables node))))

(defun unused-p (variable)
  (and (= (lexical-references variable) 0) (= (lexical-assignments variable) 0)
       (not (lexical-captured variable))))

(defun enter-contour (contour)
  (emit 'enter-contour (contour-size contour))
  (setq *contours-entered* (+ *contours-entered* 1))
  (setq *contour* contour))

(defun leave-contours (outer)
  "Leaves contours until OUTER is the innermost; *CONTOUR* stays."
  (do ((c *contour* (contour-parent c))) ((eq c outer))
    (emit 'leave-contour)))

(defun place-local (variable)
  "Gives VARIABLE a local, unless it has a cell."
  (if (null (lexical-place variable))
      (progn (setf (lexical-place variable) :local)
             (setf (lexical-index variable) (allocate-local (lexical-name variable))))))

(defun bind-variables (variables inits contour)
  "Evaluates INITS and binds VARIABLES; the number of special bindings."
  (let ((deferred nil) (specials 0))
    (do ((v variables (cdr v)) (i inits (cdr i))) ((null v))
      (let ((variable (car v)))
        (cond ((symbolp variable)
               (generate (car i) :value)
               (setq deferred (cons variable deferred)))
              ((unused-p variable) (generate (car i) :effect))
              ((and contour (eq (lexical-contour variable) contour))
               (generate (car i) :value)
               (setq deferred (cons variable deferred)))
              (t (generate (car i) :value)
                 (place-local variable)
                 (pop-variable variable)))))
    (if contour (enter-contour contour))
    (dolist (variable deferred)
      (if (symbolp variable)
          (progn (setq specials (+ specials 1))
                 (emit 'bind (constant-slot :object variable)))
          (pop-variable variable)))
    specials))

(defun generate-bound-body (body specials contour outer local destination)
  "The body of a construct that has bound SPECIALS variables and entered CONTOUR (or NIL)."
  (let ((contexts *contexts*))
    (if (> specials 0) (setq *contexts* (cons (list :bind specials) *contexts*)))
    (generate body destination)
    (setq *contexts* contexts)
    (if (not (eq destination :return))
        (progn
          (emit-unbind specials)
          (if contour (leave-contours outer))))
    (setq *contour* outer)
    (setq *next-local* local)))

(defun emit-unbind (count)
  (if (> count 0) (emit-with 'unbind count 0)))

(defun generate-binding (node destination)
  (let* ((outer *contour*) (local *next-local*) (contour (binding-contour node))
         (specials (bind-variables (binding-variables node) (binding-inits node) contour)))
    (generate-bound-body (binding-body node) specials contour outer local destination)))

(defun generate-functions (node destination)
  (let ((outer *contour*) (local *next-local*) (contour (functions-contour node)))
    (if contour (enter-contour contour))
    (dolist (function (functions-list node))
      (if (local-function-lifted function)
          (lift-function function)
          (let ((variable (local-function-variable function)))
            (push-closure (local-function-function function))
            (place-local variable)
            (pop-variable variable))))
    (generate-bound-body (functions-body node) 0 contour outer local destination)))

;;; Functions

(defun push-closure (function)
  (if *reachable*
      (progn
        (emit 'push-constant (constant-slot :function (generate-function function)))
        (if (function-node-environment function) (emit 'make-closure)))))

(defun lift-function (function)
  "Compiles a local function that needs no environment; its symbol is a constant."
  (setq *root-lifted*
        (cons (cons (local-function-lifted function)
                    (generate-function (local-function-function function)))
              *root-lifted*)))

(defun lifted-slot (function)
  (constant-slot :lifted (local-function-lifted function)))

(defun push-local-function (function)
  (if (local-function-lifted function)
      (emit 'push-function (lifted-slot function))
      (push-closure-variable function)))

(defun push-closure-variable (function)
  (push-variable (local-function-variable function)))

(defun place-parameters (function)
  "Raw places of the parameters, and places of those that are not captured."
  (let ((index 0))
    (dolist (variable (append (function-node-required function) (function-node-optional function)
                              (if (function-node-rest function)
                                  (list (function-node-rest function))
                                  nil)))
      (setf (lexical-raw variable) (cons :arg index))
      (if (not (lexical-captured variable))
          (progn (setf (lexical-place variable) :arg)
                 (setf (lexical-index variable) index)))
      (setq index (+ index 1)))
    (dolist (key (function-node-keys function))
      (let* ((variable (cadr key)) (local (allocate-local (lexical-name variable))))
        (setf (lexical-raw variable) (cons :local local))
        (if (not (lexical-captured variable))
            (progn (setf (lexical-place variable) :local)
                   (setf (lexical-index variable) local)))))))

(defun argument-slots (function)
  (+ (length (function-node-required function)) (length (function-node-optional function))
     (if (or (function-node-rest function) (function-node-keyed function)) 1 0)))

(defun generate-function (function)
  "The description of FUNCTION."
  (let ((*code* nil) (*depth* 0) (*deepest* 0) (*reachable* t) (*constants* nil)
        (*next-local* 0) (*local-count* 0) (*slot-names* nil) (*contexts* nil)
        (*contours-entered* 0) (*contour* (function-node-outer function))
        (*function* function) (*unwinding* nil) (*start-label* (make-label))
        (*frame-slots* (argument-slots function)))
    (if (or (function-node-environment function) (function-node-contours function))
        (allocate-local nil))
    (place-parameters function)
    (place-loop-label *start-label*)
    (if (function-node-contour function) (enter-contour (function-node-contour function)))
    (generate-keys function)
    (dolist (variable (function-node-required function)) (move-captured variable))
    (if (function-node-rest function) (move-captured (function-node-rest function)))
    (generate (function-node-body function) :return)
    (assemble-function function)))

(defun generate-keys (function)
  (if (function-node-keyed function)
      (let ((keys (function-node-keys function)))
        (emit 'push-arg 0)
        (emit-with 'parse-keys
                   (constant-slot :object
                                  (apply #'vector (function-node-allow function)
                                         (mapcar #'car keys)))
                   (- (length keys) 1))
        (dolist (key (reverse keys))
          (emit 'pop-local (cdr (lexical-raw (cadr key))))))))
