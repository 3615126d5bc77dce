;;; -*- Mode: Lisp; Base: 8 -*-
;;; Multiplies two unsigned numbers by shifting and adding, in a subroutine.
;;; Shows: calls, a loop that counts with REPEAT, Q, declarations, popj-after-next,
;;; PDL pushes and pops, assign.

(locality m-mem)
m-garbage (0)
        (0)
m-zero (0)
m-minus-one (-1)
m-1 (0)
m-2 (0)
m-t (0)
(register-kind unboxed m-1 m-2 m-t)

(assign push pdl-push)                  ;another name for a place

(locality i-mem)
start
        ((pdl-pointer) m-minus-one)     ;the first push goes to PDL word 0
        ((dp-mode) (a-constant 1))      ;use the PDL buffer
        ((push) (a-constant 12345.))
        ((push) (a-constant 678.))
        (call multiply)
stop
        (halt-bit)
        (jump stop)

;;; Pops two numbers; the low word of their product comes back in M-T.
(declare (args pdl pdl) (values m-t) (clobbers m-1 m-2 q-r))
multiply
        ((q-r) pdl-pop)                 ;multiplier, used up from the right
        ((m-1) pdl-pop)
        ((m-2) m-zero)                  ;partial product, high part
        (repeat 32.
          ((m-2) multiply-step m-2 a-1)) ;one bit each; Q takes the bits that fall out
        (popj-after-next (m-t) q-r)
       (no-op)
