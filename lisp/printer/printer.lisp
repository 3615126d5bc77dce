;;; The printer.
;;;
;;; output-object prints any object as the control variables say; the rest is one function a
;;; kind of object. An instance is printed by PRINT-OBJECT once the object system is there,
;;; whose standard methods call print-instance.

(in-package :si)

(defvar *standard-pprint-dispatch* nil)

(defvar *instance-printer* 'print-instance "PRINT-OBJECT, once there is one")
(defvar *print-depth* 0 "how deep the printer is in nested objects")
(defvar *print-labels* nil
  "while circular structure is printed: a table from objects to T (met again) or their label")
(defvar *print-label-counter* 0)

(defun write (object &key (stream *standard-output*) ((:array *print-array*) *print-array*)
                       ((:base *print-base*) *print-base*) ((:case *print-case*) *print-case*)
                       ((:circle *print-circle*) *print-circle*)
                       ((:escape *print-escape*) *print-escape*)
                       ((:gensym *print-gensym*) *print-gensym*)
                       ((:length *print-length*) *print-length*)
                       ((:level *print-level*) *print-level*)
                       ((:lines *print-lines*) *print-lines*)
                       ((:miser-width *print-miser-width*) *print-miser-width*)
                       ((:pprint-dispatch *print-pprint-dispatch*) *print-pprint-dispatch*)
                       ((:pretty *print-pretty*) *print-pretty*)
                       ((:radix *print-radix*) *print-radix*)
                       ((:readably *print-readably*) *print-readably*)
                       ((:right-margin *print-right-margin*) *print-right-margin*))
  (print-top object (output-stream stream))
  object)

(defun prin1 (object &optional stream)
  (let ((*print-escape* t)) (print-top object (output-stream stream)))
  object)

(defun princ (object &optional stream)
  (let ((*print-escape* nil) (*print-readably* nil)) (print-top object (output-stream stream)))
  object)

(defun print (object &optional stream)
  (let ((s (output-stream stream)))
    (write-char-to #\Newline s)
    (let ((*print-escape* t)) (print-top object s))
    (write-char-to #\Space s)
    object))

(defun pprint (object &optional stream)
  (let ((s (output-stream stream)))
    (write-char-to #\Newline s)
    (let ((*print-escape* t) (*print-pretty* t)) (print-top object s))
    (values)))

(defun write-to-string (object &rest options)
  (let ((s (make-string-output-stream)))
    (apply #'write object :stream s options)
    (get-output-stream-string s)))

(defun prin1-to-string (object)
  (let ((s (make-string-output-stream)))
    (prin1 object s)
    (get-output-stream-string s)))

(defun princ-to-string (object)
  (let ((s (make-string-output-stream)))
    (princ object s)
    (get-output-stream-string s)))

(defun print-top (object stream)
  "Prints OBJECT, which is not part of one being printed to the same stream with labels."
  (if (and *print-circle* (null *print-labels*) (has-parts-p object))
      (let ((*print-labels* (make-hash-table :test 'eq)) (*print-label-counter* 0))
        (find-shared-parts object *print-labels*)
        (output-object object stream))
      (output-object object stream)))

;;; Circular and shared structure

(defun has-parts-p (x)
  (or (consp x)
      (and (arrayp x) (not (stringp x)) (eql (%array-type x) 7))
      (plain-structure-p x)))

(defun plain-structure-p (x)
  "A structure that prints as #S(…)."
  (and (structure-p x)
       (not (structure-printer x))
       (not (streamp x)) (not (packagep x)) (not (hash-table-p x)) (not (classp x))
       (not (readtablep x)) (not (pathnamep x))))

(defun find-shared-parts (x table)
  (do () (nil)
    (unless (has-parts-p x) (return nil))
    (when (gethash x table)
      (setf (gethash x table) t)
      (return nil))
    (setf (gethash x table) :once)
    (cond ((consp x)
           (find-shared-parts (car x) table)
           (setq x (cdr x)))
          ((arrayp x)
           (dotimes (i (array-total-size x)) (find-shared-parts (row-major-aref x i) table))
           (return nil))
          (t (do ((i (%instance-ref (%instance-layout x) 2) (1- i))) ((eql i 0))
               (find-shared-parts (%instance-ref x i) table))
             (return nil)))))

(defun print-label (object stream)
  "Prints #n# (then T is returned: the object is done) or #n= where OBJECT is shared."
  (let ((state (if *print-labels* (gethash object *print-labels*) nil)))
    (cond ((integerp state)
           (write-char-to #\# stream)
           (print-plain-integer state stream)
           (write-char-to #\# stream)
           t)
          ((eq state t)
           (setq *print-label-counter* (1+ *print-label-counter*))
           (setf (gethash object *print-labels*) *print-label-counter*)
           (write-char-to #\# stream)
           (print-plain-integer *print-label-counter* stream)
           (write-char-to #\= stream)
           nil)
          (t nil))))

(defun shared-p (object)
  (let ((state (if *print-labels* (gethash object *print-labels*) nil)))
    (or (eq state t) (integerp state))))

(defun print-plain-integer (n stream)
  (let ((s (integer-string n 10))) (write-string-to s stream 0 (length s))))

(defun put (string stream)
  (write-string-to string stream 0 (length string)))

;;; Dispatch

(defun output-object (object stream)
  (cond
    ((and *print-pretty* *print-pprint-dispatch*
          (pprint-by-dispatch object stream)))
    ((fixnump object) (print-integer object stream))
    ((symbolp object) (print-symbol object stream))
    ((stringp object) (print-string object stream))
    ((consp object) (print-nested object stream #'print-cons))
    ((characterp object) (print-character object stream))
    ((numberp object) (print-number object stream))
    ((arrayp object) (print-nested object stream #'print-array))
    ((instancep object) (print-an-instance object stream))
    ((functionp object) (print-function object stream))
    (t (print-unreadable-object (object stream)
         (format stream "object of data type ~d" (%data-type object))))))

(defun print-nested (object stream function)
  (cond ((and *print-level* (not *print-readably*) (>= *print-depth* *print-level*))
         (write-char-to #\# stream))
        ((and *print-labels* (print-label object stream)))
        (t (let ((*print-depth* (1+ *print-depth*)))
             (funcall function object stream)))))

(defun print-an-instance (object stream)
  (funcall *instance-printer* object stream))

;;; Numbers

(defun print-radix-prefix (stream)
  (case *print-base*
    (2 (put "#b" stream))
    (8 (put "#o" stream))
    (16 (put "#x" stream))
    (10)
    (t (write-char-to #\# stream)
       (print-plain-integer *print-base* stream)
       (write-char-to #\r stream))))

(defun print-integer (n stream)
  (when *print-radix* (print-radix-prefix stream))
  (put (integer-string n *print-base*) stream)
  (when (and *print-radix* (eql *print-base* 10)) (write-char-to #\. stream)))

(defun print-number (x stream)
  (cond ((integerp x) (print-integer x stream))
        ((ratiop x)
         (when *print-radix*
           (if (eql *print-base* 10) (put "#10r" stream) (print-radix-prefix stream)))
         (let ((*print-radix* nil))
           (print-integer (numerator x) stream)
           (write-char-to #\/ stream)
           (print-integer (denominator x) stream)))
        ((floatp x) (put (float-string x) stream))
        (t (put "#C(" stream)
           (output-object (realpart x) stream)
           (write-char-to #\Space stream)
           (output-object (imagpart x) stream)
           (write-char-to #\) stream))))

;;; Characters and strings

(defun print-character (char stream)
  (if (or *print-escape* *print-readably*)
      (let ((name (char-name char)))
        (put "#\\" stream)
        (if name (put name stream) (write-char-to char stream)))
      (write-char-to char stream)))

(defun print-string (string stream)
  (if (or *print-escape* *print-readably*)
      (let ((n (length string)))
        (write-char-to #\" stream)
        (dotimes (i n)
          (let ((c (char string i)))
            (when (or (eq c #\") (eq c #\\)) (write-char-to #\\ stream))
            (write-char-to c stream)))
        (write-char-to #\" stream))
      (put string stream)))

;;; Symbols

(defun print-symbol (symbol stream)
  (let ((name (symbol-name symbol)))
    (if (or *print-escape* *print-readably*)
        (progn
          (print-package-prefix symbol name stream)
          (if (name-needs-bars-p name)
              (print-barred name stream)
              (print-cased name stream)))
        (print-cased name stream))))

(defun print-package-prefix (symbol name stream)
  (let ((home (%symbol-package symbol)))
    (cond
      ((eq home *keyword-package*) (write-char-to #\: stream))
      ((eq home *package*))
      ((null home)
       (when (or *print-gensym* *print-readably*)
         (unless (and *print-labels* (print-label symbol stream))
           (put "#:" stream))))
      (t
       (multiple-value-bind (found status) (find-symbol-in name *package*)
         (unless (and status (eq found symbol))
           (let ((package-name (pkg-name home)))
             (if (name-needs-bars-p package-name)
                 (print-barred package-name stream)
                 (print-cased package-name stream)))
           (multiple-value-bind (found status) (find-symbol-in name home)
             (put (if (and (eq found symbol) (eq status :external)) ":" "::") stream))))))))

(defun print-barred (name stream)
  (write-char-to #\| stream)
  (dotimes (i (length name))
    (let ((c (char name i)))
      (when (or (eq c #\|) (eq c #\\)) (write-char-to #\\ stream))
      (write-char-to c stream)))
  (write-char-to #\| stream))

(defun name-needs-bars-p (name)
  "Would NAME, written plainly, be read as something else?"
  (let ((n (length name)) (case (readtable-case *readtable*)) (dots t))
    (or (eql n 0)
        (dotimes (i n nil)
          (let ((c (char name i)))
            (unless (eq c #\.) (setq dots nil))
            (when (or (eq c #\:)
                      (not (eq (char-syntax c *readtable*) :constituent))
                      (case case
                        (:upcase (lower-case-p c))
                        (:downcase (upper-case-p c))
                        (t nil)))
              (unless (and (eq c #\#) (> i 0))
                (return t)))))
        dots
        (let ((c (char name 0)))
          (and (or (digit-char-p c *print-base*) (digit-char-p c) (eq c #\+) (eq c #\-) (eq c #\.))
               (number-like-p name))))))

(defun number-like-p (name)
  (handler-case (if (parse-number name *print-base*) t nil)
    (arithmetic-error () t)))

(defun print-cased (name stream)
  "NAME as the readtable's case and *PRINT-CASE* have it."
  (let ((case (readtable-case *readtable*)))
    (cond
      ((and (eq case :upcase) (eq *print-case* :upcase)) (put name stream))
      ((eq case :preserve) (put name stream))
      ((eq case :invert)
       (put (cond ((every (lambda (c) (not (lower-case-p c))) name) (string-downcase name))
                  ((every (lambda (c) (not (upper-case-p c))) name) (string-upcase name))
                  (t name))
            stream))
      (t
       (let ((in-word nil))
         (dotimes (i (length name))
           (let ((c (char name i)))
             (write-char-to
              (if (if (eq case :upcase) (upper-case-p c) (lower-case-p c))
                  (case *print-case*
                    (:upcase (char-upcase c))
                    (:downcase (char-downcase c))
                    (t (if in-word (char-downcase c) (char-upcase c))))
                  c)
              stream)
             (setq in-word (alphanumericp c)))))))))

;;; Lists

(defun print-cons (list stream)
  (let ((head (car list)) (tail (cdr list)))
    (cond
      ((and (consp tail) (null (cdr tail)) (or (eq head 'quote) (eq head 'function))
            (not (shared-p tail)))
       (put (if (eq head 'quote) "'" "#'") stream)
       (output-object (car tail) stream))
      (*print-pretty* (pretty-print-list list stream))
      (t (print-list-flat list stream)))))

(defun print-list-flat (list stream)
  (write-char-to #\( stream)
  (let ((count 0))
    (do ((l list (cdr l)))
        ((cond ((null l) t)
               ((or (atom l) (and (> count 0) (shared-p l)))
                (put " . " stream)
                (output-object l stream)
                t)
               ((and *print-length* (not *print-readably*) (>= count *print-length*))
                (put (if (> count 0) " ..." "...") stream)
                t)
               (t nil)))
      (when (> count 0) (write-char-to #\Space stream))
      (output-object (car l) stream)
      (setq count (1+ count))))
  (write-char-to #\) stream))

;;; Arrays

(defun print-array (array stream)
  (cond
    ((not (or *print-array* *print-readably*))
     (print-unreadable-object (array stream :type t :identity t)))
    ((bit-vector-p array)
     (put "#*" stream)
     (dotimes (i (length array)) (write-char-to (if (eql (aref array i) 0) #\0 #\1) stream)))
    ((vectorp array)
     (put "#(" stream)
     (print-elements array stream (length array) (lambda (i) (aref array i)))
     (write-char-to #\) stream))
    (t
     (write-char-to #\# stream)
     (print-plain-integer (array-rank array) stream)
     (write-char-to #\A stream)
     (if (eql (array-rank array) 0)
         (output-object (row-major-aref array 0) stream)
         (print-array-axis array (array-dimensions array) 0 stream)))))

(defun print-elements (object stream n element)
  (declare (ignore object))
  (do ((i 0 (1+ i))) ((>= i n))
    (when (> i 0) (write-char-to #\Space stream))
    (when (and *print-length* (not *print-readably*) (>= i *print-length*))
      (put "..." stream)
      (return nil))
    (output-object (funcall element i) stream)))

(defun print-array-axis (array dimensions base stream)
  "Prints nested lists of the elements from row-major index BASE."
  (write-char-to #\( stream)
  (let ((stride (reduce #'* (cdr dimensions))))
    (do ((i 0 (1+ i))) ((>= i (car dimensions)))
      (when (> i 0) (write-char-to #\Space stream))
      (when (and *print-length* (not *print-readably*) (>= i *print-length*))
        (put "..." stream)
        (return nil))
      (if (cdr dimensions)
          (print-array-axis array (cdr dimensions) (+ base (* i stride)) stream)
          (output-object (row-major-aref array (+ base i)) stream))))
  (write-char-to #\) stream))

;;; Functions and instances

(defun call-unreadable (object stream type identity body)
  (when *print-readably* (error 'print-not-readable :object object))
  (put "#<" stream)
  (when type
    (let ((*print-escape* t) (*print-case* :upcase) (name (type-of object)))
      (output-object (if (consp name) (car name) name) stream))
    (when (or body identity) (write-char-to #\Space stream)))
  (when body (funcall body))
  (when identity
    (when body (write-char-to #\Space stream))
    (write-char-to #\@ stream)
    (put (integer-string (logand #x1ffffff (%pointer object)) 8) stream))
  (put ">" stream)
  nil)

(defun print-unreadable-object-1 (object stream type identity body)
  (call-unreadable object (output-stream stream) type identity body))

(defun print-function (function stream)
  (let ((name (function-name function)))
    (print-unreadable-object (function stream :identity (null name))
      (put (if (closurep function) "Closure" "Function") stream)
      (when name
        (write-char-to #\Space stream)
        (let ((*print-escape* t)) (output-object name stream))))))

(defun structure-printer (x)
  "The print function of a structure: its own or that of what it includes."
  (let ((d (%instance-ref (%instance-layout x) 5)))
    (do () ((not (consp d)) nil)
      (let ((p (get (car d) 'structure-printer)))
        (when p (return p)))
      (setq d (if (cadr d) (get (cadr d) 'structure-description) nil)))))

(defun print-instance (x stream)
  "How instances print that have no PRINT-OBJECT method of their own."
  (cond
    ((functionp x)
     (print-unreadable-object (x stream :type t)
       (output-object (function-name x) stream)))
    ((conditionp x)
     (if (or *print-escape* *print-readably*)
         (print-unreadable-object (x stream :type t :identity t))
         (report-condition x stream)))
    ((hash-table-p x)
     (print-unreadable-object (x stream :type t)
       (format stream ":TEST ~s :COUNT ~d" (hash-table-test x) (hash-table-count x))))
    ((packagep x)
     (print-unreadable-object (x stream :type t) (prin1 (or (pkg-name x) "deleted") stream)))
    ((pathnamep x)
     (if (or *print-escape* *print-readably*)
         (progn (put "#P" stream) (print-string (namestring x) stream))
         (put (namestring x) stream)))
    ((readtablep x) (print-unreadable-object (x stream :type t :identity t)))
    ((structure-p x)
     (let ((printer (structure-printer x)))
       (if printer
           (funcall printer x stream *print-depth*)
           (print-nested x stream #'print-structure))))
    ((classp (class-of x)) (print-unreadable-object (x stream :type t :identity t)))
    (t (print-unreadable-object (x stream :identity t) (put "Instance" stream)))))

(defun print-structure (x stream)
  (let* ((d (%instance-ref (%instance-layout x) 5)) (count 0))
    (put "#S(" stream)
    (output-object (sd-name d) stream)
    (dolist (slot (sd-slots d))
      (when (and *print-length* (not *print-readably*) (>= count *print-length*))
        (put " ..." stream)
        (return nil))
      (put " :" stream)
      (print-cased (symbol-name (slot-description-name slot)) stream)
      (write-char-to #\Space stream)
      (output-object (%instance-ref x (slot-description-index slot)) stream)
      (setq count (1+ count)))
    (write-char-to #\) stream)))
