;;; The reader: READ and its relatives, tokens, symbols.

(in-package :si)

(defvar *read-labels* nil "alist of #n= labels of the form being read")
(defvar *backquote-depth* 0)
(defvar *consing-dot* nil "the token . is allowed here")
(defvar *dot-token* '("dot"))

(defun reader-error (stream control &rest arguments)
  (error 'simple-reader-error :stream stream :format-control control
                              :format-arguments arguments))

(defun read-eof (stream)
  (error 'end-of-file :stream stream))

(defun read (&optional stream (eof-error-p t) eof-value recursive)
  (let ((s (input-stream stream)))
    (if recursive
        (read-form s eof-error-p eof-value)
        (let ((*read-labels* nil) (*consing-dot* nil) (*backquote-depth* 0))
          (prog1 (read-form s eof-error-p eof-value)
            (skip-one-whitespace s))))))

(defun skip-one-whitespace (stream)
  "Takes the whitespace character after a form, unless that would wait for input."
  (when (and (or (stream-unread stream) (not (eq (stream-kind (terminal-of stream)) :console)))
             (stream-reader stream))
    (let ((c (next-char stream)))
      (when (and c (not (eq (char-syntax c *readtable*) :whitespace)))
        (setf (stream-unread stream) c)))))

(defun read-preserving-whitespace (&optional stream (eof-error-p t) eof-value recursive)
  (let ((s (input-stream stream)))
    (if recursive
        (read-form s eof-error-p eof-value)
        (let ((*read-labels* nil) (*consing-dot* nil) (*backquote-depth* 0))
          (read-form s eof-error-p eof-value)))))

(defun read-from-string (string &optional (eof-error-p t) eof-value
                         &key (start 0) end preserve-whitespace)
  (let ((s (make-string-input-stream string start end)))
    (values (if preserve-whitespace
                (read-preserving-whitespace s eof-error-p eof-value)
                (read s eof-error-p eof-value))
            (string-input-position s))))

(defun read-form (stream &optional (eof-error-p t) eof-value)
  "Reads one object; macro characters that give no value are passed over."
  (do () (nil)
    (let ((c (next-char stream)))
      (if (null c)
          (return (if eof-error-p (read-eof stream) eof-value))
          (case (char-syntax c *readtable*)
            (:whitespace)
            (:macro
             (let ((values (multiple-value-list
                            (funcall (car (macro-entry c *readtable*)) stream c))))
               (when values (return (car values)))))
            (t (return (read-token stream c))))))))

(defun read-inner (stream)
  "An object inside another: no lone dot, no end of file."
  (let ((*consing-dot* nil)) (read-form stream)))

;;; Tokens. The characters are gathered in reverse, each as the character itself, or in a
;;; list of one when it was escaped.

(defun token-characters (stream first)
  "Reversed characters of a token and whether any was escaped. FIRST, its first character,
may be NIL."
  (let ((chars nil) (escaped nil) (c first) (inside nil))
    (do () (nil)
      (when (and (null c) (null first) (not inside)) (setq first t c (next-char stream)))
      (setq first t)
      (let ((syntax (if c (char-syntax c *readtable*) :end)))
        (cond
          (inside
           (cond ((null c) (read-eof stream))
                 ((eq syntax :multiple-escape) (setq inside nil))
                 ((eq syntax :single-escape)
                  (setq chars (cons (list (or (next-char stream) (read-eof stream))) chars)))
                 (t (setq chars (cons (list c) chars)))))
          ((eq syntax :end) (return (values chars escaped)))
          ((eq syntax :single-escape)
           (setq escaped t
                 chars (cons (list (or (next-char stream) (read-eof stream))) chars)))
          ((eq syntax :multiple-escape) (setq escaped t inside t))
          ((eq syntax :whitespace)
           (setf (stream-unread stream) c)
           (return (values chars escaped)))
          ((and (eq syntax :macro) (not (cdr (macro-entry c *readtable*))))
           (setf (stream-unread stream) c)
           (return (values chars escaped)))
          (t (setq chars (cons c chars)))))
      (setq c (next-char stream)))))

(defun token-string (chars)
  "The characters of a token (not reversed) as a string, with the readtable's case applied."
  (let* ((case (readtable-case *readtable*)) (n (length chars))
         (changer (case case
                    (:upcase #'char-upcase)
                    (:downcase #'char-downcase)
                    (:invert
                     (let ((plain (remove-if-not (lambda (c) (and (characterp c) (both-case-p c)))
                                                 chars)))
                       (cond ((every #'upper-case-p plain) #'char-downcase)
                             ((every #'lower-case-p plain) #'char-upcase)
                             (t nil))))
                    (t nil)))
         (wide (some (lambda (c) (> (char-code (if (consp c) (car c) c)) 254)) chars))
         (string (%make-simple-array (if wide 10 9) n)) (i 0))
    (dolist (c chars string)
      (%aset-1 (cond ((consp c) (car c))
                     (changer (funcall changer c))
                     (t c))
               string i)
      (setq i (1+ i)))))

(defun raw-token-string (chars)
  (coerce-sequence (mapcar (lambda (c) (if (consp c) (car c) c)) chars) 'string))

(defun read-token (stream first)
  (multiple-value-bind (reversed escaped) (token-characters stream first)
    (let ((chars (reverse reversed)))
      (cond
        (*read-suppress* nil)
        ((and (not escaped) (every (lambda (c) (eq c #\.)) chars))
         (if (and (null (cdr chars)) *consing-dot*)
             *dot-token*
             (reader-error stream "A token of dots alone: ~a" (raw-token-string chars))))
        ((and (not escaped) (parse-number-token chars)))
        (t (token-symbol chars stream))))))

(defun parse-number-token (chars)
  "The number that CHARS spell, or NIL."
  (let ((c (car chars)))
    (if (or (digit-char-p c *read-base*) (digit-char-p c) (eq c #\+) (eq c #\-) (eq c #\.))
        (parse-number (raw-token-string chars) *read-base*)
        nil)))

(defun token-symbol (chars stream)
  "The symbol that CHARS name, with an optional package prefix."
  (let ((colon (position #\: chars)))
    (if (null colon)
        (values (intern (token-string chars) *package*))
        (let* ((prefix (list-head chars colon))
               (internal (eq (nth (1+ colon) chars) #\:))
               (name-chars (nthcdr (+ colon (if internal 2 1)) chars))
               (name (token-string name-chars)))
          (when (member #\: name-chars)
            (reader-error stream "Too many colons in ~a" (raw-token-string chars)))
          (cond
            ((null prefix) (values (intern name *keyword-package*)))
            ((null name-chars)
             (reader-error stream "Nothing after the colon of ~a" (raw-token-string chars)))
            (t
             (let ((package (find-package (token-string prefix))))
               (unless package
                 (setq package (reader-package (token-string prefix) name stream)))
               (multiple-value-bind (symbol status) (find-symbol name package)
                 (cond ((or internal (pkg-all-external package))
                        (values (intern name package)))
                       ((eq status :external) symbol)
                       (t (reader-symbol name package status stream)))))))))))

(defun reader-package (prefix name stream)
  (declare (ignore stream))
  (restart-case
      (error 'simple-package-error
             :package prefix
             :format-control "There is no package named ~s (in ~a:~a)"
             :format-arguments (list prefix prefix name))
    (continue () :report "Use the current package." *package*)))

(defun reader-symbol (name package status stream)
  (restart-case
      (reader-error stream (if status
                               "~a is not external in the package ~a"
                               "There is no symbol ~a in the package ~a")
                    name (package-name package))
    (continue ()
      :report "Use the symbol anyway, making it if need be."
      (values (intern name package)))))

;;; Lists

(defun read-delimited-list (char &optional stream recursive)
  (declare (ignore recursive))
  (read-list (input-stream stream) char nil))

(defun read-list (stream end dot-allowed)
  "Objects up to the character END."
  (let* ((head (cons nil nil)) (tail head))
    (do () (nil)
      (let ((c (skip-whitespace stream)))
        (cond
          ((eq c end) (return (cdr head)))
          ((eq (char-syntax c *readtable*) :macro)
           (let ((values (multiple-value-list
                          (funcall (car (macro-entry c *readtable*)) stream c))))
             (when values
               (setq tail (%set-cdr (cons (car values) nil) tail)))))
          (t
           (let ((x (let ((*consing-dot* (and dot-allowed (not (eq tail head)))))
                      (read-token stream c))))
             (if (eq x *dot-token*)
                 (progn
                   (%set-cdr (read-tail stream end) tail)
                   (return (cdr head)))
                 (setq tail (%set-cdr (cons x nil) tail))))))))))

(defun skip-whitespace (stream)
  "The next character that is not whitespace; an error at the end."
  (do () (nil)
    (let ((c (next-char stream)))
      (cond ((null c) (read-eof stream))
            ((not (eq (char-syntax c *readtable*) :whitespace)) (return c))))))

(defun read-tail (stream end)
  "The object after a consing dot, and the end of the list."
  (let ((object (read-inner stream)) (*consing-dot* nil))
    (do () (nil)
      (let ((c (skip-whitespace stream)))
        (cond ((eq c end) (return object))
              ((and (eq (char-syntax c *readtable*) :macro)
                    (null (multiple-value-list
                           (funcall (car (macro-entry c *readtable*)) stream c)))))
              (t (reader-error stream "More than one object follows the dot of a list")))))))
