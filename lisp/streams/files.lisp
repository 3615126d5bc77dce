;;; Files of the host, through the host-file board (docs/boards.md): a command register, and
;;; a buffer that is written and read a byte or a word at a time.

(in-package :si)

(defconstant hostfile-slot #xFB)
(defconstant file-buffer-bytes 4096)

;; Registers: 0 command, 1 status, 2 error, 3 handle, 4 count, 5 flags, 6 and 7 position,
;; 8 kind, 9 and 10 date, 11 index, 12 byte, 13 word.

(defun utf-8-bytes (string)
  "A simple vector of 8-bit bytes."
  (let ((bytes nil) (n 0))
    (flet ((put-byte (b) (setq bytes (cons b bytes) n (1+ n))))
      (dotimes (i (length string))
        (encode-utf-8 (char-code (char string i)) #'put-byte)))
    (let ((v (%make-simple-array 4 n)))
      (do ((i (1- n) (1- i))) ((minusp i) v)
        (%aset-1 (car bytes) v i)
        (setq bytes (cdr bytes))))))

(defun encode-utf-8 (code put)
  (cond ((< code #x80) (funcall put code))
        ((< code #x800)
         (funcall put (logior #xc0 (ash code -6)))
         (funcall put (logior #x80 (logand #x3f code))))
        ((< code #x10000)
         (funcall put (logior #xe0 (ash code -12)))
         (funcall put (logior #x80 (logand #x3f (ash code -6))))
         (funcall put (logior #x80 (logand #x3f code))))
        (t
         (funcall put (logior #xf0 (ash code -18)))
         (funcall put (logior #x80 (logand #x3f (ash code -12))))
         (funcall put (logior #x80 (logand #x3f (ash code -6))))
         (funcall put (logior #x80 (logand #x3f code))))))

(defun hostfile-command (command)
  "Does a command; its error number, 0 for success."
  (write-register command hostfile-slot 0)
  (do () (nil)
    (multiple-value-bind (count-low count-high) (register-halves sdu-slot 5)
      (when (eql 0 (logand 1 (values (register-halves hostfile-slot 1))))
        (return (values (register-halves hostfile-slot 2))))
      (wait-for-event-after count-low count-high))))

(defun send-bytes (bytes n)
  "Puts the first N of BYTES in the board's buffer."
  (write-register 0 hostfile-slot 11)
  (%bus-write-array bytes 0 n hostfile-slot 48)
  (write-register n hostfile-slot 4))

(defun receive-bytes (bytes n)
  "Takes N bytes from the board's buffer."
  (write-register 0 hostfile-slot 11)
  (do ((i 0 (+ i 4))) ((>= i n) bytes)
    (multiple-value-bind (low high) (register-halves hostfile-slot 13)
      (%aset-1 (logand low 255) bytes i)
      (when (< (+ i 1) n) (%aset-1 (ash low -8) bytes (+ i 1)))
      (when (< (+ i 2) n) (%aset-1 (logand high 255) bytes (+ i 2)))
      (when (< (+ i 3) n) (%aset-1 (ash high -8) bytes (+ i 3))))))

(defun send-path (name)
  (let ((bytes (utf-8-bytes name))) (send-bytes bytes (length bytes))))

(defun received-text ()
  (let* ((n (read-register hostfile-slot 4)) (bytes (%make-simple-array 4 n))
         (out (make-string-output-stream)) (i 0))
    (receive-bytes bytes n)
    (do () ((>= i n) (get-output-stream-string out))
      (multiple-value-bind (code next) (decode-utf-8 bytes i n)
        (write-char-to (%int-char code) out)
        (setq i next)))))

(defun decode-utf-8 (bytes i n)
  "Code of the character at I, and the index after it; a byte that fits nowhere is U+FFFD."
  (let* ((b (aref bytes i))
         (more (cond ((< b #x80) 0) ((< b #xc0) nil) ((< b #xe0) 1) ((< b #xf0) 2) ((< b #xf8) 3)
                     (t nil))))
    (cond
      ((null more) (values #xfffd (1+ i)))
      ((eql more 0) (values b (1+ i)))
      ((> (+ i more) (1- n)) (values #xfffd n))
      (t
       (let ((code (logand b (ash #x3f (- more)))))
         (dotimes (k more (values code (+ i more 1)))
           (let ((c (aref bytes (+ i k 1))))
             (unless (eql (logand c #xc0) #x80)
               (return (values #xfffd (+ i k 1))))
             (setq code (logior (ash code 6) (logand c #x3f))))))))))

(defun file-failure (name operation error)
  (hostfile-command 14)
  (let ((text (received-text)))
    (error 'simple-file-error
           :pathname name
           :format-control "Cannot ~a ~a: ~a"
           :format-arguments (list operation (namestring name)
                                   (if (string= text "") (hostfile-error-text error) text)))))

(defun hostfile-error-text (error)
  (case error
    (2 "there is no such file") (3 "it exists already") (4 "the directory is not granted")
    (5 "the host refuses") (6 "it is a directory") (7 "it is not a directory")
    (8 "the directory is not empty") (11 "too many files are open") (t "an error of the host")))

(defun host-name (x)
  (namestring (merge-pathnames x)))

;;; Streams

(defun open (filespec &key (direction :input) (element-type 'character)
                        (if-exists nil if-exists-given)
                        (if-does-not-exist nil if-does-not-exist-given)
                        (external-format :default))
  (declare (ignore external-format))
  (let* ((path (merge-pathnames filespec)) (name (namestring path))
         (output (member direction '(:output :io)))
         (if-exists (if if-exists-given if-exists :error))
         (if-does-not-exist
           (cond (if-does-not-exist-given if-does-not-exist)
                 ((eq direction :input) :error)
                 ((eq direction :probe) nil)
                 ((member if-exists '(:overwrite :append)) :error)
                 (t :create)))
         (exists (probe-file path)))
    (when (wild-pathname-p path)
      (error 'simple-file-error :pathname path :format-control "~a is wild"
                                :format-arguments (list name)))
    (cond
      ((and (not exists) (null if-does-not-exist)) nil)
      ((and (not exists) (eq if-does-not-exist :error))
       (error 'simple-file-error :pathname path :format-control "There is no file ~a"
                                 :format-arguments (list name)))
      ((and exists output (null if-exists)) nil)
      ((and exists output (eq if-exists :error))
       (error 'simple-file-error :pathname path :format-control "The file ~a exists already"
                                 :format-arguments (list name)))
      ((eq direction :probe)
       (make-stream :kind :file :open nil :parts (list :pathname path :name name)))
      (t
       (let ((flags (logior (if (member direction '(:input :io)) 1 0)
                            (if output 2 0)
                            (if (and output (not exists)) 4 0)
                            (if (and output exists
                                     (member if-exists '(:supersede :new-version :rename
                                                         :rename-and-delete)))
                                16 0)
                            (if (and output (eq if-exists :append)) 32 0))))
         (send-path name)
         (write-register flags hostfile-slot 5)
         (let ((e (hostfile-command 1)))
           (unless (eql e 0) (file-failure path "open" e))
           (make-file-stream path name direction element-type
                             (read-register hostfile-slot 3))))))))

(defun make-file-stream (path name direction element-type handle)
  (let* ((binary (not (subtypep element-type 'character)))
         (stream (make-stream :kind :file
                              :element-type (if binary element-type 'character)
                              :data (%make-simple-array 4 file-buffer-bytes)
                              :parts (list :pathname path :name name :handle handle
                                           :direction direction)
                              :closer #'close-file :flusher #'flush-file)))
    (when (member direction '(:input :io))
      (if binary
          (setf (stream-byte-reader stream) #'file-read-byte)
          (setf (stream-reader stream) #'file-read-char
                (stream-listener stream) #'file-listen)))
    (when (member direction '(:output :io))
      (if binary
          (setf (stream-byte-writer stream) #'file-write-byte)
          (setf (stream-writer stream) #'file-write-char)))
    stream))

(defun select-handle (stream)
  (write-register (getf (stream-parts stream) :handle) hostfile-slot 3))

(defun fill-buffer (stream)
  "Reads on; whether there was anything."
  (select-handle stream)
  (write-register file-buffer-bytes hostfile-slot 4)
  (let ((e (hostfile-command 3)))
    (unless (eql e 0) (file-failure (pathname stream) "read" e))
    (let ((n (read-register hostfile-slot 4)))
      (receive-bytes (stream-data stream) n)
      (setf (stream-index stream) 0 (stream-end stream) n)
      (> n 0))))

(defun file-read-byte (stream)
  (if (or (< (stream-index stream) (stream-end stream)) (fill-buffer stream))
      (let ((i (stream-index stream)))
        (setf (stream-index stream) (1+ i))
        (%aref-1 (stream-data stream) i))
      nil))

(defun file-listen (stream)
  (if (or (< (stream-index stream) (stream-end stream)) (fill-buffer stream)) t :eof))

(defun file-read-char (stream)
  (let ((b (file-read-byte stream)))
    (cond
      ((null b) nil)
      ((< b #x80) (%int-char b))
      (t
       (let ((more (cond ((< b #xc0) 0) ((< b #xe0) 1) ((< b #xf0) 2) (t 3))) (code 0))
         (setq code (logand b (ash #x3f (- more))))
         (dotimes (k more)
           (let ((c (or (file-read-byte stream) #x80)))
             (setq code (logior (ash code 6) (logand c #x3f)))))
         (or (if (eql more 0) nil (code-char code)) (%int-char #xfffd)))))))

(defun file-write-byte (byte stream)
  (let ((i (stream-index stream)))
    (%aset-1 byte (stream-data stream) i)
    (setf (stream-index stream) (1+ i))
    (when (eql (1+ i) file-buffer-bytes) (flush-file stream))))

(defun file-write-char (char stream)
  (let ((code (char-code char)))
    (if (< code #x80)
        (file-write-byte code stream)
        (encode-utf-8 code (lambda (b) (file-write-byte b stream))))))

(defun flush-file (stream)
  (when (and (member (getf (stream-parts stream) :direction) '(:output :io))
             (> (stream-index stream) 0) (eql (stream-end stream) 0))
    (let ((n (stream-index stream)))
      (setf (stream-index stream) 0)
      (send-bytes (stream-data stream) n)
      (select-handle stream)
      (let ((e (hostfile-command 4)))
        (unless (eql e 0) (file-failure (pathname stream) "write" e))))))

(defun close-file (stream abort)
  (unless abort (flush-file stream))
  (select-handle stream)
  (hostfile-command 2))

(defun file-length (stream)
  (flush-file stream)
  (select-handle stream)
  (hostfile-command 6)
  (read-position))

(defun read-position ()
  (let ((low (read-register hostfile-slot 6)))
    (+ low (ash (read-register hostfile-slot 7) 32))))

(defun file-position (stream &optional (position nil given))
  "Byte positions. Known for input; may be set for input and output."
  (cond
    ((not (eq (stream-kind (check-stream stream)) :file)) nil)
    (given
     (flush-file stream)
     (select-handle stream)
     (let ((position (case position (:start 0) (:end (file-length stream)) (t position))))
       (select-handle stream)
       (write-register (logand position #xffffffff) hostfile-slot 6)
       (write-register (ash position -32) hostfile-slot 7)
       (setf (stream-index stream) 0 (stream-end stream) 0 (stream-unread stream) nil
             (getf (stream-parts stream) :base) position)
       (eql 0 (hostfile-command 5))))
    (t (stream-index stream))))

(defun file-string-length (stream object)
  (declare (ignore stream))
  (length (utf-8-bytes (string object))))

;;; The file system

(defun probe (path)
  "Kind of PATH: 0 nothing, 1 file, 2 directory, 3 other."
  (send-path (namestring path))
  (if (eql 0 (hostfile-command 8)) (values (register-halves hostfile-slot 8)) 0))

(defun probe-file (filespec)
  (let ((path (merge-pathnames filespec)))
    (if (eql 0 (probe path)) nil path)))

(defun truename (filespec)
  (or (probe-file filespec)
      (error 'simple-file-error :pathname filespec :format-control "There is no file ~a"
                                :format-arguments (list (namestring filespec)))))

(defun file-write-date (filespec)
  (probe (truename filespec))
  (+ (read-register hostfile-slot 9) (ash (read-register hostfile-slot 10) 32)))

(defun file-author (filespec) (truename filespec) nil)

(defun delete-file (filespec)
  (let ((path (merge-pathnames filespec)))
    (send-path (namestring path))
    (let ((e (hostfile-command 9)))
      (unless (eql e 0) (file-failure path "delete" e))
      t)))

(defun rename-file (filespec new-name)
  (let* ((old (merge-pathnames filespec)) (new (merge-pathnames new-name old)))
    (send-path (concatenate 'string (namestring old) (string (%int-char 0)) (namestring new)))
    (let ((e (hostfile-command 10)))
      (unless (eql e 0) (file-failure old "rename" e))
      (values new old new))))

(defun directory (filespec)
  (let* ((path (merge-pathnames filespec)) (result nil))
    (send-path (let ((d (directory-namestring path))) (if (string= d "") "." d)))
    (unless (eql 0 (hostfile-command 11)) (return-from directory nil))
    (let ((s (make-file-stream path "directory" :input 'character (read-register hostfile-slot 3)))
          (name nil))
      (do ((c (read-char s nil nil) (read-char s nil nil)))
          ((null c) (close s) (nreverse result))
        (if (eql (char-code c) 0)
            (let* ((text (coerce-sequence (reverse name) 'string))
                   (file (if (char= (char text 0) #\/)
                             (concatenate 'string (subseq text 1) "/")
                             text))
                   (p (merge-pathnames file path)))
              (setq name nil)
              (when (or (null (pathname-name path))
                        (and (pathname-name p)
                             (component-match-p (pathname-name p) (pathname-name path))
                             (component-match-p (pathname-type p) (pathname-type path))))
                (setq result (cons (merge-pathnames file (make-pathname :directory (pathname-directory path)))
                                   result))))
            (setq name (cons c name)))))))

(defun ensure-directories-exist (filespec &key verbose)
  (declare (ignore verbose))
  (let ((d (pathname-directory (merge-pathnames filespec))) (made nil))
    (do ((n 2 (1+ n))) ((> n (length d)) (values filespec made))
      (let ((p (make-pathname :directory (list-head d n))))
        (when (eql 0 (probe p))
          (send-path (directory-namestring p))
          (let ((e (hostfile-command 12)))
            (unless (eql e 0) (file-failure p "make" e)))
          (setq made t))))))

(defun user-homedir-pathname (&optional host) (declare (ignore host)) (parse-pathname "./"))

;;; LOAD

(defun load (filespec &key (verbose *load-verbose*) (print *load-print*) (if-does-not-exist :error)
                        external-format)
  (declare (ignore external-format))
  (if (streamp filespec)
      (load-stream filespec print)
      (let* ((path (merge-pathnames filespec))
             (path (if (or (pathname-type path) (probe-file path))
                       path
                       (merge-pathnames path (make-pathname :type "lisp"))))
             (stream (open path :if-does-not-exist (if if-does-not-exist :error nil))))
        (if (null stream)
            nil
            (with-open-stream (s stream)
              (when verbose (format t "~&; Loading ~a~%" (namestring path)))
              (let ((*load-pathname* path) (*load-truename* path))
                (load-stream s print)))))))

(defun load-stream (stream print)
  (let ((*package* *package*) (*readtable* *readtable*) (eof (list nil)))
    (do ((form (read stream nil eof) (read stream nil eof)))
        ((eq form eof) t)
      (let ((values (multiple-value-list (eval form))))
        (when print
          (dolist (v values) (format t "~&; ~s~%" v)))))))
