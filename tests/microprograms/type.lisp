;;; Types the file that argument 0 of the request names; exits with the device's error.

main
        ((m-count) m-zero)
path
        ((vma-start-read) (a-constant (plus at-sdu sdu-argument-next)))
        (jump-equal md (a-constant sdu-argument-end) open)
        ((m-b) md)
        (call-xct-next write)
       ((m-a) (a-constant (plus at-hostfile hostfile-byte)))
        (jump-xct-next path)
       ((m-count) m+1 m-count)
open
        ((m-a) (a-constant (plus at-hostfile hostfile-count)))
        (call-xct-next write)
       ((m-b) m-count)
        ((m-a) (a-constant (plus at-hostfile hostfile-flags)))
        (call-xct-next write)
       ((m-b) (a-constant hostfile-open-read))
        (call-xct-next command)
       ((m-b) (a-constant hostfile-command-open))
piece
        ((m-a) (a-constant (plus at-hostfile hostfile-count)))
        (call-xct-next write)
       ((m-b) (a-constant 100.))
        (call-xct-next command)
       ((m-b) (a-constant hostfile-command-read))
        ((vma-start-read) (a-constant (plus at-hostfile hostfile-count)))
        ((m-count) md)
byte
        (jump-equal m-count a-zero piece-done)
        ((vma-start-read) (a-constant (plus at-hostfile hostfile-byte)))
        ((m-b) md)
        (call-xct-next write)
       ((m-a) (a-constant (plus at-console console-data-out)))
        (jump-xct-next byte)
       ((m-count) sub m-count (a-constant 1))
piece-done
        ((vma-start-read) (a-constant (plus at-hostfile hostfile-count)))
        (jump-not-equal md a-zero piece)
        (jump-xct-next exit)
       ((m-b) m-zero)

;; Gives the command in M-B and waits for its end.
command
        ((m-a) (a-constant (plus at-hostfile hostfile-command)))
        (call write)
waiting
        ((vma-start-read) (a-constant (plus at-sdu sdu-event-count)))
        ((m-c) md)
        ((vma-start-read) (a-constant (plus at-hostfile hostfile-status)))
        (jump-if-bit-clear (byte-field 1 0) md done)            ;hostfile-status-busy
        ((m-b) m-c)
        (call-xct-next write)
       ((m-a) (a-constant (plus at-sdu sdu-idle)))
        (jump waiting)
done
        ((vma-start-read) (a-constant (plus at-hostfile hostfile-error)))
        (popj-equal md a-zero)
        (jump-xct-next exit)
       ((m-b) md)
