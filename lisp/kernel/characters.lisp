;;; Characters.
;;;
;;; A character is a Unicode scalar. Case and classes are exact for Latin (basic, Latin-1,
;;; extended A, extended additional), Greek and Cyrillic; other letters have no case. From
;;; code 256 on, everything outside the blocks of punctuation and symbols counts as
;;; alphabetic; combining and composed forms are not analysed.

(in-package :si)

(defconstant char-code-limit 1114112)

(defun check-char (x)
  (if (characterp x) x (wrong-type-argument x 'character)))

;;; Case. A pair of characters with case differs by a fixed distance in most blocks, and
;;; stands as neighbours (upper case on the even or odd code) in the others.

(defun lower-code (c)
  "The code of the lower-case partner of the character with code C, or NIL."
  (cond
    ((< c 65) nil)
    ((<= c 90) (+ c 32))
    ((< c 192) nil)
    ((<= c 222) (if (eql c 215) nil (+ c 32)))
    ((< c 256) nil)
    ((<= c 383)
     (cond ((eql c 376) 255)
           ((eql c 304) nil)
           ((or (<= c 311) (<= 330 c 375)) (if (evenp c) (1+ c) nil))
           ((or (<= 313 c 328) (<= 377 c 382)) (if (oddp c) (1+ c) nil))
           (t nil)))
    ((< c 902) nil)
    ((<= c 911)
     (case c (902 940) (904 941) (905 942) (906 943) (908 972) (910 973) (911 974) (t nil)))
    ((<= 913 c 939) (if (eql c 930) nil (+ c 32)))
    ((< c 1024) nil)
    ((<= c 1039) (+ c 80))
    ((<= c 1071) (+ c 32))
    ((or (<= 1120 c 1152) (<= 1162 c 1215) (<= 1232 c 1327)) (if (evenp c) (1+ c) nil))
    ((or (<= 7680 c 7829) (<= 7840 c 7935)) (if (evenp c) (1+ c) nil))
    (t nil)))

(defun upper-code (c)
  "The code of the upper-case partner of the character with code C, or NIL."
  (cond
    ((< c 97) nil)
    ((<= c 122) (- c 32))
    ((< c 224) nil)
    ((<= c 254) (if (eql c 247) nil (- c 32)))
    ((eql c 255) 376)
    ((<= c 383)
     (cond ((eql c 305) nil)
           ((or (<= c 311) (<= 330 c 375)) (if (oddp c) (1- c) nil))
           ((or (<= 313 c 328) (<= 377 c 382)) (if (evenp c) (1- c) nil))
           (t nil)))
    ((< c 940) nil)
    ((<= c 943) (case c (940 902) (941 904) (942 905) (t 906)))
    ((<= 945 c 971) (if (eql c 962) nil (- c 32)))
    ((<= 972 c 974) (case c (972 908) (973 910) (t 911)))
    ((< c 1072) nil)
    ((<= c 1103) (- c 32))
    ((<= c 1119) (- c 80))
    ((or (<= 1121 c 1153) (<= 1163 c 1215) (<= 1233 c 1327)) (if (oddp c) (1- c) nil))
    ((or (<= 7681 c 7829) (<= 7841 c 7935)) (if (oddp c) (1- c) nil))
    (t nil)))

(defun char-upcase (char)
  (let ((c (char-code char)))
    (if (< c 97)
        char
        (let ((u (upper-code c))) (if u (%int-char u) char)))))

(defun char-downcase (char)
  (let ((c (char-code char)))
    (if (< c 65)
        char
        (let ((l (lower-code c))) (if l (%int-char l) char)))))

(defun upper-case-p (char) (if (lower-code (char-code char)) t nil))
(defun lower-case-p (char) (if (upper-code (char-code char)) t nil))
(defun both-case-p (char) (or (upper-case-p char) (lower-case-p char)))

(defun alpha-char-p (char)
  (let ((c (char-code char)))
    (cond ((< c 65) nil)
          ((<= c 90) t)
          ((< c 97) nil)
          ((<= c 122) t)
          ((< c 170) nil)
          ((< c 192) (if (or (eql c 170) (eql c 181) (eql c 186)) t nil))
          ((< c 256) (not (or (eql c 215) (eql c 247))))
          (t (not (or (<= 688 c 879) (<= 8192 c 11263) (<= 11776 c 12292)
                      (<= 12296 c 12336) (<= 55296 c 63743) (<= 65024 c 65135)
                      (<= 65279 c 65312) (>= c 917504)))))))

(defun graphic-char-p (char)
  (let ((c (char-code char)))
    (not (or (< c 32) (<= 127 c 159)))))

(defun standard-char-p (char)
  (let ((c (char-code char)))
    (or (<= 32 c 126) (eql c 10))))

(defun digit-char-p (char &optional (radix 10))
  (let* ((c (char-code char))
         (weight (cond ((<= 48 c 57) (- c 48))
                       ((<= 65 c 90) (- c 55))
                       ((<= 97 c 122) (- c 87))
                       (t 99))))
    (if (< weight radix) weight nil)))

(defun digit-char (weight &optional (radix 10))
  (if (and (integerp weight) (<= 0 weight) (< weight radix))
      (%int-char (if (< weight 10) (+ weight 48) (+ weight 55)))
      nil))

(defun alphanumericp (char)
  (or (alpha-char-p char) (if (digit-char-p char) t nil)))

(defun character (x)
  (cond ((characterp x) x)
        ((and (or (stringp x) (symbolp x)) (eql (length (string x)) 1)) (char (string x) 0))
        (t (wrong-type-argument x 'character-designator))))

(defun char-int (char) (char-code char))

;;; Comparison

(defmacro define-char-comparison (name fold test pairwise)
  (let ((code (if fold '(char-code (char-upcase (car l))) '(char-code (car l))))
        (next (if fold '(char-code (char-upcase (cadr l))) '(char-code (cadr l)))))
    `(defun ,name (char &rest more)
       (check-char char)
       ,(if pairwise
            `(do ((l (cons char more) (cdr l))) ((null (cdr l)) t)
               (unless (,test ,code ,next) (return nil)))
            `(do ((l (cons char more) (cdr l))) ((null l) t)
               (do ((k (cdr l) (cdr k))) ((null k))
                 (when (eql ,code ,(subst '(car k) '(car l) code))
                   (return-from ,name nil))))))))

(define-char-comparison char= nil eql t)
(define-char-comparison char/= nil eql nil)
(define-char-comparison char< nil < t)
(define-char-comparison char> nil > t)
(define-char-comparison char<= nil <= t)
(define-char-comparison char>= nil >= t)
(define-char-comparison char-equal t eql t)
(define-char-comparison char-not-equal t eql nil)
(define-char-comparison char-lessp t < t)
(define-char-comparison char-greaterp t > t)
(define-char-comparison char-not-greaterp t <= t)
(define-char-comparison char-not-lessp t >= t)

;;; Names

(defvar *char-names*
  '((10 "Newline") (32 "Space") (9 "Tab") (8 "Backspace") (127 "Rubout") (12 "Page")
    (13 "Return") (10 "Linefeed") (0 "Null") (27 "Escape") (7 "Bell") (160 "No-break_space")
    (127 "Delete") (0 "Nul") (27 "Esc") (27 "Altmode") (11 "Vt") (1 "Soh") (2 "Stx") (3 "Etx")
    (4 "Eot") (5 "Enq") (6 "Ack") (14 "So") (15 "Si") (16 "Dle") (17 "Dc1") (18 "Dc2")
    (19 "Dc3") (20 "Dc4") (21 "Nak") (22 "Syn") (23 "Etb") (24 "Can") (25 "Em") (26 "Sub")
    (28 "Fs") (29 "Gs") (30 "Rs") (31 "Us"))
  "Codes and names; the first name of a code is the one that is printed.")

(defun char-name (char)
  (let* ((c (char-code char)) (entry (assoc c *char-names*)))
    (cond (entry (cadr entry))
          ((graphic-char-p char) nil)
          (t (concatenate 'string "U+" (hexadecimal c))))))

(defun hexadecimal (n)
  (let ((digits nil))
    (do () ((and digits (eql n 0)) (coerce-sequence digits 'string))
      (setq digits (cons (digit-char (logand n 15) 16) digits) n (ash n -4)))))

(defun name-char (name)
  (let* ((name (string name)) (n (length name)))
    (cond ((eql n 1) (char name 0))
          ((cdr (let ((entry (find name *char-names* :key #'cadr :test #'string-equal)))
                  (if entry (cons t (code-char (car entry))) nil))))
          ((and (> n 2) (char-equal (char name 0) #\U))
           (let ((code 0))
             (do ((i (if (eql (char name 1) #\+) 2 1) (1+ i)))
                 ((>= i n) (if (< code char-code-limit) (code-char code) nil))
               (let ((d (digit-char-p (char name i) 16)))
                 (if (and d (< i 9)) (setq code (+ (* code 16) d)) (return nil))))))
          (t nil))))
