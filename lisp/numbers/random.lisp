;;; Random numbers: xorshift on words of 24 bits, the state a vector of four. The machine's own
;;; generator (%random-word) gives seeds only; it is deterministic too.

(in-package :si)

(defstruct (random-state (:constructor %make-random-state (words)) (:copier nil))
  words)

(defun random-24 (state)
  "24 random bits."
  (let* ((w (random-state-words state))
         (x (svref w 0))
         (u (logand #xffffff (logxor x (ash (logand x #x1fff) 11))))
         (y (svref w 3))
         (new (logxor y (ash y -17) u (ash u -8))))
    (setf (svref w 0) (svref w 1)
          (svref w 1) (svref w 2)
          (svref w 2) y
          (svref w 3) new)
    new))

(defun make-random-state (&optional state)
  (%make-random-state
   (cond ((eq state t)
          (vector (logior 1 (%random-word)) (%random-word) (%random-word) (%random-word)))
         (t (copy-seq (random-state-words (or state *random-state*)))))))

(setq *random-state* (%make-random-state (vector 1234567 7654321 3141592 2718281)))

(defun random-bits (n state)
  (let ((bits 0) (have 0))
    (do () ((>= have n) (logand bits (1- (ash 1 n))))
      (setq bits (logior (ash bits 24) (random-24 state)) have (+ have 24)))))

(defun random (limit &optional (state *random-state*))
  (cond
    ((and (integerp limit) (plusp limit))
     ;; 24 bits more than the limit has, so that the remainder is even enough.
     (if (< limit 65536)
         (mod (logior (ash (logand (random-24 state) 127) 16) (logand (random-24 state) #xffff))
              limit)
         (mod (random-bits (+ 24 (integer-length limit)) state) limit)))
    ((and (double-float-p limit) (plusp limit))
     (* limit (ratio-to-float (random-bits 53 state) (ash 1 53) t)))
    ((and (single-float-p limit) (plusp limit))
     (* limit (ratio-to-float (random-24 state) (ash 1 24) nil)))
    (t (wrong-type-argument limit '(or (integer 1) (float (0)))))))
