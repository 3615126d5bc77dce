;;; FORMAT's directives for numbers: ~D ~B ~O ~X ~R, ~F ~E ~G ~$.

(in-package :si)

;;; Integers

(defun group-digits (string separator interval)
  "STRING, digits with an optional sign, with SEPARATOR between groups of INTERVAL."
  (let* ((sign (if (digit-char-p (char string 0) 36) 0 1)) (n (length string)) (parts nil))
    (do ((i (1- n) (1- i)) (count 0 (1+ count)))
        ((< i sign))
      (when (and (> count 0) (eql 0 (mod count interval)))
        (setq parts (cons separator parts)))
      (setq parts (cons (char string i) parts)))
    (coerce-sequence (if (eql sign 1) (cons (char string 0) parts) parts) 'string)))

(defun format-integer (stream x base parameters colon at)
  (with-parameters ((mincol 0) (padchar #\Space) (comma #\,) (interval 3)) parameters
    (if (integerp x)
        (let* ((string (integer-string x base))
               (string (if colon (group-digits string (pad-char comma) interval) string))
               (string (if (and at (not (minusp x))) (concatenate 'string "+" string) string)))
          (repeat-char (pad-char padchar) stream (- mincol (length string)))
          (put string stream))
        (let ((*print-base* base) (*print-radix* nil))
          (write-padded stream (princ-to-string x) (list mincol 1 0 padchar) t)))
    nil))

(define-directive #\D (stream parameters colon at)
  (format-integer stream (next-argument control index) 10 parameters colon at))
(define-directive #\B (stream parameters colon at)
  (format-integer stream (next-argument control index) 2 parameters colon at))
(define-directive #\O (stream parameters colon at)
  (format-integer stream (next-argument control index) 8 parameters colon at))
(define-directive #\X (stream parameters colon at)
  (format-integer stream (next-argument control index) 16 parameters colon at))

(define-directive #\R (stream parameters colon at)
  (let ((x (next-argument control index)))
    (cond ((car parameters) (format-integer stream x (car parameters) (cdr parameters) colon at))
          ((not (integerp x)) (princ x stream) nil)
          (at (format-roman stream x colon))
          (colon (format-ordinal stream x))
          (t (format-cardinal stream x)))
    nil))

;;; Words

(defvar *small-cardinals*
  #("zero" "one" "two" "three" "four" "five" "six" "seven" "eight" "nine" "ten" "eleven"
    "twelve" "thirteen" "fourteen" "fifteen" "sixteen" "seventeen" "eighteen" "nineteen"))
(defvar *tens*
  #("" "" "twenty" "thirty" "forty" "fifty" "sixty" "seventy" "eighty" "ninety"))
(defvar *periods*
  #("" " thousand" " million" " billion" " trillion" " quadrillion" " quintillion"
    " sextillion" " septillion" " octillion" " nonillion" " decillion" " undecillion"
    " duodecillion" " tredecillion" " quattuordecillion" " quindecillion" " sexdecillion"
    " septendecillion" " octodecillion" " novemdecillion" " vigintillion"))
(defvar *small-ordinals*
  #("zeroth" "first" "second" "third" "fourth" "fifth" "sixth" "seventh" "eighth" "ninth"
    "tenth" "eleventh" "twelfth" "thirteenth" "fourteenth" "fifteenth" "sixteenth"
    "seventeenth" "eighteenth" "nineteenth"))
(defvar *ten-ordinals*
  #("" "" "twentieth" "thirtieth" "fortieth" "fiftieth" "sixtieth" "seventieth" "eightieth"
    "ninetieth"))

(defun hundreds-words (n)
  "N, below 1000, in words."
  (multiple-value-bind (hundreds rest) (truncate n 100)
    (concatenate 'string
                 (if (> hundreds 0)
                     (concatenate 'string (svref *small-cardinals* hundreds) " hundred"
                                  (if (> rest 0) " " ""))
                     "")
                 (cond ((eql rest 0) "")
                       ((< rest 20) (svref *small-cardinals* rest))
                       (t (multiple-value-bind (tens ones) (truncate rest 10)
                            (concatenate 'string (svref *tens* tens)
                                         (if (> ones 0) "-" "")
                                         (if (> ones 0) (svref *small-cardinals* ones) ""))))))))

(defun cardinal-words (n)
  (cond
    ((eql n 0) "zero")
    ((minusp n) (concatenate 'string "negative " (cardinal-words (- n))))
    (t
     (let ((period 0) (text ""))
       (do () ((eql n 0) text)
         (multiple-value-bind (q r) (truncate n 1000)
           (when (> r 0)
             (when (>= period (length *periods*))
               (return-from cardinal-words (integer-string n 10)))
             (setq text (concatenate 'string (hundreds-words r) (svref *periods* period)
                                     (if (string= text "") "" " ") text)))
           (setq n q period (1+ period))))))))

(defun format-cardinal (stream n) (put (cardinal-words n) stream))

(defun format-ordinal (stream n)
  (when (minusp n) (put "negative " stream) (setq n (- n)))
  (multiple-value-bind (high low) (truncate n 100)
    (when (> high 0)
      (put (cardinal-words (* high 100)) stream)
      (put (if (eql low 0) "th" " ") stream))
    (cond ((and (eql low 0) (> high 0)))
          ((< low 20) (put (svref *small-ordinals* low) stream))
          (t (multiple-value-bind (tens ones) (truncate low 10)
               (if (eql ones 0)
                   (put (svref *ten-ordinals* tens) stream)
                   (progn (put (svref *tens* tens) stream)
                          (write-char-to #\- stream)
                          (put (svref *small-ordinals* ones) stream))))))))

(defun format-roman (stream n old)
  (unless (< 0 n (if old 5000 4000))
    (return-from format-roman (put (integer-string n 10) stream)))
  (dolist (entry (if old
                     '((1000 . "M") (500 . "D") (100 . "C") (50 . "L") (10 . "X") (5 . "V")
                       (1 . "I"))
                     '((1000 . "M") (900 . "CM") (500 . "D") (400 . "CD") (100 . "C") (90 . "XC")
                       (50 . "L") (40 . "XL") (10 . "X") (9 . "IX") (5 . "V") (4 . "IV")
                       (1 . "I"))))
    (do () ((< n (car entry)))
      (put (cdr entry) stream)
      (setq n (- n (car entry))))))

;;; Floats. Digits come from the shortest form that reads back, rounded half up where fewer
;;; are wanted.

(defun rounded-digits (digits k places)
  "DIGITS of 0.d1d2… times ten to K, rounded to PLACES digits after the point: a string of the
digits from the first integer position on, and the number of them before the point."
  (let* ((keep (+ k places)) (n (length digits)))
    (cond
      ((< keep 0) (values (make-string places :initial-element #\0) 0))
      ((>= keep n)
       (let ((s (digits-string digits)))
         (values (concatenate 'string (zeros (max 0 (- k))) s (zeros (- keep n))) (max k 0))))
      (t
       (let* ((kept (if (eql keep 0) nil (list-head digits keep)))
              (value (+ (digits-to-integer kept) (if (>= (nth keep digits) 5) 1 0)))
              (s (if (and (eql value 0) (eql keep 0)) "" (integer-string value 10)))
              (s (if (< (length s) keep) (concatenate 'string (zeros (- keep (length s))) s) s))
              (carried (> (length s) keep))
              (k (if carried (1+ k) k)))
         (values (concatenate 'string (zeros (max 0 (- (if (< k 0) (- k) 0) 0))) s)
                 (max k 0)))))))

(defun digits-to-integer (digits)
  (let ((n 0)) (dolist (d digits n) (setq n (+ (* n 10) d)))))

(defun fixed-string (x places scale)
  "Absolute value of X times ten to SCALE: digits before the point, digits after it. PLACES
NIL: as many as are needed."
  (if (zerop x)
      (values "0" (zeros (or places 1)))
      (multiple-value-bind (digits k) (shortest-digits (abs x))
        (let* ((k (+ k scale))
               (places (or places (max 1 (- (length digits) k)))))
          (multiple-value-bind (s point) (rounded-digits digits k places)
            (let* ((needed (+ point places))
                   (s (if (< (length s) needed)
                          (concatenate 'string (zeros (- needed (length s))) s)
                          s))
                   (cut (- (length s) places)))
              (values (if (eql cut 0) "0" (subseq s 0 cut)) (subseq s cut))))))))

(defun to-float-for-format (x)
  (if (rationalp x) (to-single x) x))

(defun format-fixed (stream x parameters at)
  (with-parameters ((width nil) (places nil) (scale 0) (overflow nil) (padchar #\Space)) parameters
    (if (not (realp x))
        (write-padded stream (princ-to-string x) (list (or width 0) 1 0 padchar) t)
        (let* ((x (to-float-for-format x)) (negative (float-negative-p x))
               (sign (cond (negative "-") (at "+") (t ""))))
          (multiple-value-bind (whole fraction)
              (fixed-string x (or places
                                  ;; A width alone leaves that many places at most.
                                  (if width (places-for-width x width scale (length sign)) nil))
                            scale)
            (let* ((n (+ (length sign) (length whole) 1 (length fraction)))
                   ;; A lone zero before the point goes when there is no room.
                   (whole (if (and width (> n width) (string= whole "0") (> (length fraction) 0))
                              "" whole))
                   (n (+ (length sign) (length whole) 1 (length fraction))))
              (cond
                ((and width overflow (> n width)) (repeat-char (pad-char overflow) stream width))
                (t (when width (repeat-char (pad-char padchar) stream (- width n)))
                   (put sign stream)
                   (put whole stream)
                   (write-char-to #\. stream)
                   (put fraction stream)))))))
    nil))

(defun places-for-width (x width scale sign-length)
  "Digits after the point that leave X within WIDTH; NIL when all of them do."
  (multiple-value-bind (whole fraction) (fixed-string x nil scale)
    (let ((room (- width sign-length (if (string= whole "0") 0 (length whole)) 1)))
      (if (<= (length fraction) room) nil (max room 0)))))

(define-directive #\F (stream parameters colon at)
  (format-fixed stream (next-argument control index) parameters at))

(defun format-exponential (stream x parameters at)
  (with-parameters ((width nil) (places nil) (exponent-digits nil) (scale 1) (overflow nil)
                    (padchar #\Space) (marker nil))
      parameters
    (if (not (realp x))
        (write-padded stream (princ-to-string x) (list (or width 0) 1 0 padchar) t)
        (let* ((x (to-float-for-format x)) (negative (float-negative-p x))
               (sign (cond (negative "-") (at "+") (t ""))))
          (multiple-value-bind (digits k)
              (if (zerop x) (values (list 0) 1) (shortest-digits (abs x)))
            ;; Value = 0.ddd * 10^k; SCALE digits stand before the point.
            (let* ((fraction-places
                     (cond (places (if (> scale 0) (- places (1- scale)) places))
                           (t (max 1 (- (length digits) scale)))))
                   (places-now (if (and width (null places))
                                   (min fraction-places
                                        (max 1 (- width (length sign) (max scale 1) 1
                                                  (+ 2 (or exponent-digits 2)))))
                                   fraction-places)))
              (multiple-value-bind (s point) (rounded-digits digits scale places-now)
                (when (> point (max scale 0))
                  ;; Rounding carried into a new digit.
                  (setq k (1+ k) s (subseq s 0 (1- (length s))) point (max scale 0)))
                (let* ((needed (+ (max point 0) places-now))
                       (s (if (< (length s) needed)
                              (concatenate 'string s (zeros (- needed (length s)))) s))
                       (exponent (if (zerop x) 0 (- k scale)))
                       (exponent-string (integer-string (abs exponent) 10))
                       (exponent-string
                         (if (and exponent-digits (< (length exponent-string) exponent-digits))
                             (concatenate 'string
                                          (zeros (- exponent-digits (length exponent-string)))
                                          exponent-string)
                             exponent-string))
                       (cut (- (length s) places-now))
                       (text (concatenate
                              'string sign
                              (if (<= cut 0) "0" (subseq s 0 cut)) "."
                              (subseq s (max cut 0))
                              (string (or marker (float-type-marker x) #\e))
                              (if (minusp exponent) "-" "+") exponent-string)))
                  (if (and width overflow (> (length text) width))
                      (repeat-char (pad-char overflow) stream width)
                      (progn
                        (when width
                          (repeat-char (pad-char padchar) stream (- width (length text))))
                        (put text stream)))))))))
    nil))

(define-directive #\E (stream parameters colon at)
  (format-exponential stream (next-argument control index) parameters at))

(define-directive #\G (stream parameters colon at)
  (let ((x (next-argument control index)))
    (if (not (realp x))
        (write-padded stream (princ-to-string x) (list (or (car parameters) 0) 1 0 #\Space) t)
        (with-parameters ((width nil) (places nil) (exponent-digits nil) (scale nil)
                          (overflow nil) (padchar #\Space) (marker nil))
            parameters
          (let ((x (to-float-for-format x)))
            (multiple-value-bind (digits k)
                (if (zerop x) (values (list 0) 0) (shortest-digits (abs x)))
              (let* ((ee (if exponent-digits (+ exponent-digits 2) 4))
                     (d (or places (max (length digits) (min k 7))))
                     (dd (- d k)))
                (if (<= 0 dd d)
                    (progn
                      (format-fixed stream x
                                    (list (if width (- width ee) nil) dd nil overflow padchar) at)
                      (repeat-char #\Space stream ee))
                    (format-exponential stream x
                                        (list width places exponent-digits (or scale 1)
                                              overflow padchar marker)
                                        at)))))))
    nil))

(define-directive #\$ (stream parameters colon at)
  (let ((x (next-argument control index)))
    (with-parameters ((places 2) (least 1) (width 0) (padchar #\Space)) parameters
      (if (not (realp x))
          (write-padded stream (princ-to-string x) (list width 1 0 padchar) t)
          (let* ((x (to-float-for-format x))
                 (sign (cond ((float-negative-p x) "-") (at "+") (t ""))))
            (multiple-value-bind (whole fraction) (fixed-string x places 0)
              (let* ((whole (if (< (length whole) least)
                                (concatenate 'string (zeros (- least (length whole))) whole)
                                whole))
                     (n (+ (length sign) (length whole) 1 (length fraction))))
                (when colon (put sign stream))
                (repeat-char (pad-char padchar) stream (- width n))
                (unless colon (put sign stream))
                (put whole stream)
                (write-char-to #\. stream)
                (put fraction stream))))))
    nil))
