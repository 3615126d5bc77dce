;;; Hash tables: EQ, EQL, EQUAL and EQUALP.
;;;
;;; Entries stand in the order in which they were put in, in two vectors (keys, values);
;;; a third chains entries of one bucket; buckets hold the first of each chain. So MAPHASH
;;; and printing depend on nothing but the history of the table. A removed entry keeps its
;;; place, with a marker as its key, until the table is rehashed. A table with a key that
;;; hashes by address is rehashed when a collection has moved things (si:%gc-count).

(in-package :si)

(defvar *deleted-entry* '("deleted") "key of a removed entry")

(defstruct (hash-table (:constructor %make-hash-table) (:copier nil) (:predicate hash-table-p))
  test            ; the name of the test
  hasher          ; function of a key: hash, and whether it depends on the address
  tester          ; function of two keys, or NIL for EQ
  keys values
  chain           ; index of the next entry of the same bucket, or -1
  buckets         ; index of the first entry, or -1
  (used 0)        ; entries, removed ones included
  (count 0)
  (by-address nil)
  (gc-count 0)
  rehash-size rehash-threshold weak)

(defun make-hash-table (&key (test 'eql) (size 14) (rehash-size 1.5) (rehash-threshold 1.0)
                          weakness)
  (when weakness
    (error "Weak hash tables are not provided"))
  (let ((table (%make-hash-table :rehash-size rehash-size :rehash-threshold rehash-threshold)))
    (multiple-value-bind (name hasher tester)
        (cond ((or (eq test 'eql) (eq test #'eql)) (values 'eql #'eql-hash #'eql))
              ((or (eq test 'eq) (eq test #'eq)) (values 'eq #'eq-hash nil))
              ((or (eq test 'equal) (eq test #'equal)) (values 'equal #'equal-hash #'equal))
              ((or (eq test 'equalp) (eq test #'equalp)) (values 'equalp #'equalp-hash #'equalp))
              (t (error "~s is no test of a hash table" test)))
      (setf (hash-table-test table) name
            (hash-table-hasher table) hasher
            (hash-table-tester table) tester))
    (allocate-entries table (max 6 (check-index size)))
    table))

(defun allocate-entries (table capacity)
  (let ((buckets 8))
    (do () ((>= buckets capacity)) (setq buckets (* buckets 2)))
    (setf (hash-table-keys table) (%make-simple-array 7 capacity)
          (hash-table-values table) (%make-simple-array 7 capacity)
          (hash-table-chain table) (%make-simple-array 7 capacity)
          (hash-table-buckets table) (fill (%make-simple-array 7 buckets) -1)
          (hash-table-used table) 0
          (hash-table-count table) 0
          (hash-table-by-address table) nil
          (hash-table-gc-count table) (%gc-count))))

(defun enter-entry (table key value)
  "Puts an entry that is not there at the end; there is room for it."
  (multiple-value-bind (hash by-address) (funcall (hash-table-hasher table) key)
    (let* ((buckets (hash-table-buckets table))
           (b (logand hash (1- (length buckets))))
           (i (hash-table-used table)))
      (when by-address (setf (hash-table-by-address table) t))
      (setf (svref (hash-table-keys table) i) key
            (svref (hash-table-values table) i) value
            (svref (hash-table-chain table) i) (svref buckets b)
            (svref buckets b) i
            (hash-table-used table) (1+ i)
            (hash-table-count table) (1+ (hash-table-count table))))))

(defun rehash (table capacity)
  "Enters all entries anew. Again, when a collection has come between."
  (let ((keys (hash-table-keys table)) (values (hash-table-values table))
        (used (hash-table-used table)))
    (do () (nil)
      (allocate-entries table capacity)
      (let ((gc-count (%gc-count)))
        (dotimes (i used)
          (let ((key (svref keys i)))
            (unless (eq key *deleted-entry*)
              (enter-entry table key (svref values i)))))
        (setf (hash-table-gc-count table) gc-count)
        (when (or (not (hash-table-by-address table)) (eql gc-count (%gc-count)))
          (return table))))))

(defun check-addresses (table)
  (when (and (hash-table-by-address table)
             (not (eql (hash-table-gc-count table) (%gc-count))))
    (rehash table (length (hash-table-keys table)))))

(defun find-entry (table key)
  "Index of the entry of KEY, or -1."
  (do () (nil)
    (check-addresses table)
    (let* ((gc-count (%gc-count))
           (hash (funcall (hash-table-hasher table) key))
           (buckets (hash-table-buckets table))
           (i (svref buckets (logand hash (1- (length buckets)))))
           (keys (hash-table-keys table)) (chain (hash-table-chain table))
           (tester (hash-table-tester table)))
      (do () ((or (eql i -1)
                  (let ((k (svref keys i)))
                    (or (eq k key)
                        (and tester (not (eq k *deleted-entry*)) (funcall tester k key))))))
        (setq i (svref chain i)))
      ;; A miss counts only if nothing moved while we looked.
      (when (or (not (eql i -1)) (eql gc-count (%gc-count))
                (not (hash-table-by-address table)))
        (return i)))))

(defun check-table (x)
  (if (hash-table-p x) x (wrong-type-argument x 'hash-table)))

(defun gethash (key table &optional default)
  (let ((i (find-entry (check-table table) key)))
    (if (eql i -1)
        (values default nil)
        (values (svref (hash-table-values table) i) t))))

(defun %puthash (new key table &optional default)
  (declare (ignore default))
  (let ((i (find-entry (check-table table) key)))
    (if (eql i -1)
        (let ((capacity (length (hash-table-keys table))))
          (when (eql (hash-table-used table) capacity)
            (rehash table (if (< (* 4 (hash-table-count table)) (* 3 capacity))
                              capacity
                              (* 2 capacity))))
          (enter-entry table key new)
          new)
        (setf (svref (hash-table-values table) i) new))))

(defun remhash (key table)
  (let ((i (find-entry (check-table table) key)))
    (if (eql i -1)
        nil
        (progn
          (setf (svref (hash-table-keys table) i) *deleted-entry*
                (svref (hash-table-values table) i) nil
                (hash-table-count table) (1- (hash-table-count table)))
          t))))

(defun clrhash (table)
  (allocate-entries (check-table table) 14)
  table)

(defun maphash (function table)
  (let ((keys (hash-table-keys (check-table table))) (values (hash-table-values table)))
    (dotimes (i (hash-table-used table) nil)
      (let ((key (svref keys i)))
        (unless (eq key *deleted-entry*)
          (funcall function key (svref values i)))))))

(defun hash-table-size (table)
  (length (hash-table-keys (check-table table))))

(defun hash-table-iterator-state (tables)
  "A box for WITH-HASH-TABLE-ITERATOR: a position, and for each table (keys values . used),
so that a rehash in the middle changes nothing."
  (cons 0 (mapcar (lambda (table)
                    (list* (hash-table-keys table) (hash-table-values table)
                           (hash-table-used table)))
                  (if (listp tables) tables (list tables)))))

(defun hash-table-iterator-next (state)
  (do () ((null (cdr state)) nil)
    (let* ((entry (cadr state)) (keys (car entry)) (i (car state)))
      (do () ((or (>= i (cddr entry)) (not (eq (svref keys i) *deleted-entry*))))
        (setq i (1+ i)))
      (when (< i (cddr entry))
        (rplaca state (1+ i))
        (return (values t (svref keys i) (svref (cadr entry) i))))
      (rplaca state 0)
      (rplacd state (cddr state)))))

(defun hash-tables-equalp (a b)
  (and (eq (hash-table-test a) (hash-table-test b))
       (eql (hash-table-count a) (hash-table-count b))
       (block compare
         (maphash (lambda (key value)
                    (multiple-value-bind (other found) (gethash key b)
                      (unless (and found (equalp value other))
                        (return-from compare nil))))
                  a)
         t)))
