;;; Pretty printing, the basic part: lists that do not fit on the line are broken after the
;;; operator's own arguments, and indented. Logical blocks print their contents plainly, with
;;; mandatory newlines; a full layout of sections is left out.

(in-package :si)

(defvar *body-forms*
  '((defun . 2) (defmacro . 2) (lambda . 1) (let . 1) (let* . 1) (when . 1) (unless . 1)
    (dolist . 1) (dotimes . 1) (do . 2) (do* . 2) (multiple-value-bind . 2) (flet . 1)
    (labels . 1) (block . 1) (case . 1) (defvar . 1) (defparameter . 1) (handler-case . 1)
    (destructuring-bind . 2) (progn . 0) (unwind-protect . 0) (with-open-file . 1))
  "operators and how many arguments stay on their line")

(defun right-margin () (or *print-right-margin* 80))

(defun fits-p (object stream)
  "Whether OBJECT, printed flat, ends before the right margin; and its text."
  (let* ((*print-pretty* nil) (out (make-string-output-stream)))
    (output-object object out)
    (let ((text (get-output-stream-string out)))
      (values (and (<= (+ (output-column stream) (length text) 1) (right-margin))
                   (not (find #\Newline text)))
              text))))

(defun newline-and-indent (column stream)
  (write-char-to #\Newline stream)
  (dotimes (i column) (write-char-to #\Space stream)))

(defun pretty-print-list (list stream)
  (if *print-labels*
      (print-list-flat list stream)
      (multiple-value-bind (fits text) (fits-p list stream)
        (if fits
            (put text stream)
            (print-list-broken list stream)))))

(defun print-list-broken (list stream)
  (let* ((start (output-column stream)) (entry (assoc (car list) *body-forms*))
         (indent (1+ start)) (stay 1) (count 1))
    (write-char-to #\( stream)
    (output-object (car list) stream)
    (cond (entry (setq indent (+ start 2) stay (cdr entry)))
          ((and (symbolp (car list)) (car list)
                (< (output-column stream) (- (right-margin) 30)))
           (setq indent (1+ (output-column stream)))))
    (do ((l (cdr list) (cdr l)))
        ((atom l)
         (when l (put " . " stream) (output-object l stream)))
      (if (and *print-length* (>= count *print-length*))
          (progn (put " ..." stream) (return nil)))
      (if (<= count stay)
          (write-char-to #\Space stream)
          (newline-and-indent indent stream))
      (output-object (car l) stream)
      (setq count (1+ count))))
  (write-char-to #\) stream))

;;; Logical blocks

(defvar *logical-block-column* 0)

(defmacro pprint-logical-block ((stream object &key (prefix "") per-line-prefix (suffix ""))
                                &body body)
  (let ((list (gensym "LIST")) (count (gensym "COUNT")) (block (gensym "BLOCK"))
        (s (if (symbolp stream) (case stream ((t) '*terminal-io*) ((nil) '*standard-output*) (t stream))
               (gensym "STREAM"))))
    `(let ((,list ,object) (,count 0) ,@(if (symbolp stream) nil (list (list s stream))))
       (declare (ignorable ,list ,count))
       (if (and (atom ,list) ,list)
           (output-object ,list (output-stream ,s))
           (progn
             (write-string ,(or per-line-prefix prefix) ,s)
             (let ((*logical-block-column* (output-column (output-stream ,s))))
               (block ,block
                 (macrolet ((pprint-exit-if-list-exhausted ()
                              '(when (null ,list) (return-from ,block nil)))
                            (pprint-pop ()
                              '(progn
                                (cond ((and ,list (atom ,list))
                                       (write-string ". " ,s)
                                       (output-object ,list (output-stream ,s))
                                       (return-from ,block nil))
                                      ((and *print-length* (>= ,count *print-length*))
                                       (write-string "..." ,s)
                                       (return-from ,block nil)))
                                (setq ,count (1+ ,count))
                                (pop ,list))))
                   ,@body)))
             (write-string ,suffix ,s)
             nil)))))

(defmacro pprint-pop () (error "PPRINT-POP outside of PPRINT-LOGICAL-BLOCK"))
(defmacro pprint-exit-if-list-exhausted ()
  (error "PPRINT-EXIT-IF-LIST-EXHAUSTED outside of PPRINT-LOGICAL-BLOCK"))

(defun pprint-newline (kind &optional stream)
  (let ((s (output-stream stream)))
    (when (and *print-pretty*
               (or (eq kind :mandatory)
                   (> (output-column s) (- (right-margin) 10))))
      (newline-and-indent *logical-block-column* s))
    nil))

(defun pprint-indent (relative-to n &optional stream)
  (let ((s (output-stream stream)))
    (setq *logical-block-column*
          (max 0 (+ (round n) (if (eq relative-to :current) (output-column s)
                                  *logical-block-column*))))
    nil))

(defun pprint-tab (kind column increment &optional stream)
  (let ((s (output-stream stream)))
    (format-tabulate s column increment (member kind '(:line-relative :section-relative)))
    nil))

(defun print-with-separators (stream list parenthesize newline)
  (let ((s (output-stream stream)))
    (pprint-logical-block (s list :prefix (if parenthesize "(" "")
                                  :suffix (if parenthesize ")" ""))
      (pprint-exit-if-list-exhausted)
      (do () (nil)
        (output-object (pprint-pop) s)
        (pprint-exit-if-list-exhausted)
        (write-char-to #\Space s)
        (pprint-newline newline s)))))

(defun pprint-fill (stream list &optional (colon t) at)
  (declare (ignore at))
  (print-with-separators stream list colon :fill))
(defun pprint-linear (stream list &optional (colon t) at)
  (declare (ignore at))
  (print-with-separators stream list colon :linear))
(defun pprint-tabular (stream list &optional (colon t) at tabsize)
  (declare (ignore at tabsize))
  (print-with-separators stream list colon :fill))

;;; Dispatch tables: a list of (priority type function), highest priority first.

(defun copy-pprint-dispatch (&optional (table *print-pprint-dispatch*))
  (copy-list table))

(defun set-pprint-dispatch (type function &optional (priority 0)
                                            (table nil given))
  (let* ((old (if given table *print-pprint-dispatch*))
         (rest (remove type old :key #'cadr :test #'equal))
         (new (if function
                  (merge 'list (list (list priority type function)) (copy-list rest)
                         #'> :key #'car)
                  rest)))
    (if given
        ;; The table is changed in place: it is a list, so its first cell must stay.
        (if table
            (progn (rplaca table (car new)) (rplacd table (cdr new)))
            (error "An empty pprint dispatch table cannot be extended in place"))
        (setq *print-pprint-dispatch* new))
    nil))

(defun pprint-dispatch (object &optional (table *print-pprint-dispatch*))
  (dolist (entry table (values (lambda (stream object) (output-object object stream)) nil))
    (when (typep object (cadr entry))
      (return (values (coerce-to-function (caddr entry)) t)))))

(defun pprint-by-dispatch (object stream)
  "Whether a dispatch entry printed OBJECT."
  (multiple-value-bind (function found) (pprint-dispatch object)
    (when found (funcall function stream object))
    found))
