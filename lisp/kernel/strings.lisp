;;; Strings.
;;;
;;; Most work is done on the simple string that holds the characters, with offsets, so that
;;; fill pointers and displacement cost one look at the beginning.

(in-package :si)

(defun string (x)
  (cond ((stringp x) x)
        ((symbolp x) (symbol-name x))
        ((characterp x) (make-string 1 :initial-element x))
        (t (wrong-type-argument x 'string-designator))))

(defun make-string (size &key (initial-element nil given) (element-type 'character))
  (let ((new (%make-simple-array (array-type-code element-type) (check-index size))))
    (if (and given (> size 0)) (fill new initial-element) new)))

(defun %char-slow (string index)
  (if (stringp string) (%aref-1-slow string index) (wrong-type-argument string 'string)))

(defun %set-char-slow (new string index)
  (if (stringp string) (%aset-1-slow new string index) (wrong-type-argument string 'string)))

;;; Comparison

(defun string-mismatch (a b start1 end1 start2 end2 fold)
  "Index into A of the first difference, or NIL; and a number: -1, 0 or 1 as the character
of A is less, the strings are equal, or it is greater."
  (let* ((a (string a)) (b (string b))
         (end1 (check-bounds a start1 end1)) (end2 (check-bounds b start2 end2)))
    (multiple-value-bind (data1 offset1) (vector-data a)
      (multiple-value-bind (data2 offset2) (vector-data b)
        (do ((i start1 (1+ i)) (j start2 (1+ j)))
            ((or (>= i end1) (>= j end2))
             (cond ((< i end1) (values i 1))
                   ((< j end2) (values i -1))
                   (t (values nil 0))))
          (let ((x (schar data1 (+ i offset1))) (y (schar data2 (+ j offset2))))
            (unless (eq x y)
              (let ((x (char-code (if fold (char-upcase x) x)))
                    (y (char-code (if fold (char-upcase y) y))))
                (unless (eql x y)
                  (return (values i (if (< x y) -1 1))))))))))))

(defun string= (a b &key (start1 0) end1 (start2 0) end2)
  (let* ((a (string a)) (b (string b))
         (end1 (check-bounds a start1 end1)) (end2 (check-bounds b start2 end2))
         (n (- end1 start1)))
    (if (eql n (- end2 start2))
        (multiple-value-bind (data1 offset1) (vector-data a)
          (multiple-value-bind (data2 offset2) (vector-data b)
            (%string-equal-range data1 (+ start1 offset1) data2 (+ start2 offset2) n)))
        nil)))

(defun string-equal (a b &key (start1 0) end1 (start2 0) end2)
  (not (string-mismatch a b start1 end1 start2 end2 t)))

(defmacro define-string-comparison (name fold &rest orders)
  "A function that returns the index of the mismatch when its order is one of ORDERS; equal
strings give the end when 0 is."
  `(defun ,name (a b &key (start1 0) end1 (start2 0) end2)
     (multiple-value-bind (index order) (string-mismatch a b start1 end1 start2 end2 ,fold)
       (cond ,@(mapcar (lambda (o)
                         (if (eql o 0)
                             `((eql order 0) (or end1 (length (string a))))
                             `((eql order ,o) index)))
                       orders)
             (t nil)))))

(define-string-comparison string< nil -1)
(define-string-comparison string> nil 1)
(define-string-comparison string<= nil -1 0)
(define-string-comparison string>= nil 1 0)
(define-string-comparison string/= nil -1 1)
(define-string-comparison string-lessp t -1)
(define-string-comparison string-greaterp t 1)
(define-string-comparison string-not-greaterp t -1 0)
(define-string-comparison string-not-lessp t 1 0)
(define-string-comparison string-not-equal t -1 1)

;;; Case

(defun change-case (string start end changer in-place)
  (let* ((string (if in-place string (string string)))
         (end (check-bounds string start end))
         (new (if in-place string (copy-for-case string))))
    (do ((i start (1+ i))) ((>= i end) new)
      (setf (char new i) (funcall changer (char new i))))))

(defun copy-for-case (string)
  "A copy that can hold the other case of every character."
  (let ((n (length string)))
    (if (position-if (lambda (c) (> (char-code c) 254)) string)
        (replace (%make-simple-array 10 n) string)
        (copy-seq string))))

(defun string-upcase (string &key (start 0) end)
  (change-case string start end #'char-upcase nil))
(defun string-downcase (string &key (start 0) end)
  (change-case string start end #'char-downcase nil))
(defun nstring-upcase (string &key (start 0) end)
  (change-case string start end #'char-upcase t))
(defun nstring-downcase (string &key (start 0) end)
  (change-case string start end #'char-downcase t))

(defun capitalizer ()
  "A function that capitalizes words when it is given one character after the other."
  (let ((in-word nil))
    (lambda (c)
      (prog1 (if in-word (char-downcase c) (char-upcase c))
        (setq in-word (alphanumericp c))))))

(defun string-capitalize (string &key (start 0) end)
  (change-case string start end (capitalizer) nil))
(defun nstring-capitalize (string &key (start 0) end)
  (change-case string start end (capitalizer) t))

;;; Trimming

(defun trim-string (bag string left right)
  (let* ((string (string string)) (start 0) (end (length string)))
    (flet ((in-bag-p (i) (find (char string i) bag)))
      (when left
        (do () ((not (and (< start end) (in-bag-p start)))) (setq start (1+ start))))
      (when right
        (do () ((not (and (< start end) (in-bag-p (1- end))))) (setq end (1- end)))))
    (if (and (eql start 0) (eql end (length string)))
        string
        (subseq string start end))))

(defun string-trim (bag string) (trim-string bag string t t))
(defun string-left-trim (bag string) (trim-string bag string t nil))
(defun string-right-trim (bag string) (trim-string bag string nil t))

(defun simple-base-copy (string)
  "STRING as a simple string of its own; a compact one when its characters allow it."
  (let ((n (length string)))
    (replace (%make-simple-array (if (every (lambda (c) (< (char-code c) 256)) string) 9 10) n)
             string)))
