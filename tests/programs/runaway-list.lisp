;;; A list without end is an error that a program can handle, and its storage comes back.

(defun runaway-list ()
  (let ((list '()))
    (loop (push list list))))

(dotimes (i 2)
  (format t "~a~%"
          (handler-case (runaway-list)
            (storage-condition () "The list was stopped.")
            (serious-condition () "The list was stopped by another condition."))))
(format t "Still consing: ~d~%" (length (make-list 1000)))
