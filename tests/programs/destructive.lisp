;;; Lists taken apart and put together again in place: RPLACA, RPLACD, NCONC.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun fresh-rows (rows width)
  (loop repeat rows collect (make-list width :initial-element nil)))

(defun cut-in-two (list)
  "Cuts LIST in the middle; returns its second half."
  (let ((before (nthcdr (1- (floor (length list) 2)) list)))
    (prog1 (cdr before)
      (rplacd before nil))))

(defun stamp (list mark)
  (do ((tail list (cdr tail)))
      ((null tail) list)
    (rplaca tail mark)))

(defun destructive (rounds rows width)
  (let ((table (fresh-rows rows width)))
    (dotimes (i rounds table)
      (let ((first (car table)))
        (cond
          ((null first)
           ;; The first row is used up: every row grows again.
           (do ((tail table (cdr tail)))
               ((null tail))
             (when (null (car tail)) (rplaca tail (list nil)))
             (rplacd (last (car tail))
                     (loop repeat (1+ (mod i 7)) collect nil))))
          (t
           ;; Each row gives its second half to the front of the next one.
           (do ((here table (cdr here)) (next (cdr table) (cdr next)))
               ((null next))
             (if (cdr (car here))
                 (let ((half (cut-in-two (car here))))
                   (rplaca next (nconc (stamp half i) (car next))))
                 (rplaca next (nconc (stamp (car here) i) (car next))))
             (when (null (cdr (car here))) (rplaca here nil)))))))))

(let ((table (if *small* (destructive 20 4 6) (destructive 600 10 10))))
  (format t "Lengths: ~{~d~^ ~}~%" (mapcar #'length table))
  (format t "Sum of the marks: ~d~%"
          (reduce #'+ (mapcar (lambda (row) (reduce #'+ (remove nil row))) table)))
  (format t "The third row ends in ~s~%" (last (third table) 3)))
