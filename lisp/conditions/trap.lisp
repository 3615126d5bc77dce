;;; Traps: errors that the microcode finds become conditions.
;;;
;;; TRAP (microcode/trap.lisp) has left a block of registers on the stack and called
;;; si:%trap with the micro-address of the call and the stack offset of the block. The error
;;; table tells what happened: (micro-address condition operand… [(substitute register) |
;;; (fatal)]). An operand is the place of an object (a register; PDL-TOP or (PDL k) below
;;; the block) or a word that describes it. To go on, a corrected value is stored in its
;;; place; NIL then resumes the micro-program after its check, T does the macroinstruction
;;; again.

(in-package :si)

(defvar *error-table* nil "simple vector of entries (micro-address condition operand…)")

(defconstant trap-block-registers
  '(("M-T" . 0) ("M-A" . 1) ("M-B" . 2) ("M-C" . 3) ("M-D" . 4) ("M-E" . 5) ("M-I" . 6)
    ("M-J" . 7) ("M-S" . 8)))

(defun error-table-entry (address)
  (let ((table *error-table*))
    (dotimes (i (length table) nil)
      (when (eql (car (svref table i)) address) (return (svref table i))))))

(defun operand-place (operand block)
  "Stack offset of the object that OPERAND names, or NIL when it names none."
  (cond ((and (consp operand) (string-equal (car operand) "PDL")) (- block 1 (cadr operand)))
        ((consp operand) nil)
        ((integerp operand) nil)
        ((string-equal operand "PDL-TOP") (1- block))
        (t (let ((entry (assoc operand trap-block-registers :test #'string-equal)))
             (if entry (+ block (cdr entry)) nil)))))

(defun description-symbol (x)
  "The type that a word of an error-table entry names."
  (if (or (stringp x) (symbolp x))
      (intern (string-upcase x) "SI")
      x))

(defun %trap (address block)
  (let* ((entry (error-table-entry address))
         (name (if entry (string-upcase (cadr entry)) "UNKNOWN"))
         (operands (cddr entry))
         (place (if (and operands (not (and (consp (car operands)) (null (cdar operands)))))
                    (operand-place (car operands) block)
                    nil))
         (object (if place (%stack-word place) nil))
         (substitute (find-if (lambda (o) (and (consp o) (string-equal (car o) "SUBSTITUTE")))
                              operands))
         (fatal (some (lambda (o) (and (consp o) (string-equal (car o) "FATAL"))) operands))
         (condition (trap-condition name object operands block)))
    (when fatal (error condition))
    (flet ((correct (value)
             (cond (substitute
                    (%set-stack-word value (operand-place (cadr substitute) block))
                    nil)
                   (place (%set-stack-word value place) t)
                   (t t))))
      (cond
        ((string= name "UNBOUND-VARIABLE")
         (let ((symbol (cell-error-name condition)))
           (restart-case (error condition)
             (continue ()
               :report (lambda (s) (format s "Try evaluating ~s again." symbol))
               (if (boundp symbol)
                   (if substitute (correct (symbol-value symbol)) t)
                   (%trap address block)))
             (use-value (value)
               :report (lambda (s) (format s "Use a value instead of that of ~s." symbol))
               :interactive read-new-value
               (if substitute
                   (correct value)
                   (progn (set symbol value) t)))
             (store-value (value)
               :report (lambda (s) (format s "Set ~s and go on." symbol))
               :interactive read-new-value
               (set symbol value)
               (if substitute (correct value) t)))))
        ((string= name "UNDEFINED-FUNCTION")
         (restart-case (error condition)
           (continue ()
             :report (lambda (s) (format s "Try calling ~s again." (cell-error-name condition)))
             (if substitute
                 (correct (fdefinition (cell-error-name condition)))
                 t))
           (use-value (value)
             :report "Call another function." :interactive read-new-value
             (correct (coerce-to-function value)))
           (store-value (value)
             :report (lambda (s) (format s "Define ~s and call it." (cell-error-name condition)))
             :interactive read-new-value
             (let ((f (coerce-to-function value)))
               (%set-fdefinition f (cell-error-name condition))
               (if substitute (correct f) t)))))
        ((typep condition 'storage-condition)
         (restart-case (error condition)
           (continue () :report "Try to allocate again." nil)))
        (t
         (restart-case (error condition)
           (use-value (value)
             :report "Use another value." :interactive read-new-value
             (correct value))))))))

(defun trap-symbol (object)
  "The symbol of an unbound cell: OBJECT, or what its marker points to."
  object)

(defun trap-condition (name object operands block)
  "The condition for the error-table name NAME."
  (flet ((is (s) (string= name s)))
    (cond
      ((is "WRONG-TYPE")
       (make-condition 'type-error :datum object
                                   :expected-type (description-symbol (cadr operands))))
      ((is "WRONG-LAYOUT")
       ;; The second operand is the layout that was wanted.
       (let ((place (if (cdr operands) (operand-place (cadr operands) block) nil)))
         (make-condition 'type-error :datum object
                                     :expected-type (if place
                                                        (%instance-ref (%stack-word place) 1)
                                                        'structure-object))))
      ((is "UNBOUND-VARIABLE") (make-condition 'unbound-variable :name (trap-symbol object)))
      ((is "UNDEFINED-FUNCTION")
       (make-condition 'undefined-function :name (trap-symbol object)))
      ((is "INDEX-OUT-OF-RANGE")
       (let ((array (if (cdr operands) (operand-place (cadr operands) block) nil)))
         (if array
             (make-condition 'index-error
                             :datum object :sequence (%stack-word array)
                             :expected-type
                             (list 'integer 0
                                   (list (length-for-error (%stack-word array)))))
             (make-condition 'simple-type-error
                             :datum object :expected-type 'index
                             :format-control "~s is not an index of the array or structure"
                             :format-arguments (list object)))))
      ((is "DIVISION-BY-ZERO") (make-condition 'division-by-zero))
      ((is "FLOATING-POINT-EXCEPTION")
       (make-condition 'floating-point-invalid-operation))
      ((is "STACK-OVERFLOW")
       (make-condition 'simple-storage-condition
                       :format-control "The control stack is exhausted"))
      ((is "BINDING-STACK-OVERFLOW")
       (make-condition 'simple-storage-condition
                       :format-control "The binding stack is exhausted"))
      ((is "STORAGE-EXHAUSTED")
       (make-condition 'simple-storage-condition :format-control "The heap is exhausted"))
      ((is "STORAGE-BLOCK-TOO-LONG")
       (make-condition 'simple-storage-condition
                       :format-control "An object of that size cannot be made"))
      ((is "NUMBER-DOES-NOT-FIT")
       (make-condition 'type-error :datum object :expected-type 'fixnum))
      ((is "TOO-MANY-VALUES")
       (make-condition 'simple-program-error
                       :format-control "Too many values or arguments for one call"))
      ((is "NO-CATCHER")
       (make-condition 'simple-control-error
                       :format-control "There is no CATCH for the tag ~s"
                       :format-arguments (list object)))
      ((is "ODD-KEYWORD-ARGUMENTS")
       (make-condition 'simple-program-error
                       :format-control "Odd number of keyword arguments: ~s"
                       :format-arguments (list object)))
      ((is "UNKNOWN-KEYWORD")
       (make-condition 'simple-program-error
                       :format-control "~s is not a keyword argument of the function called"
                       :format-arguments (list object)))
      (t
       (make-condition 'simple-error
                       :format-control "The machine found an error: ~a~@[ (~s)~]"
                       :format-arguments (list (string-downcase name) object))))))

;;; Errors of calls. The microcode calls these in place of what cannot be called; what they
;;; return is the value of the call.

(defun %undefined-function (function arguments)
  (let ((name (if (symbolp function) function nil)))
    (if (or (null name) (consp (%function-cell name)))
        (restart-case
            (error 'simple-type-error
                   :datum function :expected-type 'function
                   :format-control (cond ((and name (special-operator-p name))
                                          "~s is a special operator and cannot be called")
                                         (name "~s is a macro and cannot be called")
                                         (t "~s is not a function"))
                   :format-arguments (list function))
          (use-value (value)
            :report "Call another function." :interactive read-new-value
            (apply (coerce-to-function value) arguments)))
        (restart-case (error 'undefined-function :name name)
          (continue ()
            :report (lambda (s) (format s "Try calling ~s again." name))
            (apply name arguments))
          (use-value (value)
            :report "Call another function." :interactive read-new-value
            (apply (coerce-to-function value) arguments))
          (store-value (value)
            :report (lambda (s) (format s "Define ~s and call it." name))
            :interactive read-new-value
            (%set-fdefinition (coerce-to-function value) name)
            (apply name arguments))
          (return-value (&rest values)
            :report "Return a value from the call." :interactive read-new-value
            (values-list values))))))

(defun %wrong-argument-count (function arguments)
  (restart-case (error 'argument-count-error :function function :arguments arguments)
    (return-value (&rest values)
      :report "Return a value from the call." :interactive read-new-value
      (values-list values))))

(defun %gc-notify () nil)

(defun %sequence-break (reasons)
  "Called between macroinstructions. Bit 0 of REASONS: the console's interrupt character."
  (when (logbitp 0 reasons)
    (console-break)))
