;;; -*- Mode: Lisp; Base: 8 -*-
;;; The main loop of a macroinstruction interpreter with three kinds of instruction.
;;; Shows: decode memory, the macroinstruction stream, misc entries, arg-call, IMOD.
;;; The opcodes of PUSH-ZERO and ADD come from a table of macroinstructions.

(macro-ir-dispatch-spec
  (op macro-ir-op
      ((halt move add)                  ;operations 0, 1, 2
       (dest macro-ir-dest
             ((ignore push return last)
              (register macro-ir-register
                        ((fef fef fef fef constant local arg pdl-pop) nil))))
       (call)                           ;operation 3
       (count macro-ir-dest (nil (register macro-ir-register (nil nil)))))))

(locality m-mem)
m-garbage (0)
        (0)
m-zero (0)
m-minus-one (-1)
m-t (0)
m-1 (0)

(locality a-mem)
a-main-loop ((plus (i-mem-loc main-loop) 1_18.)) ;bit 18: returning here advances the stream
a-locals (0)

(locality i-mem)
        ((location-counter) m-zero)
        ((micro-stack-data-push) a-main-loop)
        (popj)                          ;fetches the first word and goes to MAIN-LOOP

;;; Each handler returns here by way of the address that the slot pushes.
main-loop
        (call-conditional pg-fault-interrupt-or-sequence-break service)
        ((md) md source-to-macro-ir macro-ir-dispatch)
       ((micro-stack-data-push) a-main-loop)
   (error-table illegal-instruction)

service (popj)

illegal (micro-code-illegal-entry-here)
        (halt-bit)
        (jump illegal)

move-local (macro-ir-decode (move push local))
        ((pdl-index) add macro-ir-displacement a-locals)
        (popj-after-next (pdl-push) pdl-index-indirect)
       (no-op)

move-constant (macro-ir-decode (move * (0 1 2 3)))
        ((m-t) macro-ir-displacement)
        (dispatch macro-ir-dest d-destination)
        (popj)

;;; An instruction changed before it runs: rotate M-T by the displacement.
rotate (macro-ir-decode (call 2 *))
        ((m-1) macro-ir-displacement)
        ((oa-reg-low) dpb m-1 oal-byte-position a-zero)
       ((m-t) ldb m-t (byte-field 32. 0))
        (popj)

push-zero (misc-inst-entry push-zero)
        (popj-after-next (pdl-push) (a-constant (byte-value q-data-type dtp-fix)))
       (no-op)

add-fixnums (misc-inst-entry add)
        ((m-1) pdl-pop)
        ((arg-call-xct-next check-fixnum) (i-arg 1))
       ((m-t) add pdl-pop a-1 output-selector-mask-25)
        (popj-after-next (pdl-push) m-t)
       (no-op)

check-fixnum
        (popj)

push-t (popj-after-next (pdl-push) m-t)
       (no-op)

(locality d-mem)
(start-dispatch 2 inhibit-xct-next-bit)
d-destination
        (p-bit r-bit)                   ;ignore: drop through
        (p-bit push-t)
        (p-bit r-bit)
        (p-bit r-bit)
(end-dispatch)
