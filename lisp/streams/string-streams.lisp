;;; String streams.

(in-package :si)

(defun make-string-input-stream (string &optional (start 0) end)
  (let ((end (check-bounds string start end)))
    (multiple-value-bind (data offset) (vector-data string)
      (make-stream :kind :string-input :data data :index (+ start offset) :end (+ end offset)
                   :parts offset
                   :reader #'string-input-char :listener #'string-input-listen))))

(defun string-input-char (stream)
  (let ((i (stream-index stream)))
    (if (< i (stream-end stream))
        (progn (setf (stream-index stream) (1+ i))
               (schar (stream-data stream) i))
        nil)))

(defun string-input-listen (stream)
  (if (< (stream-index stream) (stream-end stream)) t :eof))

(defun string-input-position (stream)
  (- (stream-index stream) (stream-parts stream) (if (stream-unread stream) 1 0)))

;;; Output gathers in a simple string that is doubled when it is full. It is narrow (codes
;;; below 256) until a character asks for more.

(defun make-string-output-stream (&key (element-type 'character))
  (declare (ignore element-type))
  (make-stream :kind :string-output :data (%make-simple-array 9 64)
               :writer #'string-output-char :string-writer #'string-output-string))

(defun grow-output (stream needed code)
  (let* ((old (stream-data stream)) (n (length old)))
    (do () ((>= n needed)) (setq n (* n 2)))
    (setf (stream-data stream)
          (replace (%make-simple-array code n) old :end2 (stream-index stream)))))

(defun string-output-char (char stream)
  (let ((i (stream-index stream)))
    (when (eql i (%simple-length (stream-data stream)))
      (grow-output stream (1+ i) (%array-type (stream-data stream))))
    (when (and (>= (char-code char) 256) (eql (%array-type (stream-data stream)) 9))
      (grow-output stream (1+ i) 10))
    (%aset-1 char (stream-data stream) i)
    (setf (stream-index stream) (1+ i))))

(defun string-output-string (string start end stream)
  (multiple-value-bind (data offset) (vector-data string)
    (let ((i (stream-index stream)) (n (- end start)))
      (when (> (+ i n) (%simple-length (stream-data stream)))
        (grow-output stream (+ i n) (%array-type (stream-data stream))))
      (if (eql (%array-type data) (%array-type (stream-data stream)))
          (progn (%copy-elements data (+ start offset) (stream-data stream) i n)
                 (setf (stream-index stream) (+ i n)))
          (do ((k start (1+ k))) ((>= k end))
            (string-output-char (schar data (+ k offset)) stream))))))

(defun get-output-stream-string (stream)
  (prog1 (subseq (stream-data stream) 0 (stream-index stream))
    (setf (stream-index stream) 0 (stream-column stream) 0)))

(defun make-fill-pointer-output-stream (string)
  (unless (and (stringp string) (array-has-fill-pointer-p string))
    (error "~s is not a string with a fill pointer" string))
  (make-stream :kind :string-output :data string
               :writer (lambda (char stream) (vector-push-extend char (stream-data stream)))))
