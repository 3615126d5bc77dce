;;; Sequences: finding, counting, removing, substituting, comparing.
;;;
;;; Each family has one worker that takes a predicate of one element; the functions with an
;;; item make a matcher of it, the -if-not ones a complement.

(in-package :si)

;;; Finding

(defun position-worker (predicate sequence key from-end start end)
  "Position and element of the first (or last) match, or NIL."
  (let ((end (check-bounds sequence start end)))
    (if (and from-end (vectorp sequence))
        (do ((i (1- end) (1- i))) ((< i start) (values nil nil))
          (let ((x (aref sequence i)))
            (when (funcall predicate (if key (funcall key x) x))
              (return (values i x)))))
        (let ((position nil) (element nil))
          (block search
            (%do-elements (x i sequence start end)
              (when (funcall predicate (if key (funcall key x) x))
                (setq position i element x)
                (unless from-end (return-from search nil)))))
          (values position element)))))

(defun find (item sequence &key from-end (start 0) end key test test-not)
  (if (and (listp sequence) (eql start 0) (null end) (null from-end)
           (plain-test-p test test-not key))
      (car (member-eql item sequence))
      (values (nth-value 1 (position-worker (matcher item test test-not)
                                            sequence key from-end start end)))))

(defun find-if (predicate sequence &key from-end (start 0) end key)
  (values (nth-value 1 (position-worker predicate sequence key from-end start end))))

(defun find-if-not (predicate sequence &key from-end (start 0) end key)
  (values (nth-value 1 (position-worker (complement predicate)
                                        sequence key from-end start end))))

(defun position (item sequence &key from-end (start 0) end key test test-not)
  (if (and (characterp item) (simple-string-p sequence) (null from-end)
           (plain-test-p test test-not key))
      (let ((end (check-bounds sequence start end)))
        (%string-search-char sequence item start end))
      (values (position-worker (matcher item test test-not) sequence key from-end start end))))

(defun position-if (predicate sequence &key from-end (start 0) end key)
  (values (position-worker predicate sequence key from-end start end)))

(defun position-if-not (predicate sequence &key from-end (start 0) end key)
  (values (position-worker (complement predicate) sequence key from-end start end)))

(defun count-if (predicate sequence &key from-end (start 0) end key)
  (let ((end (check-bounds sequence start end)) (count 0))
    (if from-end
        (let ((vector (if (listp sequence) (coerce-sequence sequence 'vector) sequence)))
          (do ((i (1- end) (1- i))) ((< i start))
            (let ((x (aref vector i)))
              (when (funcall predicate (if key (funcall key x) x))
                (setq count (1+ count))))))
        (%do-elements (x i sequence start end)
          (when (funcall predicate (if key (funcall key x) x))
            (setq count (1+ count)))))
    count))

(defun count (item sequence &key from-end (start 0) end key test test-not)
  (count-if (matcher item test test-not) sequence
            :from-end from-end :start start :end end :key key))

(defun count-if-not (predicate sequence &key from-end (start 0) end key)
  (count-if (complement predicate) sequence
            :from-end from-end :start start :end end :key key))

;;; Removing

(defun limited-count (count)
  (cond ((null count) nil)
        ((minusp count) 0)
        (t count)))

(defun first-to-take (predicate sequence key start end count)
  "How many matches a limited operation from the end passes over."
  (let ((matches (count-if predicate sequence :key key :start start :end end)))
    (max 0 (- matches count))))

(defun remove-worker (predicate sequence key from-end start end count)
  (let* ((end (check-bounds sequence start end)) (count (limited-count count))
         (skip (if (and from-end count)
                   (first-to-take predicate sequence key start end count)
                   0))
         (removed 0))
    (flet ((gone-p (x i)
             (and (>= i start) (< i end)
                  (or (null count) (< removed count))
                  (funcall predicate (if key (funcall key x) x))
                  (if (> skip 0)
                      (progn (setq skip (1- skip)) nil)
                      (progn (setq removed (1+ removed)) t)))))
      (if (listp sequence)
          (let* ((head (cons nil nil)) (tail head) (i 0))
            (do ((l sequence (cdr l)))
                ((or (endp l) (>= i end))
                 (%set-cdr (if (zerop removed) l l) tail)
                 (if (zerop removed) sequence (cdr head)))
              (unless (gone-p (car l) i)
                (setq tail (%set-cdr (cons (car l) nil) tail)))
              (setq i (1+ i))))
          (let ((kept nil) (n 0))
            (dotimes (i (length sequence))
              (let ((x (aref sequence i)))
                (unless (gone-p x i)
                  (setq kept (cons x kept) n (1+ n)))))
            (if (zerop removed)
                sequence
                (let ((new (array-like sequence n)))
                  (do ((i (1- n) (1- i))) ((minusp i) new)
                    (setf (aref new i) (car kept))
                    (setq kept (cdr kept))))))))))

(defun remove (item sequence &key from-end (start 0) end key test test-not count)
  (remove-worker (matcher item test test-not) sequence key from-end start end count))

(defun remove-if (predicate sequence &key from-end (start 0) end key count)
  (remove-worker predicate sequence key from-end start end count))

(defun remove-if-not (predicate sequence &key from-end (start 0) end key count)
  (remove-worker (complement predicate) sequence key from-end start end count))

(defun delete-worker (predicate sequence key from-end start end count)
  "Like REMOVE-WORKER; uses the conses of a list again."
  (if (and (listp sequence) (null from-end))
      (let* ((end (check-bounds sequence start end)) (count (limited-count count))
             (head (cons nil sequence)) (previous head) (i 0))
        (do ((l sequence (cdr l)))
            ((or (endp l) (>= i end) (and count (zerop count))) (cdr head))
          (if (and (>= i start) (funcall predicate (if key (funcall key (car l)) (car l))))
              (progn (rplacd previous (cdr l))
                     (when count (setq count (1- count))))
              (setq previous l))
          (setq i (1+ i))))
      (remove-worker predicate sequence key from-end start end count)))

(defun delete (item sequence &key from-end (start 0) end key test test-not count)
  (delete-worker (matcher item test test-not) sequence key from-end start end count))

(defun delete-if (predicate sequence &key from-end (start 0) end key count)
  (delete-worker predicate sequence key from-end start end count))

(defun delete-if-not (predicate sequence &key from-end (start 0) end key count)
  (delete-worker (complement predicate) sequence key from-end start end count))

(defun remove-duplicates (sequence &key from-end test test-not (start 0) end key)
  (let* ((end (check-bounds sequence start end))
         (vector (if (listp sequence) (coerce-sequence sequence 'vector) sequence))
         (kept nil) (n 0))
    (flet ((same (a b)
             (let ((a (if key (funcall key a) a)) (b (if key (funcall key b) b)))
               (cond (test-not (not (funcall test-not a b)))
                     (test (funcall test a b))
                     (t (eql a b))))))
      (dotimes (i (length vector))
        (let ((x (aref vector i)))
          (unless (and (<= start i) (< i end)
                       (if from-end
                           (do ((j start (1+ j))) ((>= j i) nil)
                             (when (same (aref vector j) x) (return t)))
                           (do ((j (1+ i) (1+ j))) ((>= j end) nil)
                             (when (same x (aref vector j)) (return t)))))
            (setq kept (cons x kept) n (1+ n)))))
      (setq kept (nreverse kept))
      (if (listp sequence) kept (replace (array-like sequence n) kept)))))

(defun delete-duplicates (sequence &key from-end test test-not (start 0) end key)
  (remove-duplicates sequence :from-end from-end :test test :test-not test-not
                              :start start :end end :key key))

;;; Substituting

(defun substitute-worker (new predicate sequence key from-end start end count in-place)
  (let* ((end (check-bounds sequence start end)) (count (limited-count count))
         (skip (if (and from-end count)
                   (first-to-take predicate sequence key start end count)
                   0))
         (result (if in-place sequence (copy-seq sequence))) (done 0))
    (flet ((replace-p (x)
             (and (or (null count) (< done count))
                  (funcall predicate (if key (funcall key x) x))
                  (if (> skip 0)
                      (progn (setq skip (1- skip)) nil)
                      (progn (setq done (1+ done)) t)))))
      (if (listp result)
          (do ((l (nthcdr start result) (cdr l)) (i start (1+ i))) ((>= i end))
            (when (replace-p (car l)) (rplaca l new)))
          (do ((i start (1+ i))) ((>= i end))
            (when (replace-p (aref result i)) (setf (aref result i) new)))))
    result))

(defun substitute (new old sequence &key from-end test test-not (start 0) end key count)
  (substitute-worker new (matcher old test test-not) sequence key from-end start end count nil))

(defun substitute-if (new predicate sequence &key from-end (start 0) end key count)
  (substitute-worker new predicate sequence key from-end start end count nil))

(defun substitute-if-not (new predicate sequence &key from-end (start 0) end key count)
  (substitute-worker new (complement predicate) sequence key from-end start end count nil))

(defun nsubstitute (new old sequence &key from-end test test-not (start 0) end key count)
  (substitute-worker new (matcher old test test-not) sequence key from-end start end count t))

(defun nsubstitute-if (new predicate sequence &key from-end (start 0) end key count)
  (substitute-worker new predicate sequence key from-end start end count t))

(defun nsubstitute-if-not (new predicate sequence &key from-end (start 0) end key count)
  (substitute-worker new (complement predicate) sequence key from-end start end count t))

;;; Comparing

(defun two-argument-test (test test-not key)
  (let ((base (cond (test-not (lambda (a b) (not (funcall test-not a b))))
                    (test test)
                    (t #'eql))))
    (if key
        (lambda (a b) (funcall base (funcall key a) (funcall key b)))
        base)))

(defun mismatch (a b &key from-end test test-not key (start1 0) (start2 0) end1 end2)
  (let* ((end1 (check-bounds a start1 end1)) (end2 (check-bounds b start2 end2))
         (test (two-argument-test test test-not key))
         (a (if (listp a) (coerce-sequence a 'vector) a))
         (b (if (listp b) (coerce-sequence b 'vector) b)))
    (if from-end
        (do ((i (1- end1) (1- i)) (j (1- end2) (1- j)))
            ((or (< i start1) (< j start2))
             (if (and (< i start1) (< j start2)) nil (1+ i)))
          (unless (funcall test (aref a i) (aref b j)) (return (1+ i))))
        (do ((i start1 (1+ i)) (j start2 (1+ j)))
            ((or (>= i end1) (>= j end2))
             (if (and (>= i end1) (>= j end2)) nil i))
          (unless (funcall test (aref a i) (aref b j)) (return i))))))

(defun search (a b &key from-end test test-not key (start1 0) (start2 0) end1 end2)
  (let* ((end1 (check-bounds a start1 end1)) (end2 (check-bounds b start2 end2))
         (test (two-argument-test test test-not key))
         (a (if (listp a) (coerce-sequence a 'vector) a))
         (b (if (listp b) (coerce-sequence b 'vector) b))
         (n (- end1 start1)) (last (- end2 n)) (found nil))
    (flet ((match-p (at)
             (do ((i start1 (1+ i)) (j at (1+ j))) ((>= i end1) t)
               (unless (funcall test (aref a i) (aref b j)) (return nil)))))
      (if from-end
          (do ((at last (1- at))) ((or found (< at start2)))
            (when (match-p at) (setq found at)))
          (do ((at start2 (1+ at))) ((or found (> at last)))
            (when (match-p at) (setq found at)))))
    found))
