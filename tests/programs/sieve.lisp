;;; The sieve of Eratosthenes on a bit vector.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun primes-below (limit)
  (let ((composite (make-array limit :element-type 'bit :initial-element 0)))
    (loop for i from 2 below limit
          when (zerop (sbit composite i))
            collect i
            and do (loop for multiple from (* i i) below limit by i
                         do (setf (sbit composite multiple) 1)))))

(let* ((limit (if *small* 1000 100000)) (primes (primes-below limit)))
  (format t "~d primes below ~d, the largest ~d.~%"
          (length primes) limit (car (last primes)))
  (format t "The first: ~{~d~^ ~}~%" (subseq primes 0 20))
  (format t "Twins: ~d~%" (loop for (a b) on primes count (and b (= b (+ a 2))))))
