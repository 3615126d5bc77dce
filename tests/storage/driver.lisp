;;; What the tests of storage call besides the microcode itself.

test-start
        ((dp-mode) (m-constant 1))
        (call initialize-map)
        (call restore-band)
        ((m-1) (a-constant stacks-origin))
        ((a-stack-base) m-1)
        ((a-pdl-bottom) m-1)
        ((pdl-pointer) sub m-1 (a-constant 1))
        ((m-1) (a-constant (plus stacks-origin 1000000)))
        ((a-bindings-base) m-1)
        ((a-bindings) m-1)
        (call initialize-storage)
test-done
        (halt-lambda no-op)

test-load
        ;; M-1: address -> M-T.
        ((vma-start-read) m-1)
        (check-page-read)
        (transport-word)
        ((m-t) md)
        (popj)

test-store
        ;; M-T at M-1.
        ((md) m-t)
        (store vma-start-write m-1)
        (popj)

test-list
        ;; The M-2 words on top of the stack, a cdr-coded list, to M-T.
        (call-xct-next allocate-cells)
       ((m-1) m-2)
        ((m-1) add m-t a-2)
        ((m-3) (a-constant (byte-value q-cdr-code cdr-nil)))
test-list-cell
        ((m-1) sub m-1 (a-constant 1))
        ((md) ior pdl-pop a-3)
        ((vma-start-write) m-1)
        (check-page-write)
        ((m-2) sub m-2 (a-constant 1))
        (jump-greater-than-xct-next m-2 a-zero test-list-cell)
       ((m-3) m-zero)
        (popj)

test-replace-cdr
        ;; The cell M-A, not a full pair, becomes (car . M-B).
        (call-xct-next allocate-cells)
       ((m-1) (a-constant 2))
        ((vma-start-read) m-a)
        (check-page-read)
        (transport-word)
        ((m-3) q-typed-pointer md)
        ((md) ior m-3 (a-constant (byte-value q-cdr-code cdr-normal)))
        ((vma-start-write) m-t)
        (check-page-write)
        ((md) ior m-b (a-constant (byte-value q-cdr-code cdr-error)))
        ((vma-start-write) m+1 m-t)
        (check-page-write)
        ((vma-start-read) m-a)
        (check-page-read)
        ((m-1) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-rplacd-forward)))
        ((md) selective-deposit md q-all-but-typed-pointer a-1)
        (store vma-start-write m-a)
        (popj)

test-vector
        ;; M-2 words of NIL in a simple vector, to M-T.
        (call-xct-next allocate-structure)
       ((m-1) m+1 m-2)
        ((m-3) (a-constant (plus (byte-value q-data-type dtp-array-header)
                                 (byte-value array-header-type art-q)
                                 (byte-value array-header-simple 1))))
        ((m-t) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-array-pointer)))
        ((m-1) m-t)
        (jump-less-than-xct-next m-2 (a-constant 1_18.) test-vector-header)
       ((md) dpb m-2 array-header-length a-3)
        (illop "too long")
test-vector-header
        ((vma-start-write) m-1)
        (check-page-write)
        ((md) a-v-nil)
test-vector-word
        (popj-equal m-2 a-zero)
        ((m-1) m+1 m-1)
        ((vma-start-write) m-1)
        (check-page-write)
        (jump-xct-next test-vector-word)
       ((m-2) sub m-2 (a-constant 1))

test-string
        ;; M-2 bytes that look like pointers in a string, to M-T.
        ((m-1) add m-2 (a-constant 7))
        (call-xct-next allocate-structure)
       ((m-1) ldb (byte-field 30. 2) m-1 a-zero)
        ((m-3) (a-constant (plus (byte-value q-data-type dtp-array-header)
                                 (byte-value array-header-type art-string)
                                 (byte-value array-header-simple 1))))
        ((m-t) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-array-pointer)))
        ((m-1) m-t)
        ((md) dpb m-2 array-header-length a-3)
        ((vma-start-write) m-1)
        (check-page-write)
        ((m-2) add m-2 (a-constant 3))
        ((m-2) ldb (byte-field 30. 2) m-2 a-zero)
        ((md) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-list)))
        (jump test-vector-word)

test-store-raw
        ((md) m-t)
        (store-unboxed vma-start-write m-1)
        (popj)

test-garbage
        ;; M-2 conses that nobody keeps.
        ((pdl-push) a-v-nil)
        ((pdl-push) a-v-nil)
        (call x-cons)
        ((m-garbage) pdl-pop)
        ((m-2) sub m-2 (a-constant 1))
        (jump-greater-than m-2 a-zero test-garbage)
        (popj)

test-grow
        ;; M-2 conses in front of the list on the stack.
        ((m-t) pdl-pop)
        ((pdl-push) a-v-nil)
        ((pdl-push) m-t)
        (call x-cons)
        ((m-2) sub m-2 (a-constant 1))
        (jump-greater-than m-2 a-zero test-grow)
        (popj)
