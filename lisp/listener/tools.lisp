;;; Tools of the programmer: TRACE, TIME, DESCRIBE, INSPECT, APROPOS, ROOM and the like.

(in-package :si)

;;; TRACE. A traced function's name holds an encapsulation that remembers the original as
;;; property si:traced. Lines are as in  0[1]: (fact 3)  and  0[1]: returned 6, with the
;;; depth, and the process in brackets.

(defvar *trace-depth* 0)
(defvar *traced-names* nil)

(defun trace-line (depth stream)
  (fresh-line stream)
  (dotimes (i (1+ depth)) (write-char #\Space stream))
  (format stream "~d[1]: " depth))

(defun traced-call (name function arguments)
  (let ((depth *trace-depth*) (stream *trace-output*))
    (trace-line depth stream)
    (let ((*print-case* :downcase))
      (format stream "(~s~{ ~s~})~%" name arguments))
    (let ((values (multiple-value-list
                   (let ((*trace-depth* (1+ depth))) (apply function arguments)))))
      (trace-line depth stream)
      (let ((*print-case* :downcase))
        (format stream "returned~{ ~s~}~%" values))
      (values-list values))))

(defun trace-functions (names)
  (dolist (name names names)
    (let ((symbol (function-name-symbol name)))
      (cond
        ((consp (%function-cell symbol))
         (error "~s is a macro or a special operator and cannot be traced" name))
        ((not (fboundp name)) (undefined-function-error name))
        ((member name *traced-names* :test #'equal))
        (t
         (let ((original (fdefinition name)))
           (%put symbol 'traced original)
           (%put symbol 'trace-encapsulation
                 (%set-fdefinition (lambda (&rest arguments) (traced-call name original arguments))
                                   name))
           (push name *traced-names*)))))))

(defun traced-functions () (copy-list *traced-names*))

(defun untrace-functions (names)
  (let ((names (or names *traced-names*)))
    (dolist (name (copy-list names) names)
      (let ((symbol (function-name-symbol name)))
        (when (member name *traced-names* :test #'equal)
          ;; A function that was defined anew since keeps its new definition.
          (when (eq (%function-cell symbol) (get symbol 'trace-encapsulation))
            (%set-fdefinition (get symbol 'traced) name))
          (remprop symbol 'traced)
          (remprop symbol 'trace-encapsulation)
          (setq *traced-names* (remove name *traced-names* :test #'equal)))))))

;;; TIME and ROOM

(defun call-with-time (function)
  (let ((start (get-internal-real-time)) (collections (%room 3)) (used (%room 0)))
    (multiple-value-bind (low high) (%cycles)
      (multiple-value-prog1 (funcall function)
        (multiple-value-bind (low-now high-now) (%cycles)
          (let ((cycles (+ (- low-now low) (ash (- high-now high) 24)))
                (flips (- (%room 3) collections)))
            (fresh-line *trace-output*)
            (format *trace-output* "; time ~,6f seconds of the machine, ~:d cycles~%"
                    (/ (- (get-internal-real-time) start) 1d6) cycles)
            (if (eql flips 0)
                (format *trace-output* "; space ~:d words~%" (- (%room 0) used))
                (format *trace-output* "; ~d collection~:p~%" flips))))))))

(defun room (&optional (detail :default))
  (declare (ignore detail))
  (format t "~&dynamic space: ~:d of ~:d words used~%static space:  ~:d words~%collections:   ~d~%"
          (%room 0) (%room 1) (%room 2) (%room 3))
  (values))

(defun excl:gc (&optional argument)
  (declare (ignore argument))
  (%gc)
  nil)

;;; DESCRIBE and INSPECT

(defun describe (object &optional stream)
  (let ((s (cond ((null stream) *standard-output*) ((eq stream t) *terminal-io*) (t stream))))
    (fresh-line s)
    (describe-object object s)
    (values)))

(defun describe-slots (object stream)
  (dolist (part (object-parts object))
    (format stream "  ~20a ~s~%" (car part) (cdr part))))

(defun object-parts (object)
  "Names and values of the parts of OBJECT, as (name . value)."
  (cond
    ((consp object)
     (if (and (listp (cdr (last object))) (list-length object))
         (let ((i -1)) (mapcar (lambda (x) (cons (setq i (1+ i)) x)) object))
         (list (cons "car" (car object)) (cons "cdr" (cdr object)))))
    ((and (symbolp object) object)
     (append (list (cons "name" (symbol-name object)))
             (if (boundp object) (list (cons "value" (symbol-value object))) nil)
             (if (fboundp object) (list (cons "function" (%function-cell object))) nil)
             (list (cons "package" (symbol-package object))
                   (cons "properties" (symbol-plist object)))))
    ((stringp object) (list (cons "length" (length object))))
    ((arrayp object)
     (let ((parts nil))
       (dotimes (i (min 50 (array-total-size object)) (nreverse parts))
         (push (cons i (row-major-aref object i)) parts))))
    ((ratiop object)
     (list (cons "numerator" (numerator object)) (cons "denominator" (denominator object))))
    ((complexp object)
     (list (cons "realpart" (realpart object)) (cons "imagpart" (imagpart object))))
    ((hash-table-p object)
     (let ((parts nil))
       (maphash (lambda (k v) (push (cons k v) parts)) object)
       (nreverse parts)))
    ((functionp object)
     (list (cons "name" (function-name object))
           (cons "lambda-list" (function-lambda-list object))))
    ((instancep object)
     (let* ((class (class-of object)) (word (storage-word class)))
       (mapcar (lambda (s)
                 (let ((v (slot-word object s word)))
                   (cons (slot-name s) (if (eq v *unbound-slot*) :unbound v))))
               (class-slots class))))
    (t nil)))

(defmethod describe-object (object stream)
  (format stream "~s~%  is of type ~s~%" object (type-of object))
  (describe-slots object stream))

(defmethod describe-object ((object symbol) stream)
  (format stream "~s is a symbol~%" object)
  (describe-slots object stream)
  (dolist (entry '((variable "variable") (function "function") (type "type")))
    (let ((text (documentation object (car entry))))
      (when text (format stream "  documentation of the ~a: ~a~%" (cadr entry) text))))
  (when (and (fboundp object) (functionp (%function-cell object)))
    (format stream "  lambda list: ~:s~%" (function-lambda-list (%function-cell object)))))

(defun inspect (object)
  "Shows the parts of an object; a number goes into a part, U up, Q ends."
  (let ((stack (list object)))
    (do () ((null stack) (values))
      (format *query-io* "~&~s~%" (car stack))
      (let ((parts (object-parts (car stack))) (i 0))
        (dolist (p parts)
          (format *query-io* "~3d: ~a = ~s~%" i (car p) (cdr p))
          (setq i (1+ i)))
        (format *query-io* "inspect (number, u, q): ")
        (finish-output *query-io*)
        (let* ((line (string-trim " " (read-line *query-io* nil "q")))
               (n (parse-integer line :junk-allowed t)))
          (cond ((string-equal line "q") (setq stack nil))
                ((string-equal line "u") (setq stack (cdr stack)))
                ((and n (< -1 n (length parts))) (push (cdr (nth n parts)) stack))))))))

;;; APROPOS

(defun apropos-list (string &optional package)
  (let ((string (string string)) (found nil))
    (dolist (s (if package (package-accessible-symbols package) (all-symbols))
             (sort found #'string< :key #'symbol-name))
      (when (search string (symbol-name s) :test #'char-equal) (pushnew s found)))))

(defun apropos (string &optional package)
  (dolist (s (apropos-list string package) (values))
    (format t "~&~s~:[~;, has a value~]~@[, ~a~]~%" s (boundp s)
            (let ((f (%function-cell s)))
              (cond ((null f) nil) ((atom f) "function")
                    ((eq (car f) 'macro) "macro") (t "special operator"))))))

;;; The environment

(defun lisp-implementation-type () "Runlight")
(defun lisp-implementation-version () "0.1")
(defun machine-type () "LMI Lambda")
(defun machine-version () "emulated")
(defun machine-instance () "Runlight")
(defun software-type () "Runlight microcode")
(defun software-version () "0.1")
(defun short-site-name () nil)
(defun long-site-name () nil)

(defun provide (name)
  (pushnew (string name) *modules* :test #'string=)
  t)

(defun require (name &optional pathnames)
  (unless (member (string name) *modules* :test #'string=)
    (if pathnames
        (dolist (p (if (listp pathnames) pathnames (list pathnames))) (load p))
        (error "The module ~a is not provided by this system" (string name))))
  nil)

(defun call-with-compilation-unit (function) (funcall function))

(defun call-with-stepping (function form)
  "STEP shows the form and its values; single steps are the debugger's."
  (format *trace-output* "~&; ~s~%" form)
  (let ((values (multiple-value-list (funcall function))))
    (format *trace-output* "~&; =>~{ ~s~}~%" values)
    (values-list values)))

(defun %set-compiler-macro-function (new name &optional environment)
  (declare (ignore environment))
  (%put (function-name-symbol name) 'compiler:expander new))

(defun %define-compiler-macro (name expander)
  (%set-compiler-macro-function expander name)
  name)

;;; What the standard has and this system has not: a clear error.

(defmacro define-not-provided (&rest names)
  `(progn ,@(mapcar (lambda (n)
                      `(defun ,n (&rest arguments)
                         (declare (ignore arguments))
                         (not-provided ',n)))
                    names)))

(define-not-provided compile-file compile-file-pathname dribble ed logical-pathname
  load-logical-pathname-translations logical-pathname-translations
  %set-logical-pathname-translations translate-logical-pathname)

(define-type-predicate logical-pathname false pathname)
(defun false (x) (declare (ignore x)) nil)

(defun upgraded-complex-part-type (type &optional environment)
  (declare (ignore environment))
  (cond ((subtypep type 'single-float) 'single-float)
        ((subtypep type 'double-float) 'double-float)
        ((subtypep type 'rational) 'rational)
        (t 'real)))

(defun translate-pathname (source from-wildcard to-wildcard)
  "Wild components of TO-WILDCARD take what SOURCE has where FROM-WILDCARD is wild."
  (let ((s (pathname source)) (from (pathname from-wildcard)) (to (pathname to-wildcard)))
    (unless (pathname-match-p s from)
      (error "~a does not match ~a" (namestring s) (namestring from)))
    (flet ((component (x new) (if (or (null new) (eq new :wild)) x new)))
      (make-pathname :directory (if (some #'symbolp (cdr (pathname-directory to)))
                                    (pathname-directory s)
                                    (or (pathname-directory to) (pathname-directory s)))
                     :name (component (pathname-name s) (pathname-name to))
                     :type (component (pathname-type s) (pathname-type to))))))

(defun invalid-method-error (method control &rest arguments)
  (error "~s: ~?" method control arguments))
(defun method-combination-error (control &rest arguments)
  (error "In a method combination: ~?" control arguments))
