;;; A recursion without end is an error that a program can handle, again and again.

(defun runaway (n)
  (1+ (runaway (1+ n))))

(defvar *cleanups* 0)

(defun guarded-runaway ()
  (unwind-protect (runaway 0)
    (incf *cleanups*)))

(dotimes (i 3)
  (format t "~a~%"
          (handler-case (guarded-runaway)
            (storage-condition () "The recursion was stopped."))))
(format t "Cleanups done: ~d~%" *cleanups*)
(format t "Still computing: ~d~%" (reduce #'+ '(1 2 3)))
