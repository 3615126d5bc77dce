;;; What the passes of the compiler hand to each other.
;;;
;;; A form becomes a tree of nodes (convert), the tree is made simpler (simplify), its
;;; variables and functions get their places (analyze), and it becomes a list of
;;; macroinstructions (generate), which becomes a function description (assemble).
;;;
;;; The sources of the compiler keep to a subset that the build-time evaluator and the
;;; machine run alike: no iteration over hash tables, no generated names or addresses in the
;;; output, exact integers.

(in-package :compiler)

;;; Things that nodes refer to

(defstruct (lexical (:constructor make-lexical (name)))
  "A lexical variable."
  name
  (home nil)          ; the function that binds it
  (references 0)      ; how often the program mentions it as a value
  (assignments 0)     ; SETQs
  (mentioned nil)     ; the program mentions it at all
  (ignored nil)       ; :IGNORE or :IGNORABLE declared
  (alias nil)         ; a constant or reference that stands for it
  (captured nil)      ; an inner function refers to it
  (raw nil)           ; the place where the caller leaves it: (:arg i) or (:local i)
  (place nil)         ; :arg, :local or :cell
  (index nil)         ; argument number, local number or cell number
  (contour nil))      ; of a :cell

(defstruct (local-function (:constructor make-local-function (name)))
  "A function of FLET or LABELS."
  name
  (function nil)      ; the lambda
  (variable nil)      ; lexical that holds its closure
  (counts nil)        ; argument counts, one for each call
  (references 0)      ; other mentions
  (lifted nil))       ; needs no environment: its number among the lifted functions

(defstruct (function-node (:constructor make-function-node (name)))
  "A lambda expression."
  name (parent nil) (lambda-list nil) (documentation nil)
  (required nil) (optional nil) (rest nil) (keys nil) (keyed nil) (allow nil)
  (body nil)
  (environment nil)   ; it refers to variables of outer functions
  (contours nil)      ; it enters contours
  (contour nil)       ; of its parameters
  (outer nil)         ; contour around it
  (local nil))        ; its local-function

(defstruct (exit (:constructor make-exit (name)))
  "The way out of a BLOCK."
  name (home nil) (unwinding nil) (variable nil) (used nil) (distant nil)
  ;; while code is generated:
  destination label depth contexts contour)

(defstruct (tag (:constructor make-tag (name body)))
  name body (used nil) (label nil) (number 0))

(defstruct (tags (:constructor make-tags ()))
  "What the tags of one TAGBODY share."
  (list nil) (home nil) (unwinding nil) (variable nil) (distant nil)
  depth contexts contour)

(defstruct (contour (:constructor make-contour (parent)))
  "A group of captured variables, made afresh when control enters it."
  parent (size 0))

;;; Nodes

(defstruct node kind)

(defstruct (constant (:include node (kind :constant)) (:constructor make-constant (value)))
  value)
(defstruct (datum (:include node (kind :datum)) (:constructor make-datum (entry)))
  "A constant known only when the function is loaded: (:layout . name) or (:cell . cons)."
  entry)
(defstruct (reference (:include node (kind :reference)) (:constructor make-reference (variable)))
  variable)
(defstruct (assignment (:include node (kind :assignment))
                       (:constructor make-assignment (variable value)))
  variable value)
(defstruct (special-reference (:include node (kind :special-reference))
                              (:constructor make-special-reference (symbol)))
  symbol)
(defstruct (special-assignment (:include node (kind :special-assignment))
                               (:constructor make-special-assignment (symbol value)))
  symbol value)
(defstruct (global-function (:include node (kind :global-function))
                            (:constructor make-global-function (name)))
  name)
(defstruct (local-reference (:include node (kind :local-reference))
                            (:constructor make-local-reference (function)))
  "The value of #'F for a local function."
  function)
(defstruct (closure (:include node (kind :closure)) (:constructor make-closure (function)))
  function)
(defstruct (conditional (:include node (kind :conditional))
                        (:constructor make-conditional (test then else)))
  test then else)
(defstruct (disjunction (:include node (kind :disjunction))
                        (:constructor make-disjunction (first second)))
  "OR of two."
  first second)
(defstruct (progression (:include node (kind :progression))
                        (:constructor make-progression (nodes)))
  nodes)
(defstruct (binding (:include node (kind :binding))
                    (:constructor make-binding (variables inits body)))
  "Parallel LET. A variable is a lexical, or a symbol that is bound as a special."
  variables inits body (contour nil))
(defstruct (call (:include node (kind :call)) (:constructor make-call (name arguments)))
  name arguments (notinline nil))
(defstruct (computed-call (:include node (kind :computed-call))
                          (:constructor make-computed-call (function arguments)))
  function arguments)
(defstruct (local-call (:include node (kind :local-call))
                       (:constructor make-local-call (function arguments)))
  function arguments)
(defstruct (functions (:include node (kind :functions))
                      (:constructor make-functions (list body)))
  "FLET or LABELS."
  list body (contour nil))
(defstruct (block-node (:include node (kind :block)) (:constructor make-block-node (exit body)))
  exit body (contour nil))
(defstruct (return-node (:include node (kind :return)) (:constructor make-return-node (exit value)))
  exit value)
(defstruct (tagbody-node (:include node (kind :tagbody))
                         (:constructor make-tagbody-node (tags items)))
  "ITEMS: tags and nodes."
  tags items (contour nil))
(defstruct (go-node (:include node (kind :go)) (:constructor make-go-node (tag)))
  tag)
(defstruct (catch-node (:include node (kind :catch)) (:constructor make-catch-node (tag body)))
  tag body)
(defstruct (throw-node (:include node (kind :throw)) (:constructor make-throw-node (tag value)))
  tag value)
(defstruct (unwind-node (:include node (kind :unwind))
                        (:constructor make-unwind-node (body cleanup)))
  body cleanup)
(defstruct (progv-node (:include node (kind :progv))
                       (:constructor make-progv-node (symbols data body)))
  symbols data body)
(defstruct (multiple-call (:include node (kind :multiple-call))
                          (:constructor make-multiple-call (function arguments)))
  function arguments)
(defstruct (multiple-prog1 (:include node (kind :multiple-prog1))
                           (:constructor make-multiple-prog1 (first rest)))
  first rest)
(defstruct (multiple-bind (:include node (kind :multiple-bind))
                          (:constructor make-multiple-bind (variables source body)))
  variables source body (contour nil))
(defstruct (supplied (:include node (kind :supplied)) (:constructor make-supplied (variable)))
  "Whether the caller gave the parameter VARIABLE."
  variable)
(defstruct (parameter-default (:include node (kind :parameter-default))
                              (:constructor make-parameter-default (variable value)))
  "Gives the parameter VARIABLE its place, and its default if the caller gave none."
  variable value)

;;; Function descriptions: what a compilation results in. A simple vector, so that the
;;; builder and the machine read it alike.
;;;
;;;   0 :function   1 name   2 required   3 optional   4 rest-p   5 keys-p   6 environment-p
;;;   7 locals      8 debug information (property list)
;;;   9 liveness: list of triples (halfword position after the call, mask, mask)
;;;  10 constants: list of entries
;;;  11 halfwords: list of integers
;;;  12 lifted functions: list of descriptions (of an outermost function only)
;;;
;;; An entry is (:object . x), (:function . description), (:lifted . number): the symbol whose
;;; function is that lifted function, (:setf . name): the symbol that stands for (setf name),
;;; (:layout . name), (:cell . cons): a cons that is to be this very one wherever it is met.

(defun description-name (d) (svref d 1))
(defun description-debug-info (d) (svref d 8))
(defun description-liveness (d) (svref d 9))
(defun description-constants (d) (svref d 10))
(defun description-halfwords (d) (svref d 11))
(defun description-lifted (d) (svref d 12))

;;; State of a compilation unit

(defvar *warnings* nil)             ; texts, newest first
(defvar *current-form* nil)         ; form with the nearest known position
(defvar *source-position* nil)      ; function from a form to (file . line) or NIL
(defvar *unit-names* nil)           ; global functions called in this unit
(defvar *cells* nil)                ; (cell form) of LOAD-TIME-VALUE, newest first
(defvar *file-compilation* nil)     ; compiling to be loaded later

(defvar *toplevel-form* nil)        ; the top-level form being compiled

(defun form-position (form)
  (and *source-position* (consp form) (funcall *source-position* form)))

(defun position-text (form)
  (let ((place (or (form-position form) (form-position *current-form*)
                   (form-position *toplevel-form*))))
    (if place
        (concatenate 'string (princ-to-string (car place)) ":" (princ-to-string (cdr place)) ": ")
        "")))

(defun note-warning (text form)
  (setq *warnings* (cons (concatenate 'string (position-text form) text) *warnings*))
  nil)

(defun warn-about (form control &rest arguments)
  (note-warning (apply #'format nil control arguments) form))
