;;; From the instruction list to a function description: constants get their words, branches
;;; their lengths, instructions their halfwords.

(in-package :compiler)

(defconstant first-constant 7)
(defconstant frame-limit 500)

(defvar *root-name*)            ; name of the outermost function
(defvar *internal-count*)       ; anonymous functions in it so far

(defun assemble-function (function)
  (let ((total (+ *frame-slots* 3 *local-count* *deepest*)))
    (if (or (> total frame-limit) (> *frame-slots* 255))
        (compiler-error "The function ~s needs a frame of ~d words; at most ~d are possible"
                        (function-node-name function) total frame-limit)))
  (let* ((code (tidy-code (reverse *code*)))
         (live (compute-liveness code *frame-slots* *local-count*)))
    (number-constants)
    (let ((items (expand-code code)))
      (relax-branches items)
      (vector :function
              (description-name-for function)
              (length (function-node-required function))
              (length (function-node-optional function))
              (if (or (function-node-rest function) (function-node-keyed function)) t nil)
              (function-node-keyed function)
              (function-node-environment function)
              *local-count*
              (debug-information function)
              (liveness-triples items live)
              (mapcar (lambda (slot) (cons (constant-slot-kind slot) (constant-slot-value slot)))
                      *constants*)
              (halfwords items)
              nil))))

(defun tidy-code (code)
  "Without (:NOTHING), branches to branches and branches to the next instruction."
  (let ((result nil))
    (note-forwarding code)
    (do ((tail code (cdr tail))) ((null tail) (reverse result))
      (let ((i (car tail)))
        (if (and (label-p (cadr i)) (not (keywordp (car i))))
            (setf (car (cdr i)) (final-label (cadr i))))
        (if (not (or (eq (car i) :nothing)
                     (and (eq (car i) 'branch) (branch-to-next-p (cadr i) (cdr tail)))))
            (setq result (cons i result)))))))

(defun note-forwarding (code)
  (do ((tail code (cdr tail))) ((null tail))
    (if (eq (car (car tail)) :label)
        (let ((next (member-if-not (lambda (i) (member (car i) '(:label :nothing))) tail)))
          (if (and next (eq (car (car next)) 'branch))
              (setf (label-forward (cadr (car tail))) (cadr (car next))))))))

(defun final-label (label)
  (do ((n 0 (+ n 1))) ((or (null (label-forward label)) (> n 20)) label)
    (setq label (label-forward label))))

(defun branch-to-next-p (label tail)
  (do ((rest tail (cdr rest)))
      ((or (null rest) (not (member (car (car rest)) '(:label :nothing :end-handler)))) nil)
    (if (and (eq (car (car rest)) :label) (eq (cadr (car rest)) label)) (return t))))

;;; Names and debugging information

(defun description-name-for (function)
  (let ((name (function-node-name function)))
    (cond ((null (function-node-parent function)) name)
          ((and name (or (consp name) (symbol-package name))) (list :internal *root-name* name))
          (t (setq *internal-count* (+ *internal-count* 1))
             (list :internal *root-name* *internal-count*)))))

(defun shown-name (name)
  "NAME as it may appear in the output: generated names may not."
  (if (and name (symbolp name) (symbol-package name)) name nil))

(defun shown-lambda-list (lambda-list)
  "LAMBDA-LIST without defaults."
  (let ((result nil))
    (dolist (item lambda-list (reverse result))
      (let ((name (if (consp item) (car item) item)))
        (setq result (cons (shown-name (if (consp name) (cadr name) name)) result))))))

(defun debug-information (function)
  (let ((names nil))
    (dolist (variable (append (function-node-required function)
                              (function-node-optional function)))
      (setq names (cons (shown-name (lexical-name variable)) names)))
    (if (or (function-node-rest function) (function-node-keyed function))
        (setq names (cons (and (function-node-rest function)
                               (shown-name (lexical-name (function-node-rest function))))
                          names)))
    (dotimes (i *local-count*)
      (setq names (cons (shown-name (cdr (assoc i *slot-names*))) names)))
    (append (list :lambda-list (shown-lambda-list (function-node-lambda-list function)))
            (if (some #'identity names) (list :slots (reverse names)) nil)
            (if (function-node-documentation function)
                (list :documentation (function-node-documentation function))
                nil))))

;;; Constants

(defun number-constants ()
  "Constants that some instruction can only reach with six bits come first."
  (let ((short nil) (other nil) (index first-constant))
    (dolist (slot *constants*)
      (if (constant-slot-short slot)
          (setq short (cons slot short))
          (setq other (cons slot other))))
    (setq *constants* (append short other))
    (dolist (slot *constants*)
      (setf (constant-slot-index slot) index)
      (setq index (+ index 1)))))

;;; An item is a vector: instruction, size in halfwords, label or NIL, position, the source
;;; instruction. Pseudo-instructions but labels are gone.

(defun make-item (name operand size label source)
  (vector name operand size label 0 source))
(defun item-name (item) (svref item 0))
(defun item-operand (item) (svref item 1))
(defun item-size (item) (svref item 2))
(defun item-label (item) (svref item 3))
(defun item-position (item) (svref item 4))
(defun item-source (item) (svref item 5))
(defun set-item-name (item name) (setf (svref item 0) name))
(defun set-item-size (item size) (setf (svref item 2) size))

(defun expand-code (code)
  (let ((items nil))
    (dolist (i code)
      (let ((name (car i)) (operand (cadr i)))
        (cond ((eq name :label) (setq items (cons (make-item :label nil 0 operand i) items)))
              ((keywordp name))
              ((label-p operand) (setq items (cons (make-item name nil 1 operand i) items)))
              ((eq name 'long-call)
               (setq items (append (long-call-items operand i) items)))
              (t (setq items (append (sized-items name (operand-number operand) i) items))))))
    (reverse items)))

(defun operand-number (operand)
  (if (constant-slot-p operand) (constant-slot-index operand) operand))

(defun sized-items (name operand source)
  "Items, the last first, for an instruction with a known operand."
  (let ((format (instruction-format name)))
    (cond ((eq format 'misc) (list (make-item name nil 1 nil source)))
          ((eq format 'long) (list (make-item name operand 2 nil source)))
          ((<= 0 operand 63) (list (make-item name operand 1 nil source)))
          ((get name 'long-form)
           (list (make-item (get name 'long-form) operand 2 nil source)))
          ((eq name 'unbind)
           (append (sized-items name (- operand 63) source)
                   (list (make-item name 63 1 nil nil))))
          ((call-count name)
           (let ((count (call-count name)))
             (list (make-item (if (tail-call-p name) 'tail-funcall 'funcall) count 1 nil source)
                   (make-item 'long-push-function operand 2 nil nil))))
          (t (compiler-error "The operand ~d of ~a is too large" operand name)))))

(defun call-count (name)
  (let ((calls (member name '(call-7 call-6 call-5 call-4 call-3 call-2 call-1 call-0)))
        (tails (member name '(tail-call-7 tail-call-6 tail-call-5 tail-call-4 tail-call-3
                              tail-call-2 tail-call-1 tail-call-0))))
    (cond (calls (- (length calls) 1))
          (tails (- (length tails) 1))
          (t nil))))

(defun tail-call-p (name)
  (member name '(tail-call-0 tail-call-1 tail-call-2 tail-call-3 tail-call-4 tail-call-5
                 tail-call-6 tail-call-7)))

(defun long-call-items (operand source)
  (let ((count (car operand)) (index (operand-number (cdr operand))))
    (if (< index 4096)
        (list (make-item 'long-call (+ index (* 4096 (- count 8))) 2 nil source))
        (list (make-item 'funcall count 1 nil source)
              (make-item 'long-push-function index 2 nil nil)))))

;;; Branches: all short at first, longer until everything reaches.

(defun place-items (items)
  (let ((position 0))
    (dolist (item items position)
      (setf (svref item 4) position)
      (if (eq (item-name item) :label) (setf (label-position (item-label item)) position))
      (setq position (+ position (item-size item))))))

(defun branch-offset (item)
  (- (label-position (item-label item)) (+ (item-position item) (item-size item))))

(defun opposite-branch (name)
  (cdr (assoc name '((branch-eq . branch-not-eq) (branch-not-eq . branch-eq)
                     (branch-atom . branch-cons) (branch-cons . branch-atom)))))

(defun relax-branches (items)
  (let ((changed t))
    (do () ((not changed))
      (setq changed nil)
      (place-items items)
      (dolist (item items)
        (if (and (item-label item) (= (item-size item) 1)
                 (not (<= -256 (branch-offset item) 255)))
            (progn
              (setq changed t)
              (set-item-size item (if (opposite-branch (item-name item)) 3 2))))))))

;;; Halfwords

(defun halfwords (items)
  (let ((result nil))
    (dolist (item items (reverse result))
      (cond ((eq (item-name item) :label))
            ((item-label item) (setq result (append (branch-halfwords item) result)))
            (t (setq result (append (encode (item-name item) (item-operand item)) result)))))))

(defun branch-halfwords (item)
  "The last first."
  (let ((name (item-name item)) (offset (branch-offset item)))
    (case (item-size item)
      (1 (encode name offset))
      (2 (encode (get name 'long-form) offset))
      (t (append (encode 'long-branch offset) (encode (opposite-branch name) 2))))))

(defun encode (name operand)
  "The halfwords of an instruction, the last first."
  (let ((code (instruction-code name)))
    (case (instruction-format name)
      (slot (list (+ (* 64 code) operand)))
      (branch (list (+ (* 512 code) (logand operand 511))))
      (misc (list (+ (* 512 (if (< code 512) #o015 #o035)) (logand code 511))))
      (long (list (logand operand 65535)
                  (+ (* 64 (instruction-code 'long)) code)))
      (t (error "The instruction ~s has no known format" name)))))

(defun liveness-triples (items live)
  "(position after the call, low 24 slots, high 24 slots), ascending."
  (let ((result nil))
    (dolist (item items (reverse result))
      (let ((entry (and live (item-source item) (not (item-label item))
                        (assoc (item-source item) live))))
        (if entry
            (setq result (cons (list (+ (item-position item) (item-size item))
                                     (logand (cdr entry) 16777215)
                                     (ash (cdr entry) -24))
                               result)))))))
