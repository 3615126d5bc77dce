;;; The standard macro characters, and backquote.

(in-package :si)

(defun read-open-parenthesis (stream char)
  (declare (ignore char))
  (read-list stream #\) t))

(defun read-close-parenthesis (stream char)
  (declare (ignore char))
  (reader-error stream "A closing parenthesis without an opening one"))

(defun read-quote (stream char)
  (declare (ignore char))
  (list 'quote (read-inner stream)))

(defun read-comment (stream char)
  (declare (ignore char))
  (do () (nil)
    (let ((c (next-char stream)))
      (when (or (null c) (eq c #\Newline)) (return (values))))))

(defun read-string (stream char)
  (let ((out (make-string-output-stream)))
    (do () (nil)
      (let ((c (or (next-char stream) (read-eof stream))))
        (cond ((eq c char) (return (get-output-stream-string out)))
              ((eq (char-syntax c *readtable*) :single-escape)
               (write-char-to (or (next-char stream) (read-eof stream)) out))
              (t (write-char-to c out)))))))

;;; Backquote. While a template is read, ,x is (%comma x), ,@x (%comma-at x) and ,.x
;;; (%comma-dot x); when it is complete it becomes Q(t):
;;;   t without a comma      t if it evaluates to itself, else (quote t)
;;;   ,e                     e
;;;   a vector               (apply (function vector) Q(its elements))
;;;   (,@e . r)              with R = Q(r): e if R is NIL ((append e) if e is a ,@ of an outer
;;;                          backquote), (append e …) if R is (append …), else (append e R)
;;;   (a . r)                with A = Q(a): (list A) if R is NIL, (list A …) if R is (list …),
;;;                          (list* A …) if R is (list* …) or (cons …), (list* A R) if A or R
;;;                          is a ,@ of an outer backquote, else (cons A R)
;;; The build-time evaluator reads the same forms; compiled functions would differ otherwise.

(defun read-backquote (stream char)
  (declare (ignore char))
  (let ((template (let ((*backquote-depth* (1+ *backquote-depth*))) (read-inner stream))))
    (when (splice-p template)
      (reader-error stream ",@ right after a backquote"))
    (quasi template stream)))

(defun read-comma (stream char)
  (declare (ignore char))
  (when (and (eql *backquote-depth* 0) (not *read-suppress*))
    (reader-error stream "A comma outside of a backquote"))
  (let* ((c (or (next-char stream) (read-eof stream)))
         (operator (case c (#\@ '%comma-at) (#\. '%comma-dot)
                     (t (setf (stream-unread stream) c) '%comma)))
         (*backquote-depth* (1- *backquote-depth*)))
    (list operator (read-inner stream))))

(defun comma-p (x)
  (and (consp x) (%memq (car x) '(%comma %comma-at %comma-dot)) t))

(defun splice-p (x)
  (and (consp x) (%memq (car x) '(%comma-at %comma-dot)) t))

(defun contains-comma-p (x)
  (cond ((consp x)
         (do () ((atom x) (contains-comma-p x))
           (when (or (comma-p x) (contains-comma-p (car x))) (return t))
           (setq x (cdr x))))
        ((simple-vector-p x) (some #'contains-comma-p x))
        (t nil)))

(defun quasi (x stream)
  (cond
    ((not (contains-comma-p x))
     (if (or (consp x) (simple-vector-p x)
             (and (symbolp x) x (not (eq x t)) (not (keywordp x))))
         (list 'quote x)
         x))
    ((comma-p x)
     (if (eq (car x) '%comma)
         (cadr x)
         (reader-error stream ",@ where no list is being made")))
    ((simple-vector-p x)
     (list 'apply (list 'function 'vector) (quasi (coerce-sequence x 'list) stream)))
    ((splice-p (car x))
     (let ((e (cadr (car x))) (r (quasi (cdr x) stream)))
       (cond ((null r) (if (splice-p e) (list 'append e) e))
             ((and (consp r) (eq (car r) 'append)) (list* 'append e (cdr r)))
             (t (list 'append e r)))))
    (t
     (let* ((a (quasi (car x) stream)) (r (quasi (cdr x) stream))
            (operator (if (consp r) (car r) nil)))
       (cond ((null r) (list 'list a))
             ((eq operator 'list) (list* 'list a (cdr r)))
             ((or (eq operator 'list*) (eq operator 'cons)) (list* 'list* a (cdr r)))
             ((or (splice-p a) (splice-p r)) (list 'list* a r))
             (t (list 'cons a r)))))))
