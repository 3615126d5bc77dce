;;; Where the test programs have the boards: a virtual page each, mapped one by one.
;;; Assembled before each of them.

(assign-eval at-memory 0)
(assign-eval at-console 400)
(assign-eval at-clock 1000)
(assign-eval at-disk 1400)
(assign-eval at-hostfile 2000)
(assign-eval at-sdu 2400)

(locality m-mem)
m-garbage (0)
m-slot (0)
m-zero (0)
m-minus-one (-1)
m-a (0)                         ;argument: an address
m-b (0)                         ;argument: a word
m-c (0)
m-count (0)
m-t (0)

(locality i-mem)
start
        (call-xct-next map)
       ((m-a) (a-constant at-memory))
        (call-xct-next map-page)
       ((m-b) (a-constant memory-standard-base-page))
        (call-xct-next map)
       ((m-a) (a-constant at-console))
        (call-xct-next map-page)
       ((m-b) (a-constant (ash console-slot 14.)))
        (call-xct-next map)
       ((m-a) (a-constant at-clock))
        (call-xct-next map-page)
       ((m-b) (a-constant (ash clock-slot 14.)))
        (call-xct-next map)
       ((m-a) (a-constant at-disk))
        (call-xct-next map-page)
       ((m-b) (a-constant (ash disk-slot 14.)))
        (call-xct-next map)
       ((m-a) (a-constant at-hostfile))
        (call-xct-next map-page)
       ((m-b) (a-constant (ash hostfile-slot 14.)))
        (call-xct-next map)
       ((m-a) (a-constant at-sdu))
        (call-xct-next map-page)
       ((m-b) (a-constant (ash sdu-slot 14.)))
        (jump main)

;; The level-1 entry of the address in M-A: block 0, valid.
map
        ((md) m-a)
        (popj-after-next (l1-map) m-zero)
       (no-op)

;; The page of the address in M-A is physical page M-B: read and write.
map-page
        ((md) m-a)
        ((l2-map-control) (a-constant 1440))
        (popj-after-next (l2-map-physical-page) m-b)
       (no-op)

;; MD gets the word at M-A.
read
        (popj-after-next (vma-start-read) m-a)
       (no-op)

;; The word at M-A becomes M-B.
write
        ((md) m-b)
        (popj-after-next (vma-start-write) m-a)
       (no-op)

;; Ends the run with status M-B.
exit
        (call-xct-next write)
       ((m-a) (a-constant (plus at-sdu sdu-exit)))
        (halt-bit)
