;;; A theorem prover by rewriting, after the idea of Boyer and Moore: terms are rewritten
;;; with equations found on property lists, then an IF expression is tested for tautology.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

;;; The equations: (equal LEFT RIGHT) under the operator of LEFT.

(defparameter *equations*
  '((equal (and p q) (if p (if q (t) (f)) (f)))
    (equal (or p q) (if p (t) (if q (t) (f))))
    (equal (not p) (if p (f) (t)))
    (equal (implies p q) (if p (if q (t) (f)) (t)))
    (equal (iff p q) (and (implies p q) (implies q p)))
    (equal (if (if a b c) d e) (if a (if b d e) (if c d e)))
    (equal (zerop x) (or (equal x (zero)) (not (numberp x))))
    (equal (plus (plus x y) z) (plus x (plus y z)))
    (equal (equal (plus a b) (zero)) (and (zerop a) (zerop b)))
    (equal (equal (plus a b) (plus a c)) (equal (fix b) (fix c)))
    (equal (difference x x) (zero))
    (equal (difference (plus x y) x) (fix y))
    (equal (difference (plus y x) x) (fix y))
    (equal (times x (plus y z)) (plus (times x y) (times x z)))
    (equal (times (times x y) z) (times x (times y z)))
    (equal (equal (times x y) (zero)) (or (zerop x) (zerop y)))
    (equal (lessp x x) (f))
    (equal (lessp (plus x y) (plus x z)) (lessp y z))
    (equal (lessp y (plus x y)) (not (zerop x)))
    (equal (lesseqp x y) (not (lessp y x)))
    (equal (greaterp x y) (lessp y x))
    (equal (greatereqp x y) (not (lessp x y)))
    (equal (remainder x (one)) (zero))
    (equal (remainder x x) (zero))
    (equal (remainder (times x y) x) (zero))
    (equal (remainder (times y x) x) (zero))
    (equal (append (append x y) z) (append x (append y z)))
    (equal (reverse (append a b)) (append (reverse b) (reverse a)))
    (equal (reverse (reverse x)) (plist x))
    (equal (length (append x y)) (plus (length x) (length y)))
    (equal (length (reverse x)) (length x))
    (equal (member a (append b c)) (or (member a b) (member a c)))
    (equal (member a (reverse b)) (member a b))
    (equal (member a (intersect b c)) (and (member a b) (member a c)))
    (equal (flatten (append x y)) (append (flatten x) (flatten y)))
    (equal (power x (plus y z)) (times (power x y) (power x z)))
    (equal (power x (times y z)) (power (power x y) z))
    (equal (even (plus x x)) (t))
    (equal (odd x) (not (even x)))
    (equal (greatest x x) (fix x))
    (equal (sum-to (append x y)) (plus (sum-to x) (sum-to y)))
    (equal (sort-of (sort-of x)) (sort-of x))
    (equal (quotient (plus x (plus x y)) (two)) (plus x (quotient y (two))))))

(dolist (equation *equations*)
  (push equation (get (first (second equation)) 'equations)))

;;; Matching a pattern, of which the atoms are variables.

(defvar *bindings*)

(defun matchp (pattern term)
  (let ((*bindings* '()))
    (values (match pattern term) *bindings*)))

(defun match (pattern term)
  (cond ((atom pattern)
         (let ((known (assoc pattern *bindings*)))
           (cond (known (equal term (cdr known)))
                 (t (push (cons pattern term) *bindings*) t))))
        ((atom term) nil)
        ((eq (car pattern) (car term))
         (and (eql (length pattern) (length term))
              (every #'match (cdr pattern) (cdr term))))))

(defun instance-of (pattern bindings)
  (if (atom pattern)
      (let ((known (assoc pattern bindings))) (if known (cdr known) pattern))
      (cons (car pattern)
            (mapcar (lambda (part) (instance-of part bindings)) (cdr pattern)))))

;;; Rewriting from the inside out.

(defvar *rewrites* 0)

(defun rewrite (term)
  (if (atom term)
      term
      (rewrite-top (cons (car term) (mapcar #'rewrite (cdr term))))))

(defun rewrite-top (term)
  (dolist (equation (get (car term) 'equations) term)
    (multiple-value-bind (matches bindings) (matchp (second equation) term)
      (when matches
        (incf *rewrites*)
        (return (rewrite (instance-of (third equation) bindings)))))))

;;; Tautologies.

(defun known-true-p (term assumed) (or (equal term '(t)) (member term assumed :test #'equal)))
(defun known-false-p (term denied) (or (equal term '(f)) (member term denied :test #'equal)))

(defun tautologyp (term assumed denied)
  (cond ((known-true-p term assumed) t)
        ((known-false-p term denied) nil)
        ((atom term) nil)
        ((not (eq (car term) 'if)) nil)
        (t
         (destructuring-bind (test then else) (cdr term)
           (cond ((known-true-p test assumed) (tautologyp then assumed denied))
                 ((known-false-p test denied) (tautologyp else assumed denied))
                 (t (and (tautologyp then (cons test assumed) denied)
                         (tautologyp else assumed (cons test denied)))))))))

(defun provedp (statement bindings)
  (tautologyp (rewrite (instance-of statement bindings)) '() '()))

;;; A chain of implications, with terms that have to be rewritten put for its letters.

(defparameter *terms*
  '((x . (member a (append (append b c) (reverse (intersect d e)))))
    (y . (equal (plus (plus a b) (plus c d)) (plus a (plus b (times e (plus f g))))))
    (z . (lessp (remainder (times a b) a) (length (reverse (append a b)))))
    (u . (equal (difference (plus a b) a) (power g (plus d (times e f)))))
    (w . (lesseqp (plus a (plus b c)) (times (times a b) (plus c d))))))

(defparameter *chain*
  '(implies (and (implies x y) (and (implies y z) (and (implies z u) (implies u w))))
            (implies x w)))

(defparameter *broken-chain*
  '(implies (and (implies x y) (and (implies z u) (implies u w)))
            (implies x w)))

(defparameter *short-chain*
  '(implies (and (implies x y) (implies y z)) (implies x z)))

(cond (*small*
       (format t "The short chain is ~:[not proved~;proved~].~%"
               (provedp *short-chain* '((x . (odd a)) (y . (not (even b))) (z . c)))))
      (t
       (format t "The chain is ~:[not proved~;proved~].~%" (provedp *chain* *terms*))
       (format t "The broken chain is ~:[not proved~;proved~].~%"
               (provedp *broken-chain* *terms*))
       (format t "~d rewrites.~%" *rewrites*)))
