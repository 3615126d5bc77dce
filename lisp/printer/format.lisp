;;; FORMAT: the interpreter of control strings.
;;;
;;; A control string is interpreted from an index to an end; the arguments that are left are
;;; in *format-arguments*, all of this level in *format-all*. INTERPRET returns NIL, or :UP
;;; when ~^ ended it (:UP-ALL for ~:^). A directive is a function (defined by
;;; define-directive) of stream, parameters, colon, at, control, index; those that take in
;;; more of the control string return the index after it.

(in-package :si)

(defvar *format-arguments* nil)
(defvar *format-all* nil)
(defvar *format-outer* nil "sublists that are left in the enclosing ~:{")
(defvar *format-directives* (%make-simple-array 7 128) "functions, by character code")

(defun format (destination control &rest arguments)
  (cond
    ((null destination)
     (let ((s (make-string-output-stream)))
       (format-to s control arguments)
       (get-output-stream-string s)))
    ((stringp destination)
     (format-to (make-fill-pointer-output-stream destination) control arguments)
     nil)
    (t (format-to (output-stream (if (eq destination t) *standard-output* destination))
                  control arguments)
       nil)))

(defun format-to (stream control arguments)
  "Formats, and returns the arguments that were left."
  (if (functionp control)
      (apply control stream arguments)
      (let ((*format-arguments* arguments) (*format-all* arguments) (*format-outer* nil)
            (control (if (simple-string-p control) control (subseq control 0))))
        (interpret stream control 0 (length control))
        *format-arguments*)))

(defun format-error (control index message &rest arguments)
  (error "~?~%in the format control ~s, at ~d" message arguments control index))

(defun next-argument (control index)
  (if (null *format-arguments*)
      (format-error control index "No argument is left")
      (let ((x (car *format-arguments*)))
        (setq *format-arguments* (cdr *format-arguments*))
        x)))

(defun interpret (stream control start end)
  (let ((i start))
    (do () ((>= i end) nil)
      (let ((tilde (or (%string-search-char control #\~ i end) end)))
        (when (> tilde i) (write-string-to control stream i tilde))
        (if (>= tilde end)
            (setq i end)
            (multiple-value-bind (parameters colon at char next)
                (parse-directive control (1+ tilde) end)
              (if (eq char #\^)
                  (let ((up (escape-p parameters control next)))
                    (setq i next)
                    (when up (return (if colon :up-all :up))))
                  (let* ((code (char-code (char-upcase char)))
                         (f (if (< code 128) (svref *format-directives* code) nil)))
                    (unless f (format-error control tilde "There is no directive ~~~c" char))
                    (let ((result (funcall f stream parameters colon at control next end)))
                      (cond ((or (eq result :up) (eq result :up-all)) (return result))
                            ((fixnump result) (setq i result))
                            (t (setq i next))))))))))))

(defun parse-directive (control i end)
  "Parameters, colon, at, the directive's character, and the index after it. Values of V and #
are taken from the arguments."
  (let ((parameters nil) (colon nil) (at nil))
    (flet ((peek () (if (< i end)
                        (char control i)
                        (format-error control i "The control string ends in a directive"))))
      (do () (nil)
        (let ((c (peek)))
          (cond
            ((or (digit-char-p c)
                 (and (or (eq c #\+) (eq c #\-)) (< (1+ i) end)
                      (digit-char-p (char control (1+ i)))))
             (multiple-value-bind (n next) (parse-integer control :start i :end end :junk-allowed t)
               (setq parameters (cons n parameters) i next)))
            ((eq c #\')
             (setq i (1+ i))
             (setq parameters (cons (peek) parameters) i (1+ i)))
            ((or (eq c #\v) (eq c #\V))
             (setq parameters (cons (next-argument control i) parameters) i (1+ i)))
            ((eq c #\#)
             (setq parameters (cons (length *format-arguments*) parameters) i (1+ i)))
            ((eq c #\,) (setq parameters (cons nil parameters)))
            (t (return nil)))
          (if (eq (peek) #\,) (setq i (1+ i)) (return nil))))
      (do () (nil)
        (let ((c (peek)))
          (cond ((eq c #\:) (setq colon t i (1+ i)))
                ((eq c #\@) (setq at t i (1+ i)))
                (t (return (values (nreverse parameters) colon at c (1+ i))))))))))

(defmacro define-directive (char (stream parameters colon at) &body body)
  "BODY sees CONTROL, INDEX (after the directive) and END too."
  `(setf (svref *format-directives* ,(char-code char))
         (lambda (,stream ,parameters ,colon ,at control index end)
           (declare (ignorable ,stream ,parameters ,colon ,at control index end))
           ,@body)))

(defmacro with-parameters (specs parameters &body body)
  "Binds each (name default) of SPECS to a parameter; NIL means the default."
  (let ((p (gensym "PARAMETERS")))
    `(let* ((,p ,parameters)
            ,@(mapcan (lambda (s)
                        (list (list (car s) `(let ((v (car ,p))) (if (null v) ,(cadr s) v)))
                              (list p `(cdr ,p))))
                      specs))
       (declare (ignorable ,p))
       ,@body)))

(defun escape-p (parameters control index)
  (declare (ignore control index))
  (case (length parameters)
    (0 (null *format-arguments*))
    (1 (eql (car parameters) 0))
    (2 (eql (car parameters) (cadr parameters)))
    (t (<= (car parameters) (cadr parameters) (caddr parameters)))))

;;; Objects

(defun pad-char (x) (if (characterp x) x (%int-char x)))

(defun write-padded (stream string parameters at)
  "STRING with the padding of ~A: mincol, colinc, minpad, padchar; AT pads on the left."
  (with-parameters ((mincol 0) (colinc 1) (minpad 0) (padchar #\Space)) parameters
    (let* ((n (length string)) (pad minpad))
      (do () ((>= (+ n pad) mincol)) (setq pad (+ pad colinc)))
      (unless at (put string stream))
      (dotimes (i pad) (write-char-to (pad-char padchar) stream))
      (when at (put string stream)))))

(defun format-object (stream parameters colon at object escape)
  (let ((*print-escape* escape))
    (when (not escape) (setq escape nil))
    (if (and (null parameters) (not (and colon (null object))))
        (if escape (prin1 object stream) (princ object stream))
        (write-padded stream
                      (if (and colon (null object)) "()"
                          (if escape (prin1-to-string object) (princ-to-string object)))
                      parameters at))
    nil))

(define-directive #\A (stream parameters colon at)
  (format-object stream parameters colon at (next-argument control index) nil))
(define-directive #\S (stream parameters colon at)
  (format-object stream parameters colon at (next-argument control index) t))
(define-directive #\W (stream parameters colon at)
  (let ((*print-pretty* (or colon *print-pretty*)))
    (print-top (next-argument control index) stream))
  nil)

(define-directive #\C (stream parameters colon at)
  (let ((c (next-argument control index)))
    (cond (at (prin1 c stream))
          (colon (put (or (char-name c) (string c)) stream))
          (t (write-char c stream)))
    nil))

;;; Layout

(defun repeat-char (char stream n)
  (dotimes (i n nil) (write-char-to char stream)))

(define-directive #\% (stream parameters colon at)
  (repeat-char #\Newline stream (or (car parameters) 1)))
(define-directive #\& (stream parameters colon at)
  (let ((n (or (car parameters) 1)))
    (when (> n 0)
      (fresh-line stream)
      (repeat-char #\Newline stream (1- n)))))
(define-directive #\| (stream parameters colon at)
  (repeat-char #\Page stream (or (car parameters) 1)))
(define-directive #\~ (stream parameters colon at)
  (repeat-char #\~ stream (or (car parameters) 1)))

(define-directive #\Newline (stream parameters colon at)
  (when at (write-char-to #\Newline stream))
  (if colon
      index
      (do ((i index (1+ i)))
          ((or (>= i end) (not (whitespacep (char control i)))) i))))

(defun format-tabulate (stream column increment relative)
  (let ((now (output-column stream)))
    (repeat-char #\Space stream
                 (if relative
                     (let ((target (+ now column)))
                       (if (> increment 0)
                           (- (* increment (ceiling target increment)) now)
                           column))
                     (cond ((< now column) (- column now))
                           ((eql increment 0) 0)
                           (t (- increment (mod (- now column) increment))))))))

(define-directive #\T (stream parameters colon at)
  (with-parameters ((column 1) (increment 1)) parameters
    (format-tabulate stream column increment at)))

(define-directive #\_ (stream parameters colon at)
  (pprint-newline (cond ((and colon at) :mandatory) (colon :fill) (at :miser) (t :linear)) stream))
(define-directive #\I (stream parameters colon at)
  (pprint-indent (if colon :current :block) (or (car parameters) 0) stream))

;;; Arguments

(define-directive #\* (stream parameters colon at)
  (let ((n (car parameters)))
    (cond (at (setq *format-arguments* (nthcdr (or n 0) *format-all*)))
          (colon
           (let ((position (- (length *format-all*) (length *format-arguments*))))
             (setq *format-arguments* (nthcdr (max 0 (- position (or n 1))) *format-all*))))
          (t (dotimes (i (or n 1)) (next-argument control index))))
    nil))

(define-directive #\? (stream parameters colon at)
  (let ((new-control (next-argument control index)))
    (if at
        (if (functionp new-control)
            (setq *format-arguments* (apply new-control stream *format-arguments*))
            (interpret stream new-control 0 (length new-control)))
        (format-to stream new-control (next-argument control index)))
    nil))

(define-directive #\P (stream parameters colon at)
  (when colon
    (let ((position (- (length *format-all*) (length *format-arguments*))))
      (setq *format-arguments* (nthcdr (max 0 (1- position)) *format-all*))))
  (let ((one (eql (next-argument control index) 1)))
    (put (if at (if one "y" "ies") (if one "" "s")) stream)
    nil))

(define-directive #\/ (stream parameters colon at)
  (let* ((slash (or (position #\/ control :start index :end end)
                    (format-error control index "~~/ without a second slash")))
         (name (string-upcase (subseq control index slash)))
         (colon-at (position #\: name))
         (symbol (if colon-at
                     (find-symbol-or-lose (string-left-trim ":" (subseq name colon-at))
                                          (if (eql colon-at 0) "KEYWORD" (subseq name 0 colon-at)))
                     (intern name "COMMON-LISP-USER"))))
    (apply symbol stream (next-argument control index) colon at parameters)
    (1+ slash)))

;;; Nesting

(defun find-clause-end (control start end closer)
  "Segments of a bracketed directive: list of (start end) of each, the index after the closer,
and the closer's colon and at. A segment whose ~; had a colon has (start end T parameters)."
  (let ((i start) (depth 0) (segments nil) (segment-start start) (special nil) (special-parameters nil))
    (do () (nil)
      (let ((tilde (or (position #\~ control :start i :end end)
                       (format-error control start "A bracket is not closed: ~~~c" closer))))
        (multiple-value-bind (parameters colon at char next)
            (scan-directive control (1+ tilde) end)
          (cond
            ((member char '(#\[ #\{ #\( #\<)) (setq depth (1+ depth)))
            ((and (eql depth 0) (eq char closer))
             (setq segments (cons (list segment-start tilde special special-parameters) segments))
             (return (values (nreverse segments) next colon at)))
            ((member char '(#\] #\} #\) #\>)) (setq depth (1- depth)))
            ((and (eql depth 0) (eq char #\;))
             (setq segments (cons (list segment-start tilde special special-parameters) segments)
                   segment-start next special colon special-parameters parameters)))
          (setq i next))))))

(defun scan-directive (control i end)
  "Like PARSE-DIRECTIVE, but takes no arguments for V and #."
  (let ((*format-arguments* (list nil nil nil nil nil nil nil)))
    (multiple-value-bind (parameters colon at char next) (parse-directive control i end)
      (values parameters colon at char
              (if (eq char #\/)
                  (1+ (or (position #\/ control :start next :end end) (1- end)))
                  next)))))

(define-directive #\( (stream parameters colon at)
  (multiple-value-bind (segments next) (find-clause-end control index end #\))
    (let* ((out (make-string-output-stream))
           (result (interpret out control (caar segments) (cadar segments)))
           (text (get-output-stream-string out)))
      (put (cond ((and colon at) (string-upcase text))
                 (colon (string-capitalize text))
                 (at (let ((first (position-if #'alpha-char-p text)) (low (string-downcase text)))
                       (if first (string-upcase low :start first :end (1+ first)) low)))
                 (t (string-downcase text)))
           stream)
      (or result next))))

(define-directive #\) (stream parameters colon at)
  (format-error control index "~~) without ~~("))

(define-directive #\[ (stream parameters colon at)
  (multiple-value-bind (segments next) (find-clause-end control index end #\])
    (let ((chosen
            (cond
              (colon (if (next-argument control index) (cadr segments) (car segments)))
              (at (if (car *format-arguments*)
                      (car segments)
                      (progn (next-argument control index) nil)))
              (t (let ((n (or (car parameters) (next-argument control index)))
                       (default (find-if #'caddr segments)))
                   (if (and (integerp n) (<= 0 n) (< n (length segments))
                            (not (and default (>= n (position default segments)))))
                       (nth n segments)
                       default))))))
      (or (if chosen (interpret stream control (car chosen) (cadr chosen)) nil)
          next))))

(define-directive #\] (stream parameters colon at)
  (format-error control index "~~] without ~~["))

(define-directive #\{ (stream parameters colon at)
  (multiple-value-bind (segments next close-colon) (find-clause-end control index end #\})
    (let* ((start (caar segments)) (stop (cadar segments))
           (limit (car parameters)) (count 0)
           (body-control control))
      (when (eql start stop)
        (setq body-control (next-argument control index) start 0
              stop (if (stringp body-control) (length body-control) 0)))
      (flet ((run-body ()
               (if (functionp body-control)
                   (setq *format-arguments* (apply body-control stream *format-arguments*))
                   (interpret stream body-control start stop))))
        (cond
          (colon
           (let ((lists (if at *format-arguments* (next-argument control index))))
             (do ()
                 ((or (and (null lists) (not (and close-colon (eql count 0))))
                      (and limit (>= count limit))))
               (let* ((*format-outer* (cdr lists)) (*format-arguments* (car lists))
                      (*format-all* (car lists)))
                 (setq lists (cdr lists) count (1+ count))
                 (when (eq (run-body) :up-all) (return nil))))
             (when at (setq *format-arguments* lists))))
          (at
           (do ()
               ((or (and (null *format-arguments*) (not (and close-colon (eql count 0))))
                    (and limit (>= count limit))))
             (setq count (1+ count))
             (when (run-body) (return nil))))
          (t
           (let* ((list (next-argument control index))
                  (*format-arguments* list) (*format-all* list))
             (unless (listp list) (format-error control index "~s is not a list, for ~~{" list))
             (do ()
                 ((or (and (null *format-arguments*) (not (and close-colon (eql count 0))))
                      (and limit (>= count limit))))
               (setq count (1+ count))
               (when (run-body) (return nil)))))))
      next)))

(define-directive #\} (stream parameters colon at)
  (format-error control index "~~} without ~~{"))
(define-directive #\; (stream parameters colon at)
  (format-error control index "~~; outside of a bracket"))

(define-directive #\< (stream parameters colon at)
  (multiple-value-bind (segments next close-colon close-at) (find-clause-end control index end #\>)
    (if close-colon
        (format-logical-block stream segments control colon at close-at index)
        (format-justified stream segments parameters colon at control))
    next))

(define-directive #\> (stream parameters colon at)
  (format-error control index "~~> without ~~<"))

(defun format-logical-block (stream segments control colon at close-at index)
  (declare (ignore close-at))
  (let* ((count (length segments))
         (body (if (> count 1) (cadr segments) (car segments)))
         (list (if at (prog1 *format-arguments* (setq *format-arguments* nil))
                   (next-argument control index))))
    (flet ((text (segment) (subseq control (car segment) (cadr segment))))
      (if (listp list)
          (progn
            (put (if (> count 1) (text (car segments)) (if colon "(" "")) stream)
            (let ((*format-arguments* list) (*format-all* list)
                  (*logical-block-column* (output-column stream)))
              (interpret stream control (car body) (cadr body)))
            (put (if (> count 2) (text (caddr segments)) (if colon ")" "")) stream))
          (output-object list stream)))))

(defun format-justified (stream segments parameters colon at control)
  (with-parameters ((mincol 0) (colinc 1) (minpad 0) (padchar #\Space)) parameters
    (let ((texts nil) (overflow nil) (overflow-parameters nil))
      (dolist (s segments)
        (let* ((out (make-string-output-stream))
               (up (interpret out control (car s) (cadr s))))
          (when up (return nil))
          (setq texts (cons (get-output-stream-string out) texts))))
      (setq texts (nreverse texts))
      (when (and (cdr segments) (caddr (cadr segments)))
        (setq overflow (car texts) overflow-parameters (cadddr (cadr segments))
              texts (cdr texts)))
      (let* ((n (length texts)) (total (reduce #'+ (mapcar #'length texts)))
             (gaps (+ (1- n) (if colon 1 0) (if at 1 0)))
             (gaps (if (and (eql n 1) (not colon) (not at)) 1 (max gaps 0)))
             (left-only (and (eql n 1) (not colon) (not at)))
             (width (max mincol (+ total (* gaps minpad)))))
        (do () ((eql 0 (mod (- width mincol) colinc))) (setq width (1+ width)))
        (when (and overflow
                   (> (+ (output-column stream) width (or (car overflow-parameters) 0))
                      (or (cadr overflow-parameters) 72)))
          (put overflow stream))
        (let ((space (- width total)) (gap 0))
          (flet ((pad ()
                   ;; Spread what is left evenly over the gaps that are left.
                   (let ((k (if (eql gaps gap) 0 (values (floor space (- gaps gap))))))
                     (repeat-char (pad-char padchar) stream k)
                     (setq space (- space k) gap (1+ gap)))))
            (when (or colon left-only) (pad))
            (do ((l texts (cdr l))) ((null l))
              (put (car l) stream)
              (when (cdr l) (pad)))
            (when at (pad))))))))

(defmacro formatter (control)
  `(lambda (stream &rest arguments)
     (format-to (output-stream stream) ,control arguments)))
