;;; Reads block 0 into the second page of memory, writes it to block 5, reads that into the third,
;;; and exits with 0 if the label's first word has come through, with the error otherwise.

main
        (call-xct-next transfer)
       ((m-count) (a-constant disk-command-read))
        ((m-a) (a-constant (plus at-disk disk-block)))
        (call-xct-next write)
       ((m-b) (a-constant 5))
        (call-xct-next transfer)
       ((m-count) (a-constant disk-command-write))
        ((m-a) (a-constant (plus at-disk disk-address)))
        (call-xct-next write)
       ((m-b) (a-constant (plus (ash memory-standard-base-page 10.) 4000)))
        (call-xct-next transfer-at)
       ((m-count) (a-constant disk-command-read))
        ;; The third page is where the console was.
        ((m-a) (a-constant at-console))
        (call-xct-next map-page)
       ((m-b) (a-constant (plus memory-standard-base-page 2)))
        ((vma-start-read) (a-constant at-console))
        (jump-xct-next exit)
       ((m-b) sub md (a-constant #x4b444c52))           ;"RLDK"

;; One block between the disk and the second page of memory, by the command in M-COUNT.
transfer
        ((m-a) (a-constant (plus at-disk disk-address)))
        (call-xct-next write)
       ((m-b) (a-constant (plus (ash memory-standard-base-page 10.) 2000)))
transfer-at
        ((m-a) (a-constant (plus at-disk disk-count)))
        (call-xct-next write)
       ((m-b) (a-constant 1))
        ((m-a) (a-constant (plus at-disk disk-command)))
        (call-xct-next write)
       ((m-b) m-count)
busy
        ((vma-start-read) (a-constant (plus at-disk disk-status)))
        (jump-if-bit-set (byte-field 1 0) md busy)              ;disk-status-busy
        (popj-if-bit-clear (byte-field 1 2) md)                 ;disk-status-error
        ((vma-start-read) (a-constant (plus at-disk disk-error)))
        (jump-xct-next exit)
       ((m-b) md)
