;;; Liveness: which argument slots and locals are still needed after each call, so that the
;;; scavenger takes only those. (A slot that is not live is cleared by the scavenger: it may
;;; hold a word whose object is gone.)
;;;
;;; A set of slots is an integer: bit i is argument i, then come the locals. Functions with
;;; more than 48 slots have no liveness: everything counts as live. A throw may go to every
;;; handler around the place where it happens, so what a handler needs is live there.

(in-package :compiler)

(defconstant liveness-slots 48)

(defun call-instruction-p (name)
  (member name '(call-0 call-1 call-2 call-3 call-4 call-5 call-6 call-7 funcall funcall-mv
                 apply apply-mv funcall-count funcall-count-mv long-call)))

(defun leaving-instruction-p (name)
  (member name '(return return-mv return-values throw unwind-continue branch tail-funcall
                 tail-apply tail-funcall-count tail-call-0 tail-call-1 tail-call-2 tail-call-3
                 tail-call-4 tail-call-5 tail-call-6 tail-call-7)))

(defun environment-instruction-p (name)
  (member name '(push-lex0 push-lex1 push-lex2 push-lex3 set-lex0 set-lex1 set-lex2 set-lex3
                 long-push-lex long-set-lex make-closure)))

(defun slot-effect (instruction slots)
  "Bits that INSTRUCTION uses, bits that it sets."
  (let ((name (car instruction)) (operand (cadr instruction)))
    (cond ((eq name 'push-local) (values (ash 1 (+ slots operand)) 0))
          ((eq name 'push-arg) (values (ash 1 (- slots operand 1)) 0))
          ((or (eq name 'pop-local) (eq name 'set-local)) (values 0 (ash 1 (+ slots operand))))
          ((or (eq name 'pop-arg) (eq name 'set-arg)) (values 0 (ash 1 (- slots operand 1))))
          ((environment-instruction-p name) (values (ash 1 slots) 0))
          ((or (eq name 'enter-contour) (eq name 'leave-contour))
           (values (ash 1 slots) (ash 1 slots)))
          (t (values 0 0)))))

(defun compute-liveness (code slots locals)
  "For each call in the list CODE on which not everything is live: (instruction . live set)."
  (if (or (= (+ slots locals) 0) (> (+ slots locals) liveness-slots)
          (notany (lambda (i) (call-instruction-p (car i))) code))
      nil
      (let* ((vector (apply-vector code)) (count (length vector))
             (live (make-array (+ count 1) :initial-element 0))
             (uses (make-array count :initial-element 0))
             (sets (make-array count :initial-element 0))
             (handlers (make-array count :initial-element nil)))
        (prepare-liveness vector slots uses sets handlers)
        (settle-liveness vector live uses sets handlers)
        (collect-liveness vector live handlers (- (ash 1 (+ slots locals)) 1)))))

(defun apply-vector (list)
  (let ((vector (make-array (length list))) (i 0))
    (dolist (x list vector)
      (setf (svref vector i) x)
      (setq i (+ i 1)))))

(defun prepare-liveness (vector slots uses sets handlers)
  (let ((active nil))
    (dotimes (i (length vector))
      (let* ((instruction (svref vector i)) (name (car instruction)))
        (cond ((eq name :label) (setf (label-position (cadr instruction)) i))
              ((eq name :handler) (setq active (cons (cadr instruction) active)))
              ((eq name :end-handler) (setq active (cdr active)))
              (t (multiple-value-bind (used set) (slot-effect instruction slots)
                   (setf (svref uses i) used)
                   (setf (svref sets i) set))
                 (if (call-instruction-p name) (setf (svref handlers i) active))))))))

(defun live-after (i vector live handlers)
  (let* ((instruction (svref vector i)) (operand (cadr instruction))
         (set (if (leaving-instruction-p (car instruction)) 0 (svref live (+ i 1)))))
    (if (and (label-p operand) (not (keywordp (car instruction))))
        (setq set (logior set (svref live (label-position operand)))))
    (dolist (handler (svref handlers i))
      (setq set (logior set (svref live (label-position handler)))))
    set))

(defun settle-liveness (vector live uses sets handlers)
  (let ((changed t))
    (do () ((not changed))
      (setq changed nil)
      (do ((i (- (length vector) 1) (- i 1))) ((< i 0))
        (let* ((after (live-after i vector live handlers))
               (before (logior (svref uses i) (logand after (lognot (svref sets i))))))
          (if (not (= before (svref live i)))
              (progn (setf (svref live i) before)
                     (setq changed t))))))))

(defun collect-liveness (vector live handlers all)
  (let ((result nil))
    (dotimes (i (length vector))
      (if (call-instruction-p (car (svref vector i)))
          (let ((after (live-after i vector live handlers)))
            (if (not (= after all))
                (setq result (cons (cons (svref vector i) after) result))))))
    (reverse result)))
