;;; A simulator of the macroinstructions, for tests of the compiler only.
;;;
;;; It runs function descriptions as docs/macro-architecture.md says, on Lisp objects of the
;;; host: frames, environments, catch blocks, bindings, values. It checks what the machine
;;; does not: after each call the slots that are not live are poisoned, and reading a poisoned
;;; slot is an error, so liveness is proved on the way.

(in-package :compiler)

(defstruct (frame (:constructor make-frame (description arguments locals root)))
  description arguments locals root (stack nil) (position 0))
(defstruct (simulated (:constructor make-simulated (description root environment)))
  "A function: a description, the one it is part of, and its environment."
  description root environment)
(defstruct (catch-block (:constructor make-catch-block (tag frame handler depth bindings many)))
  tag frame handler depth bindings many)

(defvar *functions* nil)            ; (name . simulated)
(defvar *values* nil)               ; (symbol . value) of special variables
(defvar *bindings* nil)             ; (symbol value bound), newest first
(defvar *catch-blocks* nil)
(defvar *fuel* 0)

(defun unsupplied-p (x) (eq x :%unsupplied))

;;; Special variables

(defun simulated-value (symbol)
  (let ((entry (assoc symbol *values*)))
    (if (null entry) (error "~s is unbound" symbol))
    (cdr entry)))

(defun set-simulated-value (symbol value)
  (let ((entry (assoc symbol *values*)))
    (if entry
        (setf (cdr entry) value)
        (setq *values* (cons (cons symbol value) *values*)))
    value))

(defun bind-simulated (symbol value)
  (let ((entry (assoc symbol *values*)))
    (setq *bindings* (cons (list symbol (cdr entry) (if entry t nil)) *bindings*))
    (set-simulated-value symbol value)))

(defun make-unbound (symbol)
  (setq *values* (remove symbol *values* :key #'car)))

(defun unbind-simulated (count)
  (dotimes (i count)
    (let ((b (car *bindings*)))
      (setq *bindings* (cdr *bindings*))
      (if (caddr b) (set-simulated-value (car b) (cadr b)) (make-unbound (car b))))))

(defun unbind-down (depth)
  (do () ((<= (length *bindings*) depth)) (unbind-simulated 1)))

;;; Functions

(defun simulated-function (name)
  (let ((entry (assoc name *functions* :test #'equal)))
    (cond (entry (cdr entry))
          ((and (symbolp name) (fboundp name)) (symbol-function name))
          (t (error "The function ~s is undefined" name)))))

(defun define-simulated (name description)
  (setq *functions*
        (cons (cons name (make-simulated description description nil)) *functions*)))

(defun call-simulated (function arguments)
  "The list of values."
  (cond ((simulated-p function) (run-simulated function arguments))
        ((symbolp function) (call-simulated (simulated-function function) arguments))
        (t (multiple-value-list
            (apply function (mapcar #'host-function arguments))))))

(defun host-function (x)
  "Simulated functions can be given to functions of the host."
  (if (simulated-p x)
      (lambda (&rest arguments) (values-list (call-simulated x arguments)))
      x))

(defun spread-arguments (d arguments)
  "The argument slots of a frame, as a vector."
  (let* ((required (svref d 2)) (optional (svref d 3)) (count (length arguments))
         (slots (+ required optional (if (svref d 4) 1 0)))
         (vector (make-array slots :initial-element :%unsupplied)))
    (if (or (< count required) (and (> count (+ required optional)) (not (svref d 4))))
        (error "~s is called with ~d arguments" (svref d 1) count))
    (dotimes (i (min count (+ required optional)))
      (setf (svref vector i) (nth i arguments)))
    (if (svref d 4)
        (setf (svref vector (- slots 1)) (copy-list (nthcdr (+ required optional) arguments))))
    vector))

(defun run-simulated (function arguments)
  (let* ((d (simulated-description function))
         (locals (make-array (svref d 7) :initial-element nil))
         (frame (make-frame d (spread-arguments d arguments) locals (simulated-root function)))
         (result nil) (arrival nil))
    (if (svref d 6) (setf (svref locals 0) (simulated-environment function)))
    (do () (nil)
      (setq arrival (catch frame (setq result (run-frame frame)) nil))
      (if (null arrival) (return result))
      (arrive frame (car arrival) (cadr arrival) (caddr arrival)))))

(defun arrive (frame block values tag)
  "A throw has come to BLOCK in FRAME."
  (setq *catch-blocks* (cdr (member block *catch-blocks*)))
  (unbind-down (catch-block-bindings block))
  (let ((stack (frame-stack frame)))
    (setf (frame-stack frame) (nthcdr (- (length stack) (catch-block-depth block)) stack)))
  (cond ((eq (catch-block-tag block) :unwind)
         (push-values frame values)
         (push-word frame tag))
        ((catch-block-many block) (push-values frame values))
        (t (push-word frame (car values))))
  (setf (frame-position frame) (catch-block-handler block)))

(defun throw-simulated (tag values)
  (let ((target (find-if (lambda (b) (and (not (eq (catch-block-tag b) :unwind))
                                          (eq (catch-block-tag b) tag)))
                         *catch-blocks*)))
    (if (null target) (error "There is no catch for ~s" tag))
    (do ((blocks *catch-blocks* (cdr blocks))) (nil)
      (let ((block (car blocks)))
        (if (or (eq block target) (eq (catch-block-tag block) :unwind))
            (throw (catch-block-frame block) (list block values tag)))))))

;;; The stack of a frame

(defun push-word (frame x)
  (if (eq x :%poison) (error "A slot that is not live was read"))
  (setf (frame-stack frame) (cons x (frame-stack frame))))

(defun pop-word (frame)
  (if (null (frame-stack frame)) (error "The stack of ~s is empty" (frame-description frame)))
  (let ((x (car (frame-stack frame))))
    (setf (frame-stack frame) (cdr (frame-stack frame)))
    x))

(defun pop-words (frame count)
  "The top COUNT words, the deepest first."
  (let ((list nil))
    (dotimes (i count list) (setq list (cons (pop-word frame) list)))))

(defun push-values (frame values)
  (dolist (v values) (push-word frame v))
  (push-word frame (length values)))

(defun pop-values (frame) (pop-words frame (pop-word frame)))

(defun pop-block (frame)
  "Removes the six words of a catch block, and the block."
  (let ((words (pop-words frame catch-block-words)))
    (if (not (every #'catch-block-p words)) (error "No catch block where one is closed"))
    (if (not (eq (car words) (car *catch-blocks*))) (error "Another catch block is innermost"))
    (setq *catch-blocks* (cdr *catch-blocks*))))

(defun constant-of (frame index)
  (let ((entry (nth (- index first-constant) (svref (frame-description frame) 10))))
    (case (car entry)
      (:object (cdr entry))
      (:function (make-simulated (cdr entry) (frame-root frame) nil))
      (:lifted (make-simulated (nth (cdr entry) (svref (frame-root frame) 12))
                               (frame-root frame) nil))
      (:setf (list 'setf (cdr entry)))
      (:cell (cdr entry))
      (t (error "No simulation of the constant ~s" entry)))))

(defun function-of (frame index)
  (let ((constant (constant-of frame index)))
    (if (simulated-p constant) constant (simulated-function constant))))

(defun environment-cell (frame depth)
  "The frame of cells DEPTH steps out."
  (let ((environment (svref (frame-locals frame) 0)))
    (if (eq environment :%poison) (error "The environment is not live"))
    (car (nthcdr depth environment))))

(defun poison-dead (frame)
  (let* ((d (frame-description frame)) (slots (length (frame-arguments frame)))
         (entry (assoc (frame-position frame) (svref d 9))))
    (if entry
        (let ((live (+ (cadr entry) (ash (caddr entry) 24))))
          (dotimes (i (+ slots (length (frame-locals frame))))
            (if (not (logbitp i live))
                (if (< i slots)
                    (setf (svref (frame-arguments frame) i) :%poison)
                    (setf (svref (frame-locals frame) (- i slots)) :%poison))))))))

;;; Running

(defun run-frame (frame)
  "Runs until the function returns; the list of its values."
  (do () (nil)
    (let* ((halfwords (nthcdr (frame-position frame) (svref (frame-description frame) 11))))
      (setq *fuel* (- *fuel* 1))
      (if (< *fuel* 0) (error "The simulated program does not end"))
      (multiple-value-bind (name operand size)
          (decode-halfword (car halfwords) (or (cadr halfwords) 0))
        (setf (frame-position frame) (+ (frame-position frame) size))
        (let ((done (step-frame frame (short-name name) operand)))
          (if done (return (cdr done))))))))

(defun short-name (name)
  "The instruction that a long form is the long form of."
  (if (and (eq (instruction-format name) 'long) (long-name-p name)
           (not (member name '(long-call long-push-lex long-set-lex))))
      (let ((short (intern (subseq (symbol-name name) 5) :compiler)))
        (if (eq (get short 'long-form) name) short name))
      name))

(defun call-and-push (frame function arguments many)
  (let ((values (call-simulated function arguments)))
    (poison-dead frame)
    (if many (push-values frame values) (push-word frame (car values)))
    nil))

(defun branch-when (frame condition offset)
  (if condition (setf (frame-position frame) (+ (frame-position frame) offset)))
  nil)

(defun open-block (frame tag offset many)
  (let ((block (make-catch-block tag frame (+ (frame-position frame) offset)
                                 (length (frame-stack frame)) (length *bindings*) many)))
    (setq *catch-blocks* (cons block *catch-blocks*))
    (dotimes (i catch-block-words) (push-word frame block))
    nil))

(defun argument-index (frame d) (- (length (frame-arguments frame)) d 1))

(defun step-frame (frame name d)
  "One instruction. A cons of T and the values when the function returns."
  (let ((locals (frame-locals frame)) (arguments (frame-arguments frame)))
    (case name
      (push-local (push-word frame (svref locals d)) nil)
      (push-arg (push-word frame (svref arguments (argument-index frame d))) nil)
      (push-constant (push-word frame (constant-of frame d)) nil)
      (push-fixnum (push-word frame d) nil)
      (push-negative (push-word frame (- -1 d)) nil)
      (push-value (push-word frame (simulated-value (constant-of frame d))) nil)
      (push-function (push-word frame (function-of frame d)) nil)
      (pop-local (setf (svref locals d) (pop-word frame)) nil)
      (pop-arg (setf (svref arguments (argument-index frame d)) (pop-word frame)) nil)
      (pop-value (set-simulated-value (constant-of frame d) (pop-word frame)) nil)
      (set-local (setf (svref locals d) (car (frame-stack frame))) nil)
      (set-arg (setf (svref arguments (argument-index frame d)) (car (frame-stack frame))) nil)
      (set-value (set-simulated-value (constant-of frame d) (car (frame-stack frame))) nil)
      ((push-lex0 push-lex1 push-lex2 push-lex3)
       (push-word frame (svref (environment-cell frame (- (instruction-code name) #o20)) d)) nil)
      ((set-lex0 set-lex1 set-lex2 set-lex3)
       (setf (svref (environment-cell frame (- (instruction-code name) #o24)) d)
             (car (frame-stack frame)))
       nil)
      (long-push-lex
       (push-word frame (svref (environment-cell frame (ash d -8)) (logand d 255))) nil)
      (long-set-lex
       (setf (svref (environment-cell frame (ash d -8)) (logand d 255)) (car (frame-stack frame)))
       nil)
      (enter-contour
       (setf (svref locals 0) (cons (make-array d :initial-element nil) (svref locals 0))) nil)
      (leave-contour (setf (svref locals 0) (cdr (svref locals 0))) nil)
      (make-closure
       (let ((f (pop-word frame)))
         (push-word frame (make-simulated (simulated-description f) (simulated-root f)
                                          (svref locals 0))))
       nil)
      (drop (pop-words frame d) nil)
      (slide (let ((x (pop-word frame))) (pop-words frame d) (push-word frame x)) nil)
      (pick (push-word frame (nth d (frame-stack frame))) nil)
      ((call-0 call-1 call-2 call-3 call-4 call-5 call-6 call-7)
       (call-and-push frame (function-of frame d) (pop-words frame (call-count name)) nil))
      ((tail-call-0 tail-call-1 tail-call-2 tail-call-3 tail-call-4 tail-call-5 tail-call-6
        tail-call-7)
       (cons t (call-simulated (function-of frame d) (pop-words frame (call-count name)))))
      (long-call
       (call-and-push frame (function-of frame (logand d 4095))
                      (pop-words frame (+ 8 (ash d -12))) nil))
      ((funcall funcall-mv)
       (let ((f (pop-word frame)))
         (call-and-push frame f (pop-words frame d) (eq name 'funcall-mv))))
      (tail-funcall
       (let ((f (pop-word frame))) (cons t (call-simulated f (pop-words frame d)))))
      ((apply apply-mv tail-apply)
       (let* ((f (pop-word frame)) (list (pop-word frame))
              (all (append (pop-words frame d) list)))
         (if (eq name 'tail-apply)
             (cons t (call-simulated f all))
             (call-and-push frame f all (eq name 'apply-mv)))))
      ((funcall-count funcall-count-mv tail-funcall-count)
       (let* ((f (pop-word frame)) (all (pop-values frame)))
         (if (eq name 'tail-funcall-count)
             (cons t (call-simulated f all))
             (call-and-push frame f all (eq name 'funcall-count-mv)))))
      (return (if (not (= d (min 63 (length arguments)))) (error "RETURN ~d" d))
              (cons t (list (pop-word frame))))
      (return-values (cons t (pop-words frame d)))
      (return-mv (cons t (pop-values frame)))
      (mv-adjust
       (let ((values (pop-values frame)))
         (dotimes (i d) (push-word frame (nth i values))))
       nil)
      (mv-list (push-word frame (pop-values frame)) nil)
      (mv-from-list (push-values frame (pop-word frame)) nil)
      (mv-append
       (let* ((second (pop-values frame)) (first (pop-values frame)))
         (push-values frame (append first second)))
       nil)
      (bind (bind-simulated (constant-of frame d) (pop-word frame)) nil)
      (unbind (unbind-simulated d) nil)
      (bind-symbol (let ((x (pop-word frame))) (bind-simulated (pop-word frame) x)) nil)
      (bind-unbound (let ((s (pop-word frame))) (bind-simulated s nil) (make-unbound s)) nil)
      (binding-depth (push-word frame (length *bindings*)) nil)
      (unbind-to (unbind-down (pop-word frame)) nil)
      (parse-keys (parse-simulated-keys frame (constant-of frame d)) nil)
      (supplied-p (push-word frame (not (unsupplied-p (pop-word frame)))) nil)
      (add-immediate (push-word frame (+ (pop-word frame) d)) nil)
      (subtract-immediate (push-word frame (- (pop-word frame) d)) nil)
      (eq-immediate (push-word frame (eql (pop-word frame) d)) nil)
      (equal-immediate (push-word frame (= (pop-word frame) d)) nil)
      (less-immediate (push-word frame (< (pop-word frame) d)) nil)
      (greater-immediate (push-word frame (> (pop-word frame) d)) nil)
      (list (push-word frame (pop-words frame d)) nil)
      (list-star (let* ((tail (pop-word frame)))
                   (push-word frame (append (pop-words frame d) tail)))
                 nil)
      (vector (push-word frame (apply #'vector (pop-words frame d))) nil)
      (branch (branch-when frame t d))
      (branch-nil (branch-when frame (null (pop-word frame)) d))
      (branch-not-nil (branch-when frame (pop-word frame) d))
      (branch-nil-else-pop
       (if (null (car (frame-stack frame))) (branch-when frame t d) (progn (pop-word frame) nil)))
      (branch-not-nil-else-pop
       (if (car (frame-stack frame)) (branch-when frame t d) (progn (pop-word frame) nil)))
      (branch-eq (branch-when frame (eql (pop-word frame) (pop-word frame)) d))
      (branch-not-eq (branch-when frame (not (eql (pop-word frame) (pop-word frame))) d))
      (branch-atom (branch-when frame (atom (pop-word frame)) d))
      (branch-cons (branch-when frame (consp (pop-word frame)) d))
      (catch-open (open-block frame (pop-word frame) d nil))
      (catch-open-mv (open-block frame (pop-word frame) d t))
      (unwind-open (open-block frame :unwind d nil))
      (catch-close (let ((x (pop-word frame))) (pop-block frame) (push-word frame x)) nil)
      (catch-close-mv (let ((v (pop-values frame))) (pop-block frame) (push-values frame v)) nil)
      (unwind-close (pop-block frame) nil)
      ((throw unwind-continue)
       (if (eq name 'throw)
           (let ((values (pop-values frame))) (throw-simulated (pop-word frame) values))
           (let ((tag (pop-word frame))) (throw-simulated tag (pop-values frame)))))
      (t (step-function frame name)))))

(defun parse-simulated-keys (frame vector)
  (let ((list (pop-word frame)))
    (if (oddp (length list)) (error "Odd keyword arguments"))
    (if (not (or (svref vector 0) (getf list :allow-other-keys)))
        (do ((tail list (cddr tail))) ((null tail))
          (if (and (not (eq (car tail) :allow-other-keys)) (not (find (car tail) vector :start 1)))
              (error "Unknown keyword ~s" (car tail)))))
    (do ((i 1 (+ i 1))) ((= i (length vector)))
      (push-word frame (getf list (svref vector i) :%unsupplied)))))

;;; Instructions that are functions

(defun host-name (instruction)
  (cdr (assoc instruction
              '((add . +) (subtract . -) (multiply . *) (less . <) (greater . >) (num-equal . =)
                (logand . logand) (logior . logior) (logxor . logxor) (minus . -)
                (one-plus . 1+) (one-minus . 1-) (fixnum-rem . rem) (fixnum-mod . mod)
                (%memq . member) (%assq . assoc) (%get . get) (aref-1 . aref)
                (%set-car . simulated-set-car) (fixnum-truncate . truncate)))))

(defun simulated-set-car (x cons) (setf (car cons) x))

(defun step-function (frame name)
  (let ((function (or (host-name name) (if (eq name 'eq) 'eql name)))
        (results (instruction-results name)))
    (if (not (fboundp function)) (error "No simulation of ~s" name))
    (let ((values (multiple-value-list
                   (apply function (pop-words frame (instruction-arguments name))))))
      (if (= results 1)
          (push-word frame (let ((v (car values)))
                             (if (instruction-predicate-p name) (if v t nil) v)))
          (dotimes (i results) (push-word frame (nth i values))))
      nil)))

;;; Forms

(defun simulate-description (description fuel)
  "The list of values of a function of no arguments."
  (setq *catch-blocks* nil *bindings* nil *fuel* fuel)
  (call-simulated (make-simulated description description nil) nil))

(defun simulate-actions (actions)
  (dolist (action actions)
    (case (car action)
      (:function (define-simulated (cadr action) (caddr action)))
      ((:variable :constant) (set-simulated-value (cadr action) (cdr (caddr action))))
      (:evaluate (simulate-description (cadr action) 1000000))
      (t nil))))
