;;; Streams made of other streams: synonym, two-way, echo, broadcast, concatenated.

(in-package :si)

(defun stream-target (stream) (symbol-value (stream-data stream)))

(defun make-synonym-stream (symbol)
  (make-stream :kind :synonym :data symbol
               :reader (lambda (s) (next-char (input-stream (stream-target s))))
               :listener (lambda (s) (stream-listen (stream-target s)))
               :writer (lambda (c s) (write-char-to c (output-stream (stream-target s))))
               :string-writer (lambda (string start end s)
                                (write-string-to string (output-stream (stream-target s))
                                                 start end))
               :byte-reader (lambda (s) (read-byte (stream-target s) nil nil))
               :byte-writer (lambda (b s) (write-byte b (stream-target s)))
               :flusher (lambda (s) (finish-output (stream-target s)))
               :clearer (lambda (s) (clear-input (stream-target s)))))

(defun stream-listen (stream)
  (if (stream-unread stream) t (funcall (stream-listener stream) stream)))

(defun synonym-stream-symbol (stream) (stream-data stream))

(defun make-two-way-stream (input output)
  (check-stream input)
  (check-stream output)
  (make-stream :kind :two-way :parts (list input output)
               :reader (lambda (s) (next-char (input-stream (car (stream-parts s)))))
               :listener (lambda (s) (stream-listen (car (stream-parts s))))
               :writer (lambda (c s) (write-char-to c (output-stream (cadr (stream-parts s)))))
               :string-writer (lambda (string start end s)
                                (write-string-to string (output-stream (cadr (stream-parts s)))
                                                 start end))
               :byte-reader (lambda (s) (read-byte (car (stream-parts s)) nil nil))
               :byte-writer (lambda (b s) (write-byte b (cadr (stream-parts s))))
               :flusher (lambda (s) (finish-output (cadr (stream-parts s))))
               :clearer (lambda (s) (clear-input (car (stream-parts s))))))

(defun two-way-stream-input-stream (stream) (car (stream-parts stream)))
(defun two-way-stream-output-stream (stream) (cadr (stream-parts stream)))

(defun make-echo-stream (input output)
  (let ((stream (make-two-way-stream input output)))
    (setf (stream-kind stream) :echo
          (stream-reader stream)
          (lambda (s)
            (let ((c (next-char (car (stream-parts s)))))
              (when c (write-char-to c (cadr (stream-parts s))))
              c)))
    stream))

(defun echo-stream-input-stream (stream) (car (stream-parts stream)))
(defun echo-stream-output-stream (stream) (cadr (stream-parts stream)))

(defun make-broadcast-stream (&rest streams)
  (make-stream :kind :broadcast :parts streams
               :writer (lambda (c s) (dolist (o (stream-parts s)) (write-char c o)))
               :byte-writer (lambda (b s) (dolist (o (stream-parts s)) (write-byte b o)))
               :flusher (lambda (s) (dolist (o (stream-parts s)) (finish-output o)))))

(defun broadcast-stream-streams (stream) (stream-parts stream))

(defun make-concatenated-stream (&rest streams)
  (flet ((next (s reader)
           (do () ((null (stream-parts s)) nil)
             (let ((x (funcall reader (car (stream-parts s)))))
               (when x (return x)))
             (setf (stream-parts s) (cdr (stream-parts s))))))
    (make-stream :kind :concatenated :parts streams
                 :reader (lambda (s) (next s #'next-char))
                 :byte-reader (lambda (s) (next s (lambda (p) (read-byte p nil nil))))
                 :listener (lambda (s)
                             (do () ((null (stream-parts s)) :eof)
                               (let ((l (stream-listen (car (stream-parts s)))))
                                 (unless (eq l :eof) (return l)))
                               (setf (stream-parts s) (cdr (stream-parts s))))))))

(defun concatenated-stream-streams (stream) (stream-parts stream))

(defmacro define-stream-type (name &rest kinds)
  `(progn
     (defun ,(symbol-from name '-p) (x)
       (and (streamp x) (if (%memq (stream-kind x) ',kinds) t nil)))
     (define-type-predicate ,name ,(symbol-from name '-p) stream)))

(define-stream-type synonym-stream :synonym)
(define-stream-type two-way-stream :two-way :echo)
(define-stream-type echo-stream :echo)
(define-stream-type broadcast-stream :broadcast)
(define-stream-type concatenated-stream :concatenated)
(define-stream-type string-stream :string-input :string-output)
(define-stream-type file-stream :file)
