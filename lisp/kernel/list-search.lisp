;;; Lists as sets, association lists and trees: the functions that take :test and :key.
;;;
;;; The usual case, EQL or EQ without a key, has loops of its own; the rest goes through a
;;; matcher, a function of one element.

(in-package :si)

(defun matcher (item test test-not)
  "A function that tells whether ITEM matches an element."
  (cond (test-not (if test
                      (error "Both :test and :test-not are given")
                      (lambda (x) (not (funcall test-not item x)))))
        (test (lambda (x) (funcall test item x)))
        (t (lambda (x) (eql item x)))))

(defun plain-test-p (test test-not key)
  (and (null test-not) (null key)
       (or (null test) (eq test #'eql) (eq test 'eql) (eq test #'eq) (eq test 'eq))))

(defun member-eql (item list)
  (if (or (symbolp item) (fixnump item) (characterp item))
      (%memq item list)
      (do ((l list (cdr l))) ((endp l) nil)
        (when (eql item (car l)) (return l)))))

(defun member (item list &key test test-not key)
  (if (plain-test-p test test-not key)
      (member-eql item list)
      (member-if (matcher item test test-not) list :key key)))

(defun member-if (predicate list &key key)
  (do ((l list (cdr l))) ((endp l) nil)
    (when (funcall predicate (if key (funcall key (car l)) (car l))) (return l))))

(defun member-if-not (predicate list &key key)
  (member-if (complement predicate) list :key key))

(defun assoc (item alist &key test test-not key)
  (if (plain-test-p test test-not key)
      (if (or (symbolp item) (fixnump item) (characterp item))
          (%assq item alist)
          (do ((l alist (cdr l))) ((endp l) nil)
            (when (and (car l) (eql item (caar l))) (return (car l)))))
      (assoc-if (matcher item test test-not) alist :key key)))

(defun assoc-if (predicate alist &key key)
  (do ((l alist (cdr l))) ((endp l) nil)
    (when (and (car l)
               (funcall predicate (if key (funcall key (caar l)) (caar l))))
      (return (car l)))))

(defun assoc-if-not (predicate alist &key key)
  (assoc-if (complement predicate) alist :key key))

(defun rassoc (item alist &key test test-not key)
  (rassoc-if (matcher item test test-not) alist :key key))

(defun rassoc-if (predicate alist &key key)
  (do ((l alist (cdr l))) ((endp l) nil)
    (when (and (car l)
               (funcall predicate (if key (funcall key (cdar l)) (cdar l))))
      (return (car l)))))

(defun rassoc-if-not (predicate alist &key key)
  (rassoc-if (complement predicate) alist :key key))

(defun adjoin (item list &key test test-not key)
  (if (if (plain-test-p test test-not key)
          (member-eql item list)
          (member-if (matcher (if key (funcall key item) item) test test-not) list :key key))
      list
      (cons item list)))

;;; Sets. An element of the first list is always the first argument of the test.

(defun in-list-p (x list test test-not key)
  (if (plain-test-p test test-not key)
      (member-eql x list)
      (member-if (matcher (if key (funcall key x) x) test test-not) list :key key)))

(defun in-first-p (y list test test-not key)
  "Does Y, of the second list, match an element of LIST, the first?"
  (if (plain-test-p test test-not key)
      (member-eql y list)
      (let ((ky (if key (funcall key y) y)))
        (member-if (cond (test-not (lambda (x) (not (funcall test-not x ky))))
                         (test (lambda (x) (funcall test x ky)))
                         (t (lambda (x) (eql x ky))))
                   list :key key))))

(defun union (a b &key test test-not key)
  (let ((result b))
    (dolist (x a result)
      (unless (in-list-p x b test test-not key)
        (setq result (cons x result))))))

(defun intersection (a b &key test test-not key)
  (let ((result nil))
    (dolist (x a result)
      (when (in-list-p x b test test-not key)
        (setq result (cons x result))))))

(defun set-difference (a b &key test test-not key)
  (let ((result nil))
    (dolist (x a result)
      (unless (in-list-p x b test test-not key)
        (setq result (cons x result))))))

(defun set-exclusive-or (a b &key test test-not key)
  (let ((result nil))
    (dolist (x a)
      (unless (in-list-p x b test test-not key)
        (setq result (cons x result))))
    (dolist (y b result)
      (unless (in-first-p y a test test-not key)
        (setq result (cons y result))))))

(defun subsetp (a b &key test test-not key)
  (dolist (x a t)
    (unless (in-list-p x b test test-not key) (return nil))))

(defun nunion (a b &key test test-not key)
  (union a b :test test :test-not test-not :key key))
(defun nintersection (a b &key test test-not key)
  (intersection a b :test test :test-not test-not :key key))
(defun nset-difference (a b &key test test-not key)
  (set-difference a b :test test :test-not test-not :key key))
(defun nset-exclusive-or (a b &key test test-not key)
  (set-exclusive-or a b :test test :test-not test-not :key key))

;;; Trees

(defun subst (new old tree &key test test-not key)
  (subst-if new (matcher old test test-not) tree :key key))

(defun subst-if (new predicate tree &key key)
  (labels ((walk (tree)
             (cond ((funcall predicate (if key (funcall key tree) tree)) new)
                   ((atom tree) tree)
                   (t (let ((a (walk (car tree))) (d (walk (cdr tree))))
                        (if (and (eq a (car tree)) (eq d (cdr tree)))
                            tree
                            (cons a d)))))))
    (walk tree)))

(defun subst-if-not (new predicate tree &key key)
  (subst-if new (complement predicate) tree :key key))

(defun nsubst (new old tree &key test test-not key)
  (nsubst-if new (matcher old test test-not) tree :key key))

(defun nsubst-if (new predicate tree &key key)
  (labels ((walk (tree)
             (cond ((funcall predicate (if key (funcall key tree) tree)) new)
                   ((atom tree) tree)
                   (t (let ((a (walk (car tree))) (d (walk (cdr tree))))
                        (unless (eq a (car tree)) (rplaca tree a))
                        (unless (eq d (cdr tree)) (rplacd tree d))
                        tree)))))
    (walk tree)))

(defun nsubst-if-not (new predicate tree &key key)
  (nsubst-if new (complement predicate) tree :key key))

(defun sublis (alist tree &key test test-not key)
  (labels ((walk (tree)
             (let* ((k (if key (funcall key tree) tree))
                    (pair (do ((l alist (cdr l))) ((endp l) nil)
                            (when (and (car l)
                                       (cond (test-not (not (funcall test-not (caar l) k)))
                                             (test (funcall test (caar l) k))
                                             (t (eql (caar l) k))))
                              (return (car l))))))
               (cond (pair (cdr pair))
                     ((atom tree) tree)
                     (t (let ((a (walk (car tree))) (d (walk (cdr tree))))
                          (if (and (eq a (car tree)) (eq d (cdr tree)))
                              tree
                              (cons a d))))))))
    (walk tree)))

(defun nsublis (alist tree &key test test-not key)
  (sublis alist tree :test test :test-not test-not :key key))
