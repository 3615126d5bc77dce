;;; A repeating timer of 7 microseconds interrupts through vector 42 while the processor counts.
;;; Each tick stores the count in memory; after ten the run ends with HALT.

main
        ((rg-mode) (a-constant (plus 1_26. 1_27.)))     ;interrupts on
        ((m-a) (a-constant (plus at-clock clock-interrupt-address)))
        (call-xct-next write)
       ((m-b) (a-constant (plus (ash processor-slot 24.) (ash 42 2))))
        ((m-a) (a-constant (plus at-clock clock-control)))
        (call-xct-next write)
       ((m-b) (a-constant (plus clock-control-interrupt clock-control-repeat)))
        ((m-a) (a-constant (plus at-clock clock-interval)))
        (call-xct-next write)
       ((m-b) (a-constant 7))
        ((m-c) m-zero)                                  ;ticks seen
count
        ((m-count) m+1 m-count)
        (jump-conditional pg-fault-or-interrupt tick)
        (jump count)
tick
        ((m-t) interrupt-pointer)
        (jump-not-equal m-t (a-constant 42) bad)
        ((interrupt-clear) m-zero)
        ((m-a) (a-constant (plus at-clock clock-acknowledge)))
        (call-xct-next write)
       ((m-b) m-minus-one)
        ((m-b) m-count)
        (call-xct-next write)
       ((m-a) add m-c (a-constant at-memory))
        ((m-c) m+1 m-c)
        (jump-less-than m-c (a-constant 10.) count)
        (halt-bit)
        (no-op)
bad
        (jump-xct-next exit)
       ((m-b) m-t)
