;;; Sorting and merging: merge sort, stable, for lists and vectors.

(in-package :si)

(defun merge-lists (a b predicate key)
  "Merges two sorted lists, using their conses; elements of A come first among equals."
  (let* ((head (cons nil nil)) (tail head))
    (do () ((or (null a) (null b))
            (rplacd tail (or a b))
            (cdr head))
      (if (if key
              (funcall predicate (funcall key (car b)) (funcall key (car a)))
              (funcall predicate (car b) (car a)))
          (progn (rplacd tail b) (setq tail b b (cdr b)))
          (progn (rplacd tail a) (setq tail a a (cdr a)))))))

(defun sort-list (list n predicate key)
  "Sorts the first N conses of LIST; second value: what comes after them."
  (cond ((eql n 0) (values nil list))
        ((eql n 1)
         (let ((more (cdr list)))
           (rplacd list nil)
           (values list more)))
        (t
         (let ((half (ash n -1)))
           (multiple-value-bind (a more) (sort-list list half predicate key)
             (multiple-value-bind (b more) (sort-list more (- n half) predicate key)
               (values (merge-lists a b predicate key) more)))))))

(defun stable-sort (sequence predicate &key key)
  (if (listp sequence)
      (if (null sequence)
          nil
          ;; Conses of a compact list would be forwarded one by one: sort a list of pairs.
          (values (sort-list (copy-list sequence) (length sequence) predicate key)))
      (let ((list (sort-list (concatenate 'list sequence) (length sequence) predicate key)))
        (replace sequence list))))

(defun sort (sequence predicate &key key)
  (stable-sort sequence predicate :key key))

(defun merge (type a b predicate &key key)
  (let ((merged (merge-lists (concatenate 'list a) (concatenate 'list b) predicate key)))
    (if (eq (sequence-type-code type) 'list)
        merged
        (coerce-sequence merged type))))
