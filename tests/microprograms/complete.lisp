;;; A listener of sorts: echoes its input, and completes every prefix by "xy" and "xyz".

main
look
        ((vma-start-read) (a-constant (plus at-sdu sdu-event-count)))
        ((m-c) md)
        ((vma-start-read) (a-constant (plus at-console console-status)))
        ((m-t) md)
        (jump-if-bit-set (byte-field 1 6) m-t complete)         ;console-status-complete
        (jump-if-bit-set (byte-field 1 0) m-t take)             ;console-status-input
        (jump-if-bit-set (byte-field 1 1) m-t end)              ;console-status-end
        ((m-b) m-c)
        (call-xct-next write)
       ((m-a) (a-constant (plus at-sdu sdu-idle)))
        (jump look)
take
        ((vma-start-read) (a-constant (plus at-console console-data-in)))
        ((m-b) md)
        (call-xct-next write)
       ((m-a) (a-constant (plus at-console console-data-out)))
        (jump look)
complete
        ;; The prefix is kept in the PDL buffer, from 1 on.
        ((dp-mode) (a-constant 1))
        ((pdl-pointer) m-zero)
prefix
        ((vma-start-read) (a-constant (plus at-console console-complete-in)))
        (jump-equal md (a-constant console-no-input) answer)
        (jump-xct-next prefix)
       ((pdl-push) md)
answer
        (call send-prefix)
        (call-xct-next send)
       ((m-b) (a-constant #\x))
        (call-xct-next send)
       ((m-b) (a-constant #\y))
        (call-xct-next send)
       ((m-b) (a-constant 10.))
        (call send-prefix)
        (call-xct-next send)
       ((m-b) (a-constant #\x))
        (call-xct-next send)
       ((m-b) (a-constant #\y))
        (call-xct-next send)
       ((m-b) (a-constant #\z))
        (call-xct-next send)
       ((m-b) (a-constant 10.))
        (call-xct-next send)
       ((m-b) m-zero)
        (jump look)
send-prefix
        ((m-count) pdl-pointer)
        ((pdl-index) m-zero)
send-next
        (popj-equal m-count a-zero)
        ((pdl-index) m+1 pdl-index)
        ((m-b) pdl-index-indirect)
        (call send)
        (jump-xct-next send-next)
       ((m-count) sub m-count (a-constant 1))
send
        (jump-xct-next write)
       ((m-a) (a-constant (plus at-console console-complete-out)))
end
        (jump-xct-next exit)
       ((m-b) m-zero)
