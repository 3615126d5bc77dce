;;; Sequences: access, copying, filling, mapping, reducing, and putting together.
;;;
;;; %do-elements is the one loop over part of a list or a vector; its body is compiled once
;;; for each kind.

(in-package :si)

(defmacro %do-elements ((variable index sequence start end) &body body)
  "BODY for each element from START below END, with INDEX its position."
  (let ((tail (gensym "TAIL")) (list (gensym "SEQUENCE")) (limit (gensym "LIMIT")))
    `(let ((,list ,sequence) (,limit ,end) (,index ,start))
       (if (listp ,list)
           (do ((,tail (nthcdr ,index ,list) (cdr ,tail)))
               ((>= ,index ,limit))
             (let ((,variable (car ,tail))) ,@body)
             (setq ,index (1+ ,index)))
           (do () ((>= ,index ,limit))
             (let ((,variable (aref ,list ,index))) ,@body)
             (setq ,index (1+ ,index)))))))

(defun %length (sequence)
  "LENGTH of what the instruction leaves: vectors with fill pointers, wrong operands."
  (cond ((null sequence) 0)
        ((consp sequence)
         (do ((n 0 (1+ n)) (l sequence (cdr l))) ((atom l)
                                                  (if l (wrong-type-argument sequence 'sequence) n))))
        ((vectorp sequence) (if (%array-simple-p sequence)
                                (%simple-length sequence)
                                (vector-length sequence)))
        (t (wrong-type-argument sequence 'sequence))))

(defun check-bounds (sequence start end)
  "END as an index of SEQUENCE, after a check of both bounds."
  (let* ((length (length sequence)) (limit (if end end length)))
    (unless (and (fixnump limit) (<= 0 limit length))
      (bounding-index-error sequence start end))
    (unless (and (fixnump start) (<= 0 start limit))
      (bounding-index-error sequence start end))
    limit))

(defun elt (sequence index)
  (if (listp sequence)
      (let ((tail (if (and (fixnump index) (>= index 0)) (nthcdr index sequence) nil)))
        (if (consp tail) (car tail) (index-error index sequence)))
      (progn
        (unless (and (fixnump index) (< -1 index (length sequence)))
          (index-error index sequence))
        (aref sequence index))))

(defun %set-elt (new sequence index)
  (if (listp sequence)
      (let ((tail (if (and (fixnump index) (>= index 0)) (nthcdr index sequence) nil)))
        (if (consp tail) (%set-car new tail) (index-error index sequence)))
      (progn
        (unless (and (fixnump index) (< -1 index (length sequence)))
          (index-error index sequence))
        (%aset-1 new sequence index))))

;;; Making sequences of a given type

(defun array-like (vector length)
  "A simple vector of LENGTH with the element type of VECTOR."
  (%make-simple-array (%array-type vector) length))

(defun sequence-like (sequence length)
  (if (listp sequence) (make-list length) (array-like sequence length)))

(defun sequence-type-code (type)
  "LIST, or the array type code, that sequences of TYPE are made of; second value: the
length that TYPE asks for, or NIL."
  (let* ((type (expand-type type))
         (name (if (consp type) (car type) type))
         (arguments (if (consp type) (cdr type) nil)))
    (flet ((size (x) (cond ((fixnump x) x)
                           ((and (consp x) (null (cdr x)) (fixnump (car x))) (car x))
                           (t nil))))
      (case name
        ((list cons) 'list)
        ((null) (values 'list 0))
        ((sequence) (wrong-type-argument type 'concrete-sequence-type))
        ((vector)
         (values (if (or (null arguments) (eq (car arguments) '*))
                     7
                     (array-type-code (car arguments)))
                 (size (cadr arguments))))
        ((array simple-array)
         (values (if (or (null arguments) (eq (car arguments) '*))
                     7
                     (array-type-code (car arguments)))
                 (size (cadr arguments))))
        ((simple-vector) (values 7 (size (car arguments))))
        ((string simple-string) (values 10 (size (car arguments))))
        ((base-string simple-base-string) (values 9 (size (car arguments))))
        ((bit-vector simple-bit-vector) (values 1 (size (car arguments))))
        ((or) (sequence-type-code (car arguments)))
        ((and) (sequence-type-code (car arguments)))
        (t (error 'simple-type-error
                  :datum type :expected-type 'sequence-type
                  :format-control "~s is not a type of sequences"
                  :format-arguments (list type)))))))

(defun make-sequence-of-type (type length)
  (multiple-value-bind (code wanted) (sequence-type-code type)
    (when (and wanted (not (eql wanted length)))
      (error 'simple-type-error
             :datum length :expected-type type
             :format-control "A sequence of type ~s cannot have ~d elements"
             :format-arguments (list type length)))
    (if (eq code 'list) (make-list length) (%make-simple-array code length))))

(defun make-sequence (type size &key (initial-element nil given))
  (let ((new (make-sequence-of-type type (check-index size))))
    (if given (fill new initial-element) new)))

(defun copy-seq (sequence)
  (if (listp sequence)
      (copy-list sequence)
      (subseq sequence 0)))

(defun subseq (sequence start &optional end)
  (let ((end (check-bounds sequence start end)))
    (if (listp sequence)
        (list-head (nthcdr start sequence) (- end start))
        (let ((new (array-like sequence (- end start))))
          (copy-vector-part sequence start new 0 (- end start))
          new))))

(defun copy-vector-part (from i to j n)
  "Copies N elements between vectors, as a block where they are alike; overlapping right."
  (multiple-value-bind (from-data from-offset) (vector-data from)
    (multiple-value-bind (to-data to-offset) (vector-data to)
      (let ((i (+ i from-offset)) (j (+ j to-offset)))
        (cond
          ((eql (%array-type from-data) (%array-type to-data))
           (%copy-elements from-data i to-data j n))
          ((and (eq from-data to-data) (< i j))
           (do ((k (1- n) (1- k))) ((minusp k))
             (%aset-1 (%aref-1 from-data (+ i k)) to-data (+ j k))))
          (t
           (dotimes (k n)
             (%aset-1 (%aref-1 from-data (+ i k)) to-data (+ j k)))))))))

(defun fill (sequence item &key (start 0) end)
  (let ((end (check-bounds sequence start end)))
    (if (listp sequence)
        (do ((l (nthcdr start sequence) (cdr l)) (i start (1+ i))) ((>= i end))
          (rplaca l item))
        (multiple-value-bind (data offset) (vector-data sequence)
          (when (< start end)
            ;; The first store checks that the array can hold the item.
            (%aset-1 item data (+ start offset))
            (%fill-elements data (+ start offset) (- end start) item))))
    sequence))

(defun replace (to from &key (start1 0) end1 (start2 0) end2)
  (let* ((end1 (check-bounds to start1 end1)) (end2 (check-bounds from start2 end2))
         (n (min (- end1 start1) (- end2 start2))))
    (cond
      ((and (listp to) (listp from))
       (let ((source (if (eq to from) (list-head (nthcdr start2 from) n) (nthcdr start2 from))))
         (do ((l (nthcdr start1 to) (cdr l)) (s source (cdr s)) (i 0 (1+ i))) ((>= i n))
           (rplaca l (car s)))))
      ((listp to)
       (do ((l (nthcdr start1 to) (cdr l)) (i 0 (1+ i))) ((>= i n))
         (rplaca l (aref from (+ start2 i)))))
      ((listp from)
       (do ((l (nthcdr start2 from) (cdr l)) (i 0 (1+ i))) ((>= i n))
         (setf (aref to (+ start1 i)) (car l))))
      (t (copy-vector-part from start2 to start1 n)))
    to))

(defun reverse (sequence)
  (if (listp sequence)
      (let ((result nil))
        (do ((l sequence (cdr l))) ((endp l) result)
          (setq result (cons (car l) result))))
      (let* ((n (length sequence)) (new (array-like sequence n)))
        (dotimes (i n new)
          (setf (aref new (- n i 1)) (aref sequence i))))))

(defun nreverse (sequence)
  (if (listp sequence)
      (let ((result nil))
        (do ((l sequence)) ((endp l) result)
          (let ((next (cdr l)))
            (rplacd l result)
            (setq result l l next))))
      (let ((n (length sequence)))
        (do ((i 0 (1+ i)) (j (1- n) (1- j))) ((>= i j) sequence)
          (let ((x (aref sequence i)))
            (setf (aref sequence i) (aref sequence j)
                  (aref sequence j) x))))))

(defun concatenate (type &rest sequences)
  (let ((total 0))
    (dolist (s sequences) (setq total (+ total (length s))))
    (let ((code (sequence-type-code type)))
      (if (eq code 'list)
          (let* ((head (cons nil nil)) (tail head))
            (make-sequence-of-type type (if (eq type 'null) total 0))
            (dolist (s sequences (cdr head))
              (%do-elements (x i s 0 (length s))
                (setq tail (%set-cdr (cons x nil) tail)))))
          (let ((new (make-sequence-of-type type total)) (j 0))
            (dolist (s sequences new)
              (let ((n (length s)))
                (if (listp s)
                    (do ((l s (cdr l)) (k j (1+ k))) ((null l))
                      (setf (aref new k) (car l)))
                    (copy-vector-part s 0 new j n))
                (setq j (+ j n)))))))))

(defun coerce-sequence (sequence type)
  "SEQUENCE as a sequence of TYPE."
  (let ((code (sequence-type-code type)))
    (cond ((eq code 'list) (if (listp sequence) sequence (concatenate 'list sequence)))
          (t (concatenate type sequence)))))

;;; Mapping

(defun cursor (sequence)
  "A box for walking over SEQUENCE: the rest of a list, or (index . length) of a vector."
  (if (listp sequence) (list sequence sequence) (list* sequence 0 (length sequence))))

(defun cursor-end-p (cursor)
  (if (listp (car cursor))
      (endp (cadr cursor))
      (>= (cadr cursor) (cddr cursor))))

(defun cursor-next (cursor)
  (if (listp (car cursor))
      (let ((tail (cadr cursor)))
        (rplaca (cdr cursor) (cdr tail))
        (car tail))
      (let ((i (cadr cursor)))
        (rplaca (cdr cursor) (1+ i))
        (aref (car cursor) i))))

(defun for-each (function sequences)
  "Calls FUNCTION on corresponding elements until it returns true; that value."
  (if (null (cdr sequences))
      (let ((s (car sequences)))
        (if (listp s)
            (do ((l s (cdr l))) ((endp l) nil)
              (let ((v (funcall function (car l)))) (when v (return v))))
            (let ((n (length s)))
              (do ((i 0 (1+ i))) ((>= i n) nil)
                (let ((v (funcall function (aref s i)))) (when v (return v)))))))
      (let ((cursors (mapcar #'cursor sequences)))
        (do () ((some #'cursor-end-p cursors) nil)
          (let ((v (apply function (mapcar #'cursor-next cursors))))
            (when v (return v)))))))

(defun map (type function sequence &rest more)
  (let ((sequences (cons sequence more)))
    (if (null type)
        (progn (for-each (lambda (&rest xs) (apply function xs) nil) sequences) nil)
        (let ((results nil) (count 0))
          (for-each (lambda (&rest xs)
                      (setq results (cons (apply function xs) results) count (1+ count))
                      nil)
                    sequences)
          (if (eq (sequence-type-code type) 'list)
              (progn (make-sequence-of-type type (if (eq type 'null) count 0))
                     (nreverse results))
              (let ((new (make-sequence-of-type type count)))
                (do ((i (1- count) (1- i))) ((minusp i) new)
                  (setf (aref new i) (car results))
                  (setq results (cdr results)))))))))

(defun map-into (result function &rest sequences)
  (let* ((limit (if (and (vectorp result) (array-has-fill-pointer-p result))
                    (array-dimension result 0)
                    (length result)))
         (n (reduce #'min (mapcar #'length sequences) :initial-value limit))
         (cursors (mapcar #'cursor sequences)))
    (when (and (vectorp result) (array-has-fill-pointer-p result))
      (setf (fill-pointer result) n))
    (if (listp result)
        (do ((l result (cdr l)) (i 0 (1+ i))) ((>= i n))
          (rplaca l (apply function (mapcar #'cursor-next cursors))))
        (dotimes (i n)
          (setf (aref result i) (apply function (mapcar #'cursor-next cursors)))))
    result))

(defun some (predicate sequence &rest more)
  (if more
      (for-each predicate (cons sequence more))
      (if (listp sequence)
          (do ((l sequence (cdr l))) ((endp l) nil)
            (let ((v (funcall predicate (car l)))) (when v (return v))))
          (for-each predicate (list sequence)))))

(defun every (predicate sequence &rest more)
  (not (for-each (lambda (&rest xs) (not (apply predicate xs))) (cons sequence more))))

(defun notany (predicate sequence &rest more)
  (not (apply #'some predicate sequence more)))

(defun notevery (predicate sequence &rest more)
  (not (apply #'every predicate sequence more)))

(defun reduce (function sequence &key key from-end (start 0) end (initial-value nil given))
  (let ((end (check-bounds sequence start end)))
    (flet ((value (x) (if key (funcall key x) x)))
      (cond
        ((= start end) (if given initial-value (funcall function)))
        (from-end
         (let* ((vector (if (listp sequence) (coerce-sequence sequence 'vector) sequence))
                (i (1- end))
                (result (if given
                            initial-value
                            (prog1 (value (aref vector i)) (setq i (1- i))))))
           (do () ((< i start) result)
             (setq result (funcall function (value (aref vector i)) result) i (1- i)))))
        (t
         (let ((result initial-value) (first (not given)))
           (%do-elements (x i sequence start end)
             (if first
                 (setq result (value x) first nil)
                 (setq result (funcall function result (value x)))))
           result))))))
