;;; A fast Fourier transform, there and back: arrays of double floats.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun bit-reverse-permute (re im)
  (let ((n (length re)) (j 0))
    (dotimes (i (1- n))
      (when (< i j)
        (rotatef (aref re i) (aref re j))
        (rotatef (aref im i) (aref im j)))
      (let ((bit (ash n -1)))
        (loop while (logtest bit j)
              do (setf j (logxor j bit)
                       bit (ash bit -1)))
        (setf j (logior j bit))))))

(defun transform (re im direction)
  "Transforms in place; DIRECTION is 1 or -1."
  (bit-reverse-permute re im)
  (let ((n (length re)))
    (do ((half 1 (* 2 half)))
        ((>= half n))
      ;; The root of unity for this stage is turned step by step; its angle halves each time.
      (let* ((angle (/ (* direction 3.141592653589793d0) half))
             (step-re (cos angle)) (step-im (sin angle))
             (w-re 1d0) (w-im 0d0))
        (dotimes (k half)
          (do ((i k (+ i half half)))
              ((>= i n))
            (let* ((j (+ i half))
                   (t-re (- (* w-re (aref re j)) (* w-im (aref im j))))
                   (t-im (+ (* w-re (aref im j)) (* w-im (aref re j)))))
              (setf (aref re j) (- (aref re i) t-re)
                    (aref im j) (- (aref im i) t-im))
              (incf (aref re i) t-re)
              (incf (aref im i) t-im)))
          (psetf w-re (- (* w-re step-re) (* w-im step-im))
                 w-im (+ (* w-re step-im) (* w-im step-re))))))))

(let* ((n (if *small* 16 1024))
       (re (make-array n :element-type 'double-float :initial-element 0d0))
       (im (make-array n :element-type 'double-float :initial-element 0d0)))
  (dotimes (i n)
    (setf (aref re i) (float (- (mod (* 7 i) 11) 5) 1d0)))
  (let ((energy (loop for x across re sum (* x x))))
    (format t "~d points; sum ~d~%" n (round (reduce #'+ re)))
    (transform re im 1)
    (format t "Component 0: ~d~%" (round (aref re 0)))
    (format t "Component ~d: ~d, ~d~%" (/ n 4) (round (aref re (/ n 4))) (round (aref im (/ n 4))))
    (format t "Energy kept: ~s~%"
            (< (abs (- 1 (/ (loop for x across re for y across im sum (+ (* x x) (* y y)))
                            (* n energy))))
               1d-9))
    (transform re im -1)
    (format t "Back again: ~s~%"
            (every #'identity
                   (loop for i below n
                         collect (and (< (abs (- (/ (aref re i) n) (- (mod (* 7 i) 11) 5))) 1d-9)
                                      (< (abs (aref im i)) 1d-6)))))))
