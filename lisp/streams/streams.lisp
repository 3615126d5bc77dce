;;; Streams: the structure, and the functions of the standard over it.
;;;
;;; A stream carries the functions that do its work; each takes the stream. READER gives the
;;; next character or NIL at the end; LISTENER T, NIL or :EOF; WRITER takes a character too.
;;; One character of unreading is kept here for all kinds.

(in-package :si)

(defstruct (stream (:constructor make-stream) (:copier nil) (:predicate streamp)
                   (:print-function print-stream))
  (kind :stream)
  (open t)
  (element-type 'character)
  (reader nil) (listener nil) (writer nil)
  (string-writer nil)               ; (string start end stream), or NIL
  (byte-reader nil) (byte-writer nil)
  (flusher nil) (clearer nil) (closer nil)
  (unread nil)
  (column 0)                        ; characters since the last newline written
  (line 1)                          ; newlines read so far, plus 1
  (data nil) (index 0) (end 0)      ; buffers and targets, as the kind has it
  (parts nil))                      ; streams that it is made of, or a plist

(defun print-stream (stream out depth)
  (declare (ignore depth))
  (print-unreadable-object (stream out)
    (format out "~(~a~) stream~@[ ~s~]~:[, closed~;~]" (stream-kind stream)
            (stream-title stream) (stream-open stream))))

(defun stream-title (stream)
  (if (eq (stream-kind stream) :file) (getf (stream-parts stream) :name) nil))

(defun stream-place (stream)
  "Where a reader error happened, for people."
  (if (and (streamp stream) (eq (stream-kind stream) :file))
      (format nil "~a, line ~d" (stream-title stream) (stream-line stream))
      nil))

(defun check-stream (x)
  (if (streamp x) x (wrong-type-argument x 'stream)))

(defun input-stream (designator)
  (let ((s (cond ((null designator) *standard-input*)
                 ((eq designator t) *terminal-io*)
                 (t (check-stream designator)))))
    (unless (or (stream-reader s) (stream-byte-reader s)) (not-that-way s "input"))
    (unless (stream-open s) (stream-closed-error s))
    s))

(defun output-stream (designator)
  (let ((s (cond ((null designator) *standard-output*)
                 ((eq designator t) *terminal-io*)
                 (t (check-stream designator)))))
    (unless (or (stream-writer s) (stream-byte-writer s)) (not-that-way s "output"))
    (unless (stream-open s) (stream-closed-error s))
    s))

(defun not-that-way (stream direction)
  (error 'simple-type-error :datum stream :expected-type 'stream
                            :format-control "~s is not for ~a"
                            :format-arguments (list stream direction)))

(defun stream-closed-error (stream)
  (error 'simple-stream-error :stream stream :format-control "~s is closed"
                              :format-arguments (list stream)))

(defun input-stream-p (stream)
  (if (or (stream-reader (check-stream stream)) (stream-byte-reader stream)) t nil))
(defun output-stream-p (stream)
  (if (or (stream-writer (check-stream stream)) (stream-byte-writer stream)) t nil))
(defun open-stream-p (stream) (stream-open (check-stream stream)))
(defun interactive-stream-p (stream)
  (eq (stream-kind (terminal-of (check-stream stream))) :console))
(defun stream-external-format (stream) (check-stream stream) :utf-8)
(defun %set-stream-external-format (new stream)
  (check-stream stream)
  (unless (member new '(:utf-8 :default)) (error "~s is not an external format; :UTF-8 is" new))
  new)

(defun terminal-of (stream)
  "The stream at the end of synonyms and two-way streams."
  (case (stream-kind stream)
    (:synonym (terminal-of (symbol-value (stream-data stream))))
    ((:two-way :echo) (terminal-of (car (stream-parts stream))))
    (t stream)))

;;; Input

(defun next-char (stream)
  "The next character of a checked stream, or NIL at its end."
  (let ((u (stream-unread stream)))
    (if u
        (progn (setf (stream-unread stream) nil) u)
        (let ((c (funcall (stream-reader stream) stream)))
          (when (eq c #\Newline)
            (setf (stream-line stream) (1+ (stream-line stream))))
          c))))

(defun at-end (stream eof-error-p eof-value)
  (if eof-error-p (error 'end-of-file :stream stream) eof-value))

(defun read-char (&optional stream (eof-error-p t) eof-value recursive)
  (declare (ignore recursive))
  (let ((s (input-stream stream)))
    (or (next-char s) (at-end s eof-error-p eof-value))))

(defun unread-char (char &optional stream)
  (let ((s (input-stream stream)))
    (when (stream-unread s)
      (error "A character of ~s has been unread already" s))
    (setf (stream-unread s) char)
    nil))

(defun peek-char (&optional peek-type stream (eof-error-p t) eof-value recursive)
  (declare (ignore recursive))
  (let ((s (input-stream stream)))
    (do () (nil)
      (let ((c (next-char s)))
        (cond ((null c) (return (at-end s eof-error-p eof-value)))
              ((or (null peek-type)
                   (and (eq peek-type t) (not (whitespacep c)))
                   (eq peek-type c))
               (setf (stream-unread s) c)
               (return c)))))))

(defun listen (&optional stream)
  (let ((s (input-stream stream)))
    (if (stream-unread s) t
        (let ((l (funcall (stream-listener s) s))) (if (eq l :eof) nil l)))))

(defun read-char-no-hang (&optional stream (eof-error-p t) eof-value recursive)
  (declare (ignore recursive))
  (let ((s (input-stream stream)))
    (if (stream-unread s)
        (next-char s)
        (let ((l (funcall (stream-listener s) s)))
          (cond ((eq l :eof) (at-end s eof-error-p eof-value))
                (l (next-char s))
                (t nil))))))

(defun clear-input (&optional stream)
  (let ((s (input-stream stream)))
    (setf (stream-unread s) nil)
    (when (stream-clearer s) (funcall (stream-clearer s) s))
    nil))

(defun read-line (&optional stream (eof-error-p t) eof-value recursive)
  (declare (ignore recursive))
  (let ((s (input-stream stream)) (out (make-string-output-stream)))
    (do () (nil)
      (let ((c (next-char s)))
        (cond ((null c)
               (let ((line (get-output-stream-string out)))
                 (return (if (eql (length line) 0)
                             (values (at-end s eof-error-p eof-value) t)
                             (values line t)))))
              ((eq c #\Newline) (return (values (get-output-stream-string out) nil)))
              (t (write-char-to c out)))))))

;;; Output

(defun write-char-to (char stream)
  (funcall (stream-writer stream) char stream)
  (setf (stream-column stream)
        (if (eq char #\Newline) 0 (1+ (stream-column stream))))
  char)

(defun write-string-to (string stream start end)
  (let ((f (stream-string-writer stream)))
    (if f
        (progn
          (funcall f string start end stream)
          (let ((newline (position #\Newline string :start start :end end :from-end t)))
            (setf (stream-column stream)
                  (if newline
                      (- end newline 1)
                      (+ (stream-column stream) (- end start))))))
        (do ((i start (1+ i))) ((>= i end))
          (write-char-to (char string i) stream)))
    string))

(defun write-char (char &optional stream)
  (write-char-to (check-char char) (output-stream stream)))

(defun write-string (string &optional stream &key (start 0) end)
  (let ((end (check-bounds string start end)))
    (write-string-to string (output-stream stream) start end)))

(defun write-line (string &optional stream &key (start 0) end)
  (write-string string stream :start start :end end)
  (write-char #\Newline stream)
  string)

(defun terpri (&optional stream)
  (write-char-to #\Newline (output-stream stream))
  nil)

(defun fresh-line (&optional stream)
  (let ((s (output-stream stream)))
    (if (eql (output-column s) 0)
        nil
        (progn (write-char-to #\Newline s) t))))

(defun output-column (stream)
  (case (stream-kind stream)
    (:synonym (output-column (symbol-value (stream-data stream))))
    ((:two-way :echo) (output-column (cadr (stream-parts stream))))
    (:broadcast (let ((last (car (last (stream-parts stream)))))
                  (if last (output-column last) 0)))
    (t (stream-column stream))))

(defun finish-output (&optional stream)
  (let ((s (output-stream stream)))
    (when (stream-flusher s) (funcall (stream-flusher s) s))
    nil))
(defun force-output (&optional stream) (finish-output stream))
(defun clear-output (&optional stream) (output-stream stream) nil)

;;; Bytes and sequences

(defun read-byte (stream &optional (eof-error-p t) eof-value)
  (let ((s (input-stream stream)))
    (unless (stream-byte-reader s) (not-that-way s "input of bytes"))
    (or (funcall (stream-byte-reader s) s) (at-end s eof-error-p eof-value))))

(defun write-byte (byte stream)
  (let ((s (output-stream stream)))
    (unless (stream-byte-writer s) (not-that-way s "output of bytes"))
    (funcall (stream-byte-writer s) byte s)
    byte))

(defun read-sequence (sequence stream &key (start 0) end)
  (let* ((end (check-bounds sequence start end)) (s (input-stream stream))
         (bytes (and (stream-byte-reader s) (not (eq (stream-element-type s) 'character))))
         (i start))
    (do () ((>= i end) i)
      (let ((x (if bytes (funcall (stream-byte-reader s) s) (next-char s))))
        (when (null x) (return i))
        (setf (elt sequence i) x)
        (setq i (1+ i))))))

(defun write-sequence (sequence stream &key (start 0) end)
  (let ((end (check-bounds sequence start end)) (s (output-stream stream)))
    (if (stringp sequence)
        (write-string-to sequence s start end)
        (%do-elements (x i sequence start end)
          (if (characterp x) (write-char-to x s) (write-byte x s))))
    sequence))

(defun close (stream &key abort)
  (let ((s (check-stream stream)))
    (when (stream-open s)
      (when (stream-closer s) (funcall (stream-closer s) s abort))
      (setf (stream-open s) nil))
    t))

(defun whitespacep (char)
  (or (eq char #\Space) (eq char #\Newline) (eq char #\Tab) (eq char #\Return)
      (eq char #\Page) (eq char #\Backspace) (eql (char-code char) 160)))

;;; Questions

(defun y-or-n-p (&optional control &rest arguments)
  (ask-user '(("y" . t) ("n" . nil)) "(y or n) " control arguments))

(defun yes-or-no-p (&optional control &rest arguments)
  (ask-user '(("yes" . t) ("no" . nil)) "(yes or no) " control arguments))

(defun ask-user (answers hint control arguments)
  (do () (nil)
    (fresh-line *query-io*)
    (when control
      (apply #'format *query-io* control arguments)
      (write-char #\Space *query-io*))
    (write-string hint *query-io*)
    (finish-output *query-io*)
    (let ((entry (assoc (string-trim " " (read-line *query-io*)) answers
                        :test #'string-equal)))
      (when entry (return (cdr entry))))))
