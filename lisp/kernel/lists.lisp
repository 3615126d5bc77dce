;;; Lists: the functions of the standard that are not instructions.
;;;
;;; CAR, CDR, their compositions of two, NTH, NTHCDR, LAST (one argument), LENGTH, RPLACA
;;; and RPLACD are instructions; the escapes of those are here too.

(in-package :si)

(defun caaar (x) (car (caar x)))
(defun caadr (x) (car (cadr x)))
(defun cadar (x) (car (cdar x)))
(defun caddr (x) (car (cddr x)))
(defun cdaar (x) (cdr (caar x)))
(defun cdadr (x) (cdr (cadr x)))
(defun cddar (x) (cdr (cdar x)))
(defun cdddr (x) (cdr (cddr x)))
(defun caaaar (x) (caar (caar x)))
(defun caaadr (x) (caar (cadr x)))
(defun caadar (x) (caar (cdar x)))
(defun caaddr (x) (caar (cddr x)))
(defun cadaar (x) (cadr (caar x)))
(defun cadadr (x) (cadr (cadr x)))
(defun caddar (x) (cadr (cdar x)))
(defun cadddr (x) (cadr (cddr x)))
(defun cdaaar (x) (cdar (caar x)))
(defun cdaadr (x) (cdar (cadr x)))
(defun cdadar (x) (cdar (cdar x)))
(defun cdaddr (x) (cdar (cddr x)))
(defun cddaar (x) (cddr (caar x)))
(defun cddadr (x) (cddr (cadr x)))
(defun cdddar (x) (cddr (cdar x)))
(defun cddddr (x) (cddr (cddr x)))

(defun first (list) (car list))
(defun second (list) (cadr list))
(defun third (list) (car (cddr list)))
(defun fourth (list) (cadr (cddr list)))
(defun fifth (list) (car (cddddr list)))
(defun sixth (list) (nth 5 list))
(defun seventh (list) (nth 6 list))
(defun eighth (list) (nth 7 list))
(defun ninth (list) (nth 8 list))
(defun tenth (list) (nth 9 list))
(defun rest (list) (cdr list))

(defun endp (list)
  (cond ((null list) t)
        ((consp list) nil)
        (t (wrong-type-argument list 'list))))

(defun list (&rest elements) elements)

(defun list* (first &rest more)
  (if (null more)
      first
      (let* ((head (cons first nil)) (tail head))
        (do ((l more (cdr l)))
            ((null (cdr l)) (%set-cdr (car l) tail) head)
          (setq tail (%set-cdr (cons (car l) nil) tail))))))

(defun make-list (size &key initial-element)
  (check-index size)
  (let ((list nil))
    (dotimes (i size list)
      (setq list (cons initial-element list)))))

(defun check-index (n)
  "N, if it is a non-negative fixnum."
  (if (and (fixnump n) (not (minusp n)))
      n
      (wrong-type-argument n '(integer 0 16777215))))

(defun tree-equal (a b &key (test #'eql) test-not)
  (labels ((same (a b)
             (cond ((consp a) (and (consp b) (same (car a) (car b)) (same (cdr a) (cdr b))))
                   ((consp b) nil)
                   (test-not (not (funcall test-not a b)))
                   (t (funcall test a b)))))
    (if (same a b) t nil)))

(defun copy-list (list)
  (if (atom list)
      list
      (let* ((head (cons (car list) nil)) (tail head))
        (do ((l (cdr list) (cdr l)))
            ((atom l) (when l (%set-cdr l tail)) head)
          (setq tail (%set-cdr (cons (car l) nil) tail))))))

(defun copy-alist (alist)
  (let ((new (copy-list alist)))
    (do ((l new (cdr l)))
        ((atom l) new)
      (when (consp (car l))
        (%set-car (cons (caar l) (cdar l)) l)))))

(defun copy-tree (tree)
  (if (atom tree)
      tree
      (let* ((head (cons (copy-tree (car tree)) nil)) (tail head))
        (do ((l (cdr tree) (cdr l)))
            ((atom l) (when l (%set-cdr l tail)) head)
          (setq tail (%set-cdr (cons (copy-tree (car l)) nil) tail))))))

(defun list-length (list)
  (do ((n 0 (+ n 2)) (fast list (cddr fast)) (slow list (cdr slow)))
      (nil)
    (when (endp fast) (return n))
    (when (endp (cdr fast)) (return (1+ n)))
    (when (and (eq fast slow) (> n 0)) (return nil))))

;;; Escapes of the list instructions: they meet operands that the microcode left, wrong
;;; ones among them.

(defun %nthcdr (n list)
  (cond ((bignump n) (if (minusp n)
                         (wrong-type-argument n 'unsigned-byte)
                         (%nthcdr-long n list)))
        (t (check-index n)
           (do ((i n (1- i)) (l list (cdr l)))
               ((or (zerop i) (null l)) l)))))

(defun %nthcdr-long (n list)
  "NTHCDR by a bignum: only a circular list is that long."
  (if (list-length list)
      nil
      (let ((seen nil) (count 0))
        (do ((l list (cdr l)))
            ((%memq l seen)
             ;; SEEN is backwards: COUNT conses in all, the last PERIOD of them the cycle.
             (let ((period (1+ (position-in-list l seen))))
               (nthcdr (mod (- n (- count period)) period) l)))
          (setq seen (cons l seen) count (1+ count))))))

(defun position-in-list (x list)
  (do ((i 0 (1+ i)) (l list (cdr l))) ((eq (car l) x) i)))

(defun %nth (n list)
  (car (%nthcdr n list)))

(defun %set-nth (new n list)
  (let ((tail (nthcdr n list)))
    (if (consp tail)
        (%set-car new tail)
        (error "There is no element ~s in ~s to set" n list))))

(defun %last (list)
  (last list 1))

(defun last (list &optional (n 1))
  (let ((lead list))
    (do ((i 0 (1+ i))) ((or (eql i n) (atom lead)))
      (setq lead (cdr lead)))
    (do () ((atom lead) list)
      (setq list (cdr list) lead (cdr lead)))))

(defun butlast (list &optional (n 1))
  (let ((keep (- (proper-length list) n)))
    (if (plusp keep) (list-head list keep) nil)))

(defun nbutlast (list &optional (n 1))
  (let ((keep (- (proper-length list) n)))
    (if (plusp keep)
        (progn (rplacd (nthcdr (1- keep) list) nil) list)
        nil)))

(defun proper-length (list)
  "Conses in LIST, which may be dotted."
  (do ((n 0 (1+ n)) (l list (cdr l))) ((atom l) n)))

(defun list-head (list n)
  "A copy of the first N elements."
  (if (zerop n)
      nil
      (let* ((head (cons (car list) nil)) (tail head))
        (do ((l (cdr list) (cdr l)) (i 1 (1+ i)))
            ((= i n) head)
          (setq tail (%set-cdr (cons (car l) nil) tail))))))

(defun ldiff (list object)
  (do ((l list (cdr l)) (result nil))
      ((atom l) (if (eql l object)
                    (nreverse result)
                    (let ((copy (nreverse result)))
                      (if copy (progn (rplacd (last copy) l) copy) l))))
    (when (eql l object) (return (nreverse result)))
    (setq result (cons (car l) result))))

(defun tailp (object list)
  (do ((l list (cdr l)))
      ((atom l) (eql l object))
    (when (eql l object) (return t))))

;;; Putting together

(defun append-two (a b)
  (if (endp a)
      b
      (let* ((head (cons (car a) nil)) (tail head))
        (do ((l (cdr a) (cdr l)))
            ((endp l) (%set-cdr b tail) head)
          (setq tail (%set-cdr (cons (car l) nil) tail))))))

(defun append (&rest lists)
  (cond ((null lists) nil)
        ((null (cdr lists)) (car lists))
        ((null (cddr lists)) (append-two (car lists) (cadr lists)))
        (t (append-two (car lists) (apply #'append (cdr lists))))))

(defun nconc (&rest lists)
  (let ((result nil) (end nil))
    (do ((l lists (cdr l)))
        ((null l) result)
      (let ((list (car l)))
        (when list
          (if end (rplacd end list) (setq result list))
          (when (consp list)
            (setq end (last list))))))))

(defun revappend (list tail)
  (do ((l list (cdr l)) (result tail (cons (car l) result)))
      ((endp l) result)))

(defun nreconc (list tail)
  (do ((l list)) ((endp l) tail)
    (let ((next (cdr l)))
      (rplacd l tail)
      (setq tail l l next))))

;;; Property lists and association lists

(defun acons (key datum alist)
  (cons (cons key datum) alist))

(defun pairlis (keys data &optional alist)
  (do ((k keys (cdr k)) (d data (cdr d)) (result nil (cons (cons (car k) (car d)) result)))
      ((or (endp k) (endp d))
       (if (or k d)
           (error "PAIRLIS of lists of unequal lengths: ~s and ~s" keys data)
           (nreconc result alist)))))

(defun getf (plist indicator &optional default)
  (do ((l plist (cddr l)))
      ((atom l) default)
    (when (eq (car l) indicator)
      (return (cadr l)))))

(defun get-properties (plist indicators)
  (do ((l plist (cddr l)))
      ((atom l) (values nil nil nil))
    (when (%memq (car l) indicators)
      (return (values (car l) (cadr l) l)))))

(defun %putf (plist indicator new)
  "PLIST with INDICATOR set to NEW; changed in place where it is there."
  (do ((l plist (cddr l)))
      ((atom l) (cons indicator (cons new plist)))
    (when (eq (car l) indicator)
      (rplaca (cdr l) new)
      (return plist))))

(defun %remf (plist indicator)
  "PLIST without INDICATOR, and whether it was there."
  (if (eq (car plist) indicator)
      (if (consp plist) (values (cddr plist) t) (values nil nil))
      (do ((l (cdr plist) (cddr l)))
          ((atom (cdr l)) (values plist nil))
        (when (eq (cadr l) indicator)
          (rplacd l (cdddr l))
          (return (values plist t))))))

;;; Mapping over lists

(defun some-ended-p (lists)
  (do ((l lists (cdr l))) ((null l) nil)
    (when (endp (car l)) (return t))))

(defun all-cars (lists)
  (do ((l lists (cdr l)) (r nil (cons (caar l) r))) ((null l) (nreverse r))))

(defun all-cdrs (lists)
  (do ((l lists (cdr l)) (r nil (cons (cdar l) r))) ((null l) (nreverse r))))

(defun mapc (function list &rest more)
  (cond ((null more)
         (do ((l list (cdr l))) ((endp l) list)
           (funcall function (car l))))
        ((null (cdr more))
         (do ((a list (cdr a)) (b (car more) (cdr b))) ((or (endp a) (endp b)) list)
           (funcall function (car a) (car b))))
        (t (do ((l (cons list more) (all-cdrs l))) ((some-ended-p l) list)
             (apply function (all-cars l))))))

(defun mapcar (function list &rest more)
  (let* ((head (cons nil nil)) (tail head))
    (cond ((null more)
           (do ((l list (cdr l))) ((endp l))
             (setq tail (%set-cdr (cons (funcall function (car l)) nil) tail))))
          ((null (cdr more))
           (do ((a list (cdr a)) (b (car more) (cdr b))) ((or (endp a) (endp b)))
             (setq tail (%set-cdr (cons (funcall function (car a) (car b)) nil) tail))))
          (t (do ((l (cons list more) (all-cdrs l))) ((some-ended-p l))
               (setq tail (%set-cdr (cons (apply function (all-cars l)) nil) tail)))))
    (cdr head)))

(defun mapcan (function list &rest more)
  (let* ((head (cons nil nil)) (tail head))
    (do ((l (cons list more) (all-cdrs l))) ((some-ended-p l))
      (let ((new (if more (apply function (all-cars l)) (funcall function (caar l)))))
        (when new
          (%set-cdr new tail)
          (when (consp new) (setq tail (last new))))))
    (cdr head)))

(defun mapl (function list &rest more)
  (do ((l (cons list more) (all-cdrs l))) ((some-ended-p l) list)
    (apply function l)))

(defun maplist (function list &rest more)
  (let ((result nil))
    (do ((l (cons list more) (all-cdrs l))) ((some-ended-p l) (nreverse result))
      (setq result (cons (apply function l) result)))))

(defun mapcon (function list &rest more)
  (let ((result nil))
    (do ((l (cons list more) (all-cdrs l))) ((some-ended-p l) result)
      (setq result (nconc result (apply function l))))))

(defun identity (x) x)

(defun constantly (value)
  (lambda (&rest arguments) (declare (ignore arguments)) value))

(defun complement (function)
  (lambda (&rest arguments) (not (apply function arguments))))
