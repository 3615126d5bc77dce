;;; The written form of numbers: reading and printing, exactly.

(in-package :si)

;;; Reading

(defun digits-end (string start end base)
  "Index of the first character from START that is no digit in BASE."
  (do ((i start (1+ i)))
      ((or (>= i end) (null (digit-char-p (char string i) base))) i)))

(defun digits-value (string start end base)
  "Value of a run of digits; long runs are split, so that it is not quadratic."
  (if (< (- end start) 40)
      (let ((n 0))
        (do ((i start (1+ i))) ((>= i end) n)
          (setq n (+ (* n base) (digit-char-p (char string i) base)))))
      (let ((half (ash (- end start) -1)))
        (+ (* (digits-value string start (- end half) base) (integer-power base half))
           (digits-value string (- end half) end base)))))

(defun exponent-marker-format (char)
  (case (char-downcase char)
    (#\e *read-default-float-format*)
    ((#\s #\f) 'single-float)
    ((#\d #\l) 'double-float)
    (t nil)))

(defun parse-number (string base)
  "The number that STRING spells when integers are in BASE, or NIL."
  (let* ((end (length string)) (negative nil) (start 0))
    (when (eql end 0) (return-from parse-number nil))
    (case (char string 0)
      (#\- (setq negative t start 1))
      (#\+ (setq start 1)))
    (let ((i (digits-end string start end base)))
      (flet ((signed (n) (if negative (- n) n)))
        (cond
          ;; digits, digits/digits
          ((and (> i start) (eql i end)) (signed (digits-value string start i base)))
          ((and (> i start) (eq (char string i) #\/))
           (let ((j (digits-end string (1+ i) end base)))
             (if (and (eql j end) (> j (1+ i)))
                 (let ((d (digits-value string (1+ i) j base)))
                   (if (eql d 0)
                       (division-by-zero-error 'read string)
                       (signed (integer-quotient (digits-value string start i base) d))))
                 nil)))
          (t (parse-decimal string start end negative)))))))

(defun parse-decimal (string start end negative)
  "An integer with a decimal point, or a float."
  (let* ((i (digits-end string start end 10))
         (point (and (< i end) (eq (char string i) #\.)))
         (j (if point (digits-end string (1+ i) end 10) i))
         (whole (- i start)) (fraction (if point (- j i 1) 0)))
    (cond
      ((and point (eql j end) (eql fraction 0))
       (if (eql whole 0)
           nil
           (let ((n (digits-value string start i 10))) (if negative (- n) n))))
      ((eql (+ whole fraction) 0) nil)
      ((eql j end)
       (if point
           (make-decimal-float string start i j 0 *read-default-float-format* negative)
           nil))
      (t
       (let ((format (exponent-marker-format (char string j))) (k (1+ j)) (minus nil))
         (when (and format (< k end) (not (and point (eql fraction 0) (eql whole 0))))
           (case (char string k)
             (#\- (setq minus t k (1+ k)))
             (#\+ (setq k (1+ k))))
           (if (and (< k end) (eql (digits-end string k end 10) end))
               (let ((exponent (digits-value string k end 10)))
                 (make-decimal-float string start i j (if minus (- exponent) exponent)
                                     format negative))
               nil)))))))

(defun make-decimal-float (string start point end exponent format negative)
  "The float nearest to the digits from START to END, without the one at POINT, times ten to
EXPONENT."
  (let* ((fraction (max 0 (- end point 1)))
         (mantissa (+ (* (digits-value string start point 10) (integer-power 10 fraction))
                      (if (> fraction 0) (digits-value string (1+ point) end 10) 0)))
         (scale (- exponent fraction))
         (double (member format '(double-float long-float)))
         (size (+ scale (ceiling (* 30103 (integer-length mantissa)) 100000)))
         (x (cond ((or (eql mantissa 0) (< size -400)) (ratio-to-float 0 1 double))
                  ((> size 400) (error 'floating-point-overflow
                                       :operation 'read :operands (list string)))
                  ((>= scale 0)
                   (ratio-to-float (* mantissa (integer-power 10 scale)) 1 double))
                  (t (ratio-to-float mantissa (integer-power 10 (- scale)) double)))))
    (if negative (negate-float x) x)))

(defun parse-integer (string &key (start 0) end (radix 10) junk-allowed)
  (let* ((end (check-bounds string start end)) (i start) (negative nil))
    (do () ((not (and (< i end) (whitespacep (char string i))))) (setq i (1+ i)))
    (when (< i end)
      (case (char string i)
        (#\- (setq negative t i (1+ i)))
        (#\+ (setq i (1+ i)))))
    (let* ((j (digits-end string i end radix)) (k j))
      (do () ((not (and (< k end) (whitespacep (char string k))))) (setq k (1+ k)))
      (cond ((or (eql i j) (and (< k end) (not junk-allowed)))
             (if junk-allowed
                 (values nil j)
                 (error 'simple-parse-error
                        :format-control "~s is not an integer"
                        :format-arguments (list (subseq string start end)))))
            (t (let ((n (digits-value string i j radix)))
                 (values (if negative (- n) n) (if junk-allowed j k))))))))

;;; Printing integers

(defun integer-digits (n base)
  "A list of the digits (numbers) of the natural number N."
  (let ((digits nil))
    (if (fixnump n)
        (do () (nil)
          (multiple-value-bind (q r) (%fixnum-truncate n base)
            (setq digits (cons r digits) n q))
          (when (eql n 0) (return digits)))
        ;; As many digits at a time as a divisor below 2^24 gives.
        (let ((chunk base) (per-chunk 1))
          (do () ((> (* chunk base) 16777215))
            (setq chunk (* chunk base) per-chunk (1+ per-chunk)))
          (do () ((fixnump n) (append (integer-digits n base) digits))
            (multiple-value-bind (q r) (integer-truncate n chunk)
              (setq n q)
              (dotimes (i per-chunk)
                (multiple-value-bind (q2 d) (%fixnum-truncate r base)
                  (setq digits (cons d digits) r q2)))))))))

(defun digit-character (d)
  (%int-char (if (< d 10) (+ d 48) (+ d 55))))

(defun integer-string (n base)
  (let* ((digits (integer-digits (integer-abs n) base))
         (count (length digits)) (negative (integer-negative-p n))
         (string (%make-simple-array 9 (if negative (1+ count) count)))
         (i 0))
    (when negative
      (%aset-1 #\- string 0)
      (setq i 1))
    (dolist (d digits string)
      (%aset-1 (digit-character d) string i)
      (setq i (1+ i)))))

;;; Printing floats: the shortest digits that read back (Steele and White; Burger and
;;; Dybvig), by exact integers.

(defun shortest-digits (x)
  "A list of digits and an exponent k: X, positive, is 0.d1d2d3… times ten to k."
  (multiple-value-bind (m e) (decode-bits x)
    (let* ((double (double-float-p x))
           (hidden (ash 1 (1- (if double double-precision single-precision))))
           (least (if double double-least-exponent single-least-exponent))
           (even (evenp m))
           (narrow (and (eql m hidden) (> e least)))
           (r 0) (s 1) (up 1) (down 1))
      (if (>= e 0)
          (let ((be (ash 1 e)))
            (if narrow
                (setq r (ash m (+ e 2)) s 4 up (ash be 1) down be)
                (setq r (ash m (1+ e)) s 2 up be down be)))
          (if narrow
              (setq r (ash m 2) s (ash 1 (- 2 e)) up 2 down 1)
              (setq r (ash m 1) s (ash 1 (- 1 e)) up 1 down 1)))
      ;; An estimate of k that is right or one too small.
      (let ((k (ceiling (- (* 30103 (+ e (integer-length m) -1)) 1) 100000)))
        (if (>= k 0)
            (setq s (* s (integer-power 10 k)))
            (let ((scale (integer-power 10 (- k))))
              (setq r (* r scale) up (* up scale) down (* down scale))))
        (flet ((too-high-p () (if even (>= (+ r up) s) (> (+ r up) s))))
          (if (too-high-p)
              (setq k (1+ k))
              (setq r (* r 10) up (* up 10) down (* down 10)))
          (let ((digits nil))
            (do () (nil)
              (multiple-value-bind (d rest) (integer-truncate r s)
                (setq r rest)
                (let ((low (if even (<= r down) (< r down))) (high (too-high-p)))
                  (cond
                    ((and (not low) (not high))
                     (setq digits (cons d digits)
                           r (* r 10) up (* up 10) down (* down 10)))
                    (t
                     (setq digits
                           (cons (cond ((and low (not high)) d)
                                       ((and high (not low)) (1+ d))
                                       ((< (* r 2) s) d)
                                       (t (1+ d)))
                                 digits))
                     (return (values (nreverse digits) k)))))))))))))

(defun digits-string (digits)
  (map 'base-string #'digit-character digits))

(defun float-type-marker (x)
  "The exponent letter that X needs, or NIL when it is of the default format."
  (let ((default (if (member *read-default-float-format* '(double-float long-float))
                     'double-float 'single-float)))
    (cond ((double-float-p x) (if (eq default 'double-float) nil #\d))
          (t (if (eq default 'single-float) nil #\f)))))

(defun float-negative-p (x)
  (eql 1 (ash (%float-bits x (if (double-float-p x) 3 1)) -15)))

(defun float-string (x)
  "X as PRIN1 prints it."
  (let ((marker (float-type-marker x)) (sign (if (float-negative-p x) "-" "")))
    (cond
      ((null (decode-bits x))
       (concatenate 'string "#.(si:" (if (float-nan-p x) "nan"
                                         (if (float-negative-p x) "minus-infinity" "infinity"))
                    (if (double-float-p x) " 'double-float)" " 'single-float)")))
      ((zerop x)
       (concatenate 'string sign "0.0" (if marker (string marker) "") (if marker "0" "")))
      (t
       (multiple-value-bind (digits k) (shortest-digits (if (float-negative-p x) (negate-float x) x))
         (let ((n (length digits)) (string (digits-string digits)))
           (concatenate
            'string sign
            (cond
              ((and (< -3 k) (<= k 0))
               (concatenate 'string "0." (zeros (- k)) string (if marker (string marker) "")
                            (if marker "0" "")))
              ((and (< 0 k) (<= k 7))
               (concatenate 'string
                            (if (>= k n) (concatenate 'string string (zeros (- k n)))
                                (subseq string 0 k))
                            "." (if (>= k n) "0" (subseq string k))
                            (if marker (string marker) "") (if marker "0" "")))
              (t
               (concatenate 'string (subseq string 0 1) "."
                            (if (eql n 1) "0" (subseq string 1))
                            (string (or marker #\e))
                            (integer-string (1- k) 10)))))))))))

(defun zeros (n) (make-string n :initial-element #\0))

(defun infinity (type) (if (eq type 'double-float) (%make-double #x7ff0 0 0 0) (%make-single #x7f80 0)))
(defun minus-infinity (type) (if (eq type 'double-float) (%make-double #xfff0 0 0 0) (%make-single #xff80 0)))
(defun nan (type) (if (eq type 'double-float) (%make-double #x7ff8 0 0 0) (%make-single #x7fc0 0)))
