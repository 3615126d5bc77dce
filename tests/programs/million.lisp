;;; A million conses in one list: built, reversed, sorted, measured.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defvar *seed* 12345)

(defun next-random ()
  "A number below 2^23, the same sequence everywhere."
  (setf *seed* (mod (+ (* *seed* 1597) 51749) 8388608)))

(let* ((count (if *small* 2000 1000000))
       (list (loop repeat count collect (next-random)))
       (copy (copy-list list))
       (reversed (reverse list)))
  (format t "~d elements, ~d reversed~%" (length list) (length reversed))
  (format t "The first is the last reversed: ~s~%" (eql (first list) (car (last reversed))))
  (let ((sorted (sort list #'<)))
    (format t "Sorted: ~d elements, in order: ~s~%" (length sorted)
            (loop for (a b) on sorted always (or (null b) (<= a b))))
    (format t "Smallest ~d, largest ~d, in the middle ~d~%"
            (first sorted) (car (last sorted)) (nth (floor count 2) sorted))
    (format t "The sums differ by ~d~%"
            (- (loop for x in copy sum x) (reduce #'+ sorted))))
  (format t "Reversed in place, it is the original: ~s~%" (equal (nreverse reversed) copy)))
