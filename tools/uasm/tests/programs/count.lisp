;;; -*- Mode: Lisp; Base: 8 -*-
;;; Adds the numbers from 1 to 100. and stops with the sum in M-SUM.
;;; Shows: registers, constants, a loop with a delay slot, stopping.

(locality m-mem)
m-garbage (0)                           ;an instruction without a destination writes M 0
        (0)
m-zero (0)                              ;by convention 2 holds 0 and 3 all ones
m-minus-one (-1)
m-count (0)
m-sum (0)

(locality i-mem)
start
        ((m-count) (a-constant 100.))
        ((m-sum) m-zero)
loop
        ((m-sum) add m-sum a-count)     ;A-COUNT is the other face of M-COUNT
        (jump-greater-than-xct-next m-count (a-constant 1) loop)
       ((m-count) sub m-count (a-constant 1))
done
        (halt-bit)
        (jump done)
