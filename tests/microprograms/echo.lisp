;;; Echoes the console until its input ends, and exits with the number of characters.
;;; Between characters the processor waits.

main
        ((m-count) m-zero)
look    ;; The event count first, so that an event in between ends the wait at once.
        ((vma-start-read) (a-constant (plus at-sdu sdu-event-count)))
        ((m-c) md)
        ((vma-start-read) (a-constant (plus at-console console-status)))
        ((m-t) md)
        (jump-if-bit-set (byte-field 1 0) m-t take)             ;console-status-input
        (jump-if-bit-set (byte-field 1 1) m-t end)              ;console-status-end
        ((m-b) m-c)
        (call-xct-next write)
       ((m-a) (a-constant (plus at-sdu sdu-idle)))
        (jump look)
take
        ((vma-start-read) (a-constant (plus at-console console-data-in)))
        ((m-b) md)
        ((m-count) m+1 m-count)
        (call-xct-next write)
       ((m-a) (a-constant (plus at-console console-data-out)))
        (jump look)
end
        (jump-xct-next exit)
       ((m-b) m-count)
