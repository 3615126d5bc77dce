;;; -*- Mode: Lisp; Base: 8 -*-
;;; Characters: immediate words of type DTP-CHARACTER with a Unicode scalar, 21 bits.

        (misc-inst-entry char-code)
        (call-unless-type dtp-character pdl-top trap)
        (error-table wrong-type pdl-top character)
        (popj-after-next (m-1) q-pointer pdl-top)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

;; NIL for a number that is the code of no character.
        (misc-inst-entry code-char)
        (call-unless-type dtp-fix pdl-top trap)
        (error-table wrong-type pdl-top fixnum)
        ((m-1) q-pointer pdl-top)               ;a negative one is too large
        (jump-greater-than m-1 (a-constant 4177777) answer-false)
        (popj-after-next)
       ((pdl-top) dpb m-1 q-pointer (a-constant (byte-value q-data-type dtp-character)))

        (misc-inst-entry %int-char)
        (call-unless-type dtp-fix pdl-top trap)
        (error-table wrong-type pdl-top fixnum)
        (popj-after-next (m-1) q-pointer pdl-top)
       ((pdl-top) dpb m-1 q-pointer (a-constant (byte-value q-data-type dtp-character)))
