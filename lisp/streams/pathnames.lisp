;;; Pathnames: the host's own names, /dir/sub/name.type. There is one host and no device; a
;;; directory is (:absolute "a" "b") or (:relative …); * in a component is wild. Logical
;;; pathnames are left out.

(in-package :si)

(defstruct (pathname (:constructor %make-pathname (host device directory name type version))
                     (:conc-name %pathname-)
                     (:copier nil) (:predicate pathnamep))
  host device directory name type version)

(defun split-at (char string)
  (let ((parts nil) (start 0))
    (do () (nil)
      (let ((i (position char string :start start)))
        (setq parts (cons (subseq string start i) parts))
        (if i (setq start (1+ i)) (return (nreverse parts)))))))

(defun component-from (string)
  (cond ((string= string "*") :wild)
        ((string= string "**") :wild-inferiors)
        ((string= string "..") :up)
        (t string)))

(defun parse-pathname (string)
  (let* ((parts (split-at #\/ string)) (file (car (last parts)))
         (directories (butlast parts))
         (absolute (and directories (string= (car directories) "")))
         (directory (mapcar #'component-from
                            (remove-if (lambda (p) (or (string= p "") (string= p ".")))
                                       directories)))
         (dot (position #\. file :from-end t :start (if (string= file "") 0 1))))
    (when (member file '("." "..") :test #'string=)
      (when (string= file "..") (setq directory (append directory (list :up))))
      (setq file "" dot nil directories (list "x")))
    (%make-pathname nil nil
                    (cond (absolute (cons :absolute directory))
                          (directories (cons :relative directory))
                          (t nil))
                    (let ((name (if dot (subseq file 0 dot) file)))
                      (if (string= name "") nil (component-from name)))
                    (if dot (component-from (subseq file (1+ dot))) nil)
                    nil)))

(defun pathname (x)
  (cond ((pathnamep x) x)
        ((stringp x) (parse-pathname x))
        ((and (streamp x) (eq (stream-kind x) :file)) (getf (stream-parts x) :pathname))
        (t (wrong-type-argument x 'pathname-designator))))

(defun parse-namestring (thing &optional host default &key (start 0) end junk-allowed)
  (declare (ignore host default junk-allowed))
  (if (stringp thing)
      (values (parse-pathname (subseq thing start end)) (or end (length thing)))
      (values (pathname thing) start)))

(defun component-string (x)
  (case x
    ((nil :unspecific) "")
    (:wild "*")
    (:wild-inferiors "**")
    ((:up :back) "..")
    (t x)))

(defun directory-namestring (x)
  (let ((d (pathname-directory x)))
    (if (null d)
        ""
        (apply #'concatenate 'string (if (eq (car d) :absolute) "/" "")
               (mapcan (lambda (c) (list (component-string c) "/")) (cdr d))))))

(defun file-namestring (x)
  (let ((p (pathname x)))
    (concatenate 'string (component-string (%instance-ref p 4))
                 (if (%instance-ref p 5) "." "")
                 (component-string (%instance-ref p 5)))))

(defun namestring (x)
  (concatenate 'string (directory-namestring x) (file-namestring x)))

(defun host-namestring (x) (pathname x) "")
(defun pathname-host (x &key case) (declare (ignore case)) (%instance-ref (pathname x) 1))
(defun pathname-device (x &key case) (declare (ignore case)) (%instance-ref (pathname x) 2))
(defun pathname-directory (x &key case) (declare (ignore case)) (%instance-ref (pathname x) 3))
(defun pathname-name (x &key case) (declare (ignore case)) (%instance-ref (pathname x) 4))
(defun pathname-type (x &key case) (declare (ignore case)) (%instance-ref (pathname x) 5))
(defun pathname-version (x) (%instance-ref (pathname x) 6))

(defun make-pathname (&key host device (directory nil directory-given) (name nil name-given)
                        (type nil type-given) version case (defaults nil defaults-given))
  (declare (ignore case host device version))
  (let ((d (pathname (if defaults-given defaults ""))))
    (%make-pathname nil nil
                    (if directory-given
                        (cond ((stringp directory) (list :absolute directory))
                              ((eq directory :wild) '(:absolute :wild-inferiors))
                              (t directory))
                        (pathname-directory d))
                    (if name-given name (pathname-name d))
                    (if type-given type (pathname-type d))
                    nil)))

(defun merge-pathnames (x &optional (defaults *default-pathname-defaults*) version)
  (declare (ignore version))
  (let* ((p (pathname x)) (d (pathname defaults))
         (directory (pathname-directory p)) (base (pathname-directory d)))
    (%make-pathname nil nil
                    (cond ((null directory) base)
                          ((and (eq (car directory) :relative) base)
                           (append base (cdr directory)))
                          (t directory))
                    (or (pathname-name p) (pathname-name d))
                    (or (pathname-type p) (pathname-type d))
                    nil)))

(defun enough-namestring (x &optional (defaults *default-pathname-defaults*))
  (let ((full (namestring x)) (base (directory-namestring (pathname defaults))))
    (if (and (> (length base) 0) (<= (length base) (length full))
             (string= base full :end2 (length base)))
        (subseq full (length base))
        full)))

(defun wild-pathname-p (x &optional field)
  (let ((p (pathname x)))
    (flet ((wild (k) (or (member k '(:wild :wild-inferiors))
                         (and (stringp k) (find #\* k)))))
      (if (case field
            (:name (wild (pathname-name p)))
            (:type (wild (pathname-type p)))
            (:directory (some #'wild (cdr (pathname-directory p))))
            ((:host :device :version) nil)
            (t (or (wild (pathname-name p)) (wild (pathname-type p))
                   (some #'wild (cdr (pathname-directory p))))))
          t nil))))

(defun wild-match-p (pattern string)
  "Does STRING match PATTERN, in which * stands for anything?"
  (let ((star (position #\* pattern)))
    (if (null star)
        (string= pattern string)
        (and (<= star (length string))
             (string= pattern string :end1 star :end2 star)
             (let ((rest (subseq pattern (1+ star))))
               (do ((i star (1+ i))) ((> i (length string)) nil)
                 (when (wild-match-p rest (subseq string i)) (return t))))))))

(defun component-match-p (x wild)
  (cond ((or (null wild) (eq wild :wild)) t)
        ((and (stringp wild) (stringp x)) (wild-match-p wild x))
        (t (equal x wild))))

(defun pathname-match-p (x wildcard)
  (let ((p (pathname x)) (w (pathname wildcard)))
    (and (component-match-p (pathname-name p) (pathname-name w))
         (component-match-p (pathname-type p) (pathname-type w))
         (labels ((walk (a b)
                    (cond ((null b) (null a))
                          ((eq (car b) :wild-inferiors)
                           (or (walk a (cdr b)) (and a (walk (cdr a) b))))
                          ((null a) nil)
                          (t (and (component-match-p (car a) (car b)) (walk (cdr a) (cdr b)))))))
           (or (null (pathname-directory w))
               (walk (pathname-directory p) (pathname-directory w))))
         t)))

(defun pathname-equal (a b)
  (and (equal (pathname-directory a) (pathname-directory b))
       (equal (pathname-name a) (pathname-name b))
       (equal (pathname-type a) (pathname-type b))))

(defun pathname-hash (x) (string-hash (namestring x)))

(setq *default-pathname-defaults* (parse-pathname ""))
