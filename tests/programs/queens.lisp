;;; Queens on a board: all solutions counted, the first one drawn.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun safep (column placed)
  "PLACED are the columns of the queens in the rows before, the nearest first."
  (loop for other in placed
        for distance from 1
        never (or (= other column) (= (abs (- other column)) distance))))

(defun queens (size function)
  "Calls FUNCTION with every solution, a list of columns."
  (labels ((place (row placed)
             (if (= row size)
                 (funcall function (reverse placed))
                 (dotimes (column size)
                   (when (safep column placed)
                     (place (1+ row) (cons column placed)))))))
    (place 0 '())))

(defun draw (columns)
  (dolist (queen columns)
    (dotimes (column (length columns) (terpri))
      (write-string (if (= column queen) " Q" " .")))))

(let ((size (if *small* 5 8)) (count 0))
  (draw (block first (queens size (lambda (columns) (return-from first columns)))))
  (queens size (lambda (columns) (declare (ignore columns)) (incf count)))
  (format t "~r solutions with ~r queens~%" count size))
