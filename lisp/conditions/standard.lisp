;;; The condition types of the standard, and a few of the system.

(in-package :si)

(define-condition condition () ())
(define-condition warning (condition) ())
(define-condition style-warning (warning) ())
(define-condition serious-condition (condition) ())
(define-condition error (serious-condition) ())
(define-condition storage-condition (serious-condition) ())

(define-condition simple-condition (condition)
  ((format-control :initarg :format-control :reader simple-condition-format-control
                   :initform "")
   (format-arguments :initarg :format-arguments :reader simple-condition-format-arguments
                     :initform nil))
  (:report (lambda (c stream)
             (apply #'format stream (simple-condition-format-control c)
                    (simple-condition-format-arguments c)))))

(define-condition simple-warning (simple-condition warning) ())
(define-condition simple-error (simple-condition error) ())
(define-condition simple-storage-condition (simple-condition storage-condition) ())

(define-condition type-error (error)
  ((datum :initarg :datum :reader type-error-datum)
   (expected-type :initarg :expected-type :reader type-error-expected-type))
  (:report (lambda (c stream)
             (format stream "~s is not of type ~s"
                     (type-error-datum c) (type-error-expected-type c)))))
(define-condition simple-type-error (simple-condition type-error) ())

(define-condition case-failure (type-error) ()
  (:report (lambda (c stream)
             (format stream "~s matches no clause; wanted is ~s"
                     (type-error-datum c) (type-error-expected-type c)))))

(define-condition index-error (type-error)
  ((sequence :initarg :sequence :reader index-error-sequence))
  (:report (lambda (c stream)
             (format stream "~s is not an index of ~s"
                     (type-error-datum c) (index-error-sequence c)))))

(define-condition program-error (error) ())
(define-condition simple-program-error (simple-condition program-error) ())
(define-condition argument-count-error (program-error)
  ((function :initarg :function :reader argument-count-error-function)
   (arguments :initarg :arguments :reader argument-count-error-arguments))
  (:report (lambda (c stream)
             (let* ((f (argument-count-error-function c)) (list (function-lambda-list f)))
               (format stream "~s was called with ~d argument~:p"
                       (or (function-name f) f) (length (argument-count-error-arguments c)))
               (when (or list (getf (function-debug-info f) :lambda-list))
                 (format stream "; it takes ~:s" list))))))

(define-condition control-error (error) ())
(define-condition simple-control-error (simple-condition control-error) ())

(define-condition cell-error (error)
  ((name :initarg :name :reader cell-error-name)))
(define-condition unbound-variable (cell-error) ()
  (:report (lambda (c stream)
             (format stream "The variable ~s has no value" (cell-error-name c)))))
(define-condition undefined-function (cell-error) ()
  (:report (lambda (c stream)
             (format stream "The function ~s is not defined" (cell-error-name c)))))
(define-condition unbound-slot (cell-error)
  ((instance :initarg :instance :reader unbound-slot-instance))
  (:report (lambda (c stream)
             (format stream "The slot ~s of ~s is unbound"
                     (cell-error-name c) (unbound-slot-instance c)))))

(define-condition arithmetic-error (error)
  ((operation :initarg :operation :reader arithmetic-error-operation :initform nil)
   (operands :initarg :operands :reader arithmetic-error-operands :initform nil))
  (:report (lambda (c stream)
             (format stream "~a~@[ in ~s~]"
                     (class-name (condition-class c))
                     (if (arithmetic-error-operation c)
                         (cons (arithmetic-error-operation c) (arithmetic-error-operands c))
                         nil)))))
(define-condition division-by-zero (arithmetic-error) ()
  (:report (lambda (c stream)
             (format stream "Division by zero~@[ in ~s~]"
                     (if (arithmetic-error-operation c)
                         (cons (arithmetic-error-operation c) (arithmetic-error-operands c))
                         nil)))))
(define-condition floating-point-overflow (arithmetic-error) ())
(define-condition floating-point-underflow (arithmetic-error) ())
(define-condition floating-point-inexact (arithmetic-error) ())
(define-condition floating-point-invalid-operation (arithmetic-error) ())

(define-condition package-error (error)
  ((package :initarg :package :reader package-error-package)))
(define-condition simple-package-error (simple-condition package-error) ())

(define-condition stream-error (error)
  ((stream :initarg :stream :reader stream-error-stream)))
(define-condition simple-stream-error (simple-condition stream-error) ())
(define-condition end-of-file (stream-error) ()
  (:report (lambda (c stream)
             (format stream "End of file on ~s" (stream-error-stream c)))))

(define-condition parse-error (error) ())
(define-condition simple-parse-error (simple-condition parse-error) ())
(define-condition reader-error (parse-error stream-error) ())
(define-condition simple-reader-error (simple-condition reader-error) ()
  (:report (lambda (c stream)
             (apply #'format stream (simple-condition-format-control c)
                    (simple-condition-format-arguments c))
             (let ((place (stream-place (stream-error-stream c))))
               (when place (format stream ", ~a" place))))))

(define-condition file-error (error)
  ((pathname :initarg :pathname :reader file-error-pathname)))
(define-condition simple-file-error (simple-condition file-error) ())

(define-condition print-not-readable (error)
  ((object :initarg :object :reader print-not-readable-object))
  (:report (lambda (c stream)
             (let ((*print-readably* nil))
               (format stream "~s cannot be printed so that it can be read"
                       (print-not-readable-object c))))))

(define-condition not-provided (error)
  ((name :initarg :name :reader not-provided-name))
  (:report (lambda (c stream)
             (format stream "~s is not provided by this system" (not-provided-name c)))))

(define-condition console-interrupt (condition) ()
  (:report "Interrupted from the console"))
