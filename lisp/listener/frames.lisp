;;; Stack frames, for backtraces (docs/macro-architecture.md, Frame).
;;;
;;; A frame is (function offset slots): the offset of its local 0 on the stack and its number
;;; of argument slots. What a frame saves about its caller are the low 11 bits of the address
;;; of the caller's local 0; frames are shorter than 2048 words, so that is enough.

(in-package :si)

(defconstant return-kind-bottom 4)

(defun stack-frames (&optional (skip 0))
  "Frames from the caller's caller on, innermost first."
  (let ((frames nil) (f (%frame)) (base (%stack-base)))
    (do () (nil)
      (let ((saved (%stack-word (- f 3))) (function (%stack-word (- f 1))))
        (when (eql (ldb (byte 5 20) saved) return-kind-bottom)
          (return (nthcdr skip (nreverse frames))))
        (let ((caller (- f (logand 2047 (- (+ f base) (ldb (byte 11 0) saved)))))
              (slots (ldb (byte 8 12) saved)))
          (when (or (>= caller f) (< caller 3))
            (return (nthcdr skip (nreverse frames))))
          (setq frames (cons (list function caller slots) frames) f caller))))))

(defun frame-function (frame) (car frame))
(defun frame-offset (frame) (cadr frame))

(defun frame-arguments (frame)
  "The arguments in FRAME; those that were not supplied are left out."
  (let ((arguments nil) (f (cadr frame)) (slots (caddr frame)))
    (dotimes (i slots (nreverse arguments))
      (let ((place (+ (- f 3 slots) i)))
        (unless (eql (%data-type (%stack-word place)) 1)
          (setq arguments (cons (%stack-word place) arguments)))))))

(defun print-frame (frame stream)
  (let ((*print-length* 8) (*print-level* 4) (*print-readably* nil) (*print-escape* t)
        (*print-pretty* nil) (*print-circle* nil))
    (write-char #\( stream)
    (prin1 (or (function-name (frame-function frame)) (frame-function frame)) stream)
    (dolist (a (frame-arguments frame))
      (write-char #\Space stream)
      (handler-case (prin1 a stream)
        (error () (write-string "#<cannot be printed>" stream))))
    (write-char #\) stream)))

(defvar *internal-functions*
  '(error cerror signal-condition invoke-debugger enter-debugger %trap break
    wrong-type-argument %undefined-function %wrong-argument-count stack-frames
    report-unhandled undefined-function-error break-loop user-frames backtrace
    call-with-associated-restarts signal invoke-restart index-error bounding-index-error
    division-by-zero-error case-failure check-type-failure assertion-failure)
  "functions that a backtrace begins above")

(defun user-frames ()
  "Frames without the innermost ones of the error system."
  (let ((frames (stack-frames)))
    (do () ((or (null frames)
                (let ((name (function-name (frame-function (car frames)))))
                  (not (or (member name *internal-functions*)
                           (and (consp name)
                                (some (lambda (n) (internal-part-p n)) name)))))))
      (setq frames (cdr frames)))
    frames))

(defun internal-part-p (x)
  (cond ((symbolp x) (if (%memq x *internal-functions*) t nil))
        ((consp x) (some #'internal-part-p x))
        (t nil)))

(defun backtrace (stream &key (count 40))
  (let ((n 0))
    (dolist (f (user-frames))
      (when (eql n count)
        (format stream "   ...~%")
        (return nil))
      (write-string "   " stream)
      (print-frame f stream)
      (terpri stream)
      (setq n (1+ n)))))
