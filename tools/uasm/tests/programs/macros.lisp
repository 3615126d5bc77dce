;;; -*- Mode: Lisp; Base: 8 -*-
;;; Macros: Lisp functions that write microcode.
;;; Shows: a macro with arguments, helper functions, tables made by a loop, a macro that makes
;;; several forms and labels, constants shared by Lisp and assembler.

(defconstant table-bits 3)

(locality m-mem)
m-garbage (0)
        (0)
m-zero (0)
m-minus-one (-1)
m-1 (0)
m-2 (0)
m-t (0)

(defmacro push-all (&rest registers)
  "Pushes the registers, the first one first."
  (mapcar (lambda (register) `((pdl-push) ,register)) registers))

(defmacro pop-all (&rest registers)
  (mapcar (lambda (register) `((,register) pdl-pop)) (reverse registers)))

;; A loop around instructions: the label is made from a name that the caller gives.
(defmacro counting-down (register count label &rest body)
  `(((,register) (a-constant ,count))
    ,label
    ,@body
    (jump-greater-than-xct-next ,register (a-constant 1) ,label)
    ((,register) sub ,register (a-constant 1))))

(defun entry (number)
  "The entry of the table for NUMBER: even numbers drop through."
  (if (evenp number) '(p-bit r-bit) '(inhibit-xct-next-bit odd)))

(defmacro parity-table (name)
  (append `((locality d-mem) (start-dispatch ,table-bits) ,name)
          (let ((entries '()))
            (dotimes (number (ash 1 table-bits) (reverse entries))
              (push (entry number) entries)))
          '((end-dispatch) (locality i-mem))))

(parity-table d-parity)

(locality i-mem)
start   ((dp-mode) (a-constant 1))
        (push-all m-1 m-2)
        (counting-down m-1 10. again
          ((m-t) add m-t a-1)
          ((m-2) m+1 m-2))
        (dispatch (byte-field 3 0) m-2 d-parity)
        (pop-all m-1 m-2)
odd     (halt-bit)
        (jump odd)
