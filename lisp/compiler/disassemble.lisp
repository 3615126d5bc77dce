;;; Halfwords back to instructions, for people.

(in-package :compiler)

(defun find-instruction (format code)
  (dolist (name *instruction-names* nil)
    (if (and (eq (instruction-format name) format) (= (instruction-code name) code))
        (return name))))

(defun signed (n bits)
  (if (< n (ash 1 (- bits 1))) n (- n (ash 1 bits))))

(defun decode-halfword (halfword next)
  "Three values: instruction or NIL, operand, number of halfwords."
  (let* ((prefix (ash halfword -9)) (opcode (ash halfword -6)) (slot (find-instruction 'slot opcode)))
    (cond ((or (= prefix #o015) (= prefix #o035))
           (values (find-instruction 'misc (+ (logand halfword 511) (if (= prefix #o035) 512 0)))
                   nil 1))
          ((eq slot 'long)
           (let ((name (find-instruction 'long (logand halfword 63))))
             (values name
                     (if (member name '(long-push-fixnum long-branch long-branch-nil
                                        long-branch-not-nil long-branch-nil-else-pop
                                        long-branch-not-nil-else-pop long-catch-open
                                        long-catch-open-mv long-unwind-open))
                         (signed next 16)
                         next)
                     2)))
          (slot (values slot (logand halfword 63) 1))
          (t (values (find-instruction 'branch prefix) (signed (logand halfword 511) 9) 1)))))

(defun branch-instruction-p (name)
  (or (eq (instruction-format name) 'branch)
      (member name '(long-branch long-branch-nil long-branch-not-nil long-branch-nil-else-pop
                     long-branch-not-nil-else-pop long-catch-open long-catch-open-mv
                     long-unwind-open))))

(defun constant-instruction-p (name)
  (member name '(push-constant push-value push-function pop-value set-value bind parse-keys
                 check-layout call-0 call-1 call-2 call-3 call-4 call-5 call-6 call-7 tail-call-0
                 tail-call-1 tail-call-2 tail-call-3 tail-call-4 tail-call-5 tail-call-6
                 tail-call-7 long-push-constant long-push-value long-pop-value long-set-value
                 long-push-function long-bind long-parse-keys)))

(defun disassemble-halfwords (halfwords describe)
  "A list of lines for the list HALFWORDS; DESCRIBE gives the text of a constant by its word."
  (let ((position 0) (lines nil))
    (do ((tail halfwords)) ((null tail) (reverse lines))
      (multiple-value-bind (name operand size) (decode-halfword (car tail) (or (cadr tail) 0))
        (setq lines
              (cons (cond ((null name) (format nil "~d: ? ~d" position (car tail)))
                          ((branch-instruction-p name)
                           (format nil "~d: ~a to ~d" position (instruction-text name)
                                   (+ position size operand)))
                          ((eq name 'long-call)
                           (format nil "~d: long-call ~a, ~d arguments" position
                                   (funcall describe (logand operand 4095))
                                   (+ 8 (ash operand -12))))
                          ((constant-instruction-p name)
                           (format nil "~d: ~a ~a" position (instruction-text name)
                                   (funcall describe operand)))
                          ((null operand)
                           (format nil "~d: ~a" position (instruction-text name)))
                          (t (format nil "~d: ~a ~d" position (instruction-text name) operand)))
                    lines))
        (setq position (+ position size))
        (setq tail (nthcdr size tail))))))

(defun instruction-text (name) (string-downcase (symbol-name name)))

(defun entry-text (entry)
  "A constant entry of a function description, for people."
  (case (car entry)
    (:object (prin1-to-string (cdr entry)))
    (:function (format nil "#<function ~a>" (prin1-to-string (description-name (cdr entry)))))
    (:lifted (format nil "#<local function ~d>" (cdr entry)))
    (:setf (format nil "(setf ~s)" (cdr entry)))
    (:layout (format nil "#<layout ~s>" (cdr entry)))
    (:cell "#<load-time value>")
    (t (prin1-to-string entry))))

(defun description-lines (description)
  "Readable code of a function description, without inner functions."
  (let ((constants (description-constants description)))
    (disassemble-halfwords (description-halfwords description)
                           (lambda (index) (entry-text (nth (- index first-constant) constants))))))

;;; All that matters of a description as text: what the machine makes of a file must read the
;;; same as what the build made of it.

(defun description-text (description)
  "Lines for a description and the functions in it."
  (append (list (format nil "function ~s" (description-name description))
                (format nil "  ~s" (list (svref description 2) (svref description 3)
                                         (svref description 4) (svref description 5)
                                         (svref description 6) (svref description 7)))
                (format nil "  ~s" (description-halfwords description))
                (format nil "  live ~s" (description-liveness description)))
          (mapcar (lambda (entry) (concatenate 'string "  " (entry-text entry)))
                  (description-constants description))
          (inner-texts description)))

(defun inner-texts (description)
  (let ((lines nil))
    (dolist (entry (description-constants description))
      (if (eq (car entry) :function)
          (setq lines (append lines (description-text (cdr entry))))))
    (dolist (lifted (description-lifted description) lines)
      (if lifted (setq lines (append lines (description-text lifted)))))))

(defun actions-text (actions)
  "Lines for all functions that load ACTIONS install or call."
  (let ((lines nil))
    (dolist (action actions (reverse lines))
      (dolist (part (cdr action))
        (if (and (simple-vector-p part) (> (length part) 12) (eq (svref part 0) :function))
            (dolist (line (description-text part))
              (setq lines (cons line lines))))))))
