;;; SUBTYPEP.
;;;
;;; Types are compared by structure: OR and AND are taken apart, numeric types compared as
;;; ranges, array types by element type and dimensions, names by the tables of types. The
;;; second value is NIL where that does not decide.

(in-package :si)

(defun type-name-of (type) (if (consp type) (car type) type))

(defun numeric-range (type)
  "(class low high) of a real type; bounds are numbers, (number) for exclusive, or *."
  (let ((name (type-name-of type))
        (first (if (and (consp type) (cdr type)) (cadr type) '*))
        (second (if (and (consp type) (cddr type)) (caddr type) '*)))
    (case name
      ((integer rational real float) (list name first second))
      ((single-float short-float) (list 'single-float first second))
      ((double-float long-float) (list 'double-float first second))
      ((fixnum) (list 'integer most-negative-fixnum most-positive-fixnum))
      ((bit) (list 'integer 0 1))
      ((unsigned-byte) (list 'integer 0 (if (integerp first) (1- (ash 1 first)) '*)))
      ((signed-byte) (if (integerp first)
                         (list 'integer (- (ash 1 (1- first))) (1- (ash 1 (1- first))))
                         (list 'integer '* '*)))
      ((mod) (list 'integer 0 (1- first)))
      (t nil))))

(defun low-within-p (a b)
  "Is the lower bound A at least B?"
  (cond ((eq b '*) t)
        ((eq a '*) nil)
        ((consp b) (if (consp a) (>= (car a) (car b)) (> a (car b))))
        ((consp a) (>= (car a) b))
        (t (>= a b))))

(defun high-within-p (a b)
  (cond ((eq b '*) t)
        ((eq a '*) nil)
        ((consp b) (if (consp a) (<= (car a) (car b)) (< a (car b))))
        ((consp a) (<= (car a) b))
        (t (<= a b))))

(defun named-subtype-p (a b)
  "Is the type named A below the type named B by the tables of types and classes?"
  (or (eq a b) (eq b t)
      (let ((supertypes (get a 'supertypes)))
        (if supertypes
            (some (lambda (s) (named-subtype-p s b)) supertypes)
            (let ((d (get a 'structure-description)))
              (if d
                  (if (sd-include d)
                      (named-subtype-p (sd-include d) b)
                      (eq b 'structure-object))
                  (let ((class (get a 'class)))
                    (if class
                        (some (lambda (c) (eq (class-name c) b)) (class-precedence class))
                        nil))))))))

(defun known-type-name-p (name)
  (or (eq name t) (get name 'type-predicate) (get name 'structure-description) (get name 'class)))

(defun array-type-parts (type)
  "(element-code dimensions simple) of an array type; code and dimensions may be *."
  (let ((name (type-name-of type))
        (first (if (and (consp type) (cdr type)) (cadr type) '*))
        (second (if (and (consp type) (cddr type)) (caddr type) '*)))
    (flet ((code (x) (if (eq x '*) '* (array-type-code x)))
           (size (x) (if (eq x '*) '(*) (list x))))
      (case name
        ((array) (list (code first) second nil))
        ((simple-array) (list (code first) second t))
        ((vector) (list (code first) (size second) nil))
        ((simple-vector) (list 7 (size first) t))
        ((string) (list 'string (size first) nil))
        ((simple-string) (list 'string (size first) t))
        ((base-string) (list 9 (size first) nil))
        ((simple-base-string) (list 9 (size first) t))
        ((bit-vector) (list 1 (size first) nil))
        ((simple-bit-vector) (list 1 (size first) t))
        (t nil)))))

(defun dimensions-within-p (a b)
  (let ((a (if (integerp a) (make-list a :initial-element '*) a))
        (b (if (integerp b) (make-list b :initial-element '*) b)))
    (cond ((eq b '*) t)
          ((eq a '*) nil)
          (t (and (eql (length a) (length b))
                  (every (lambda (x y) (or (eq y '*) (eql x y))) a b))))))

(defun array-subtype-p (a b)
  (and (or (eq (car b) '*) (eql (car a) (car b))
           (and (eq (car b) 'string) (member (car a) '(9 10))))
       (dimensions-within-p (cadr a) (cadr b))
       (or (not (caddr b)) (caddr a))))

(defun subtypep (a b &optional environment)
  (declare (ignore environment))
  (let ((a (expand-type (if (classp a) (class-name a) a)))
        (b (expand-type (if (classp b) (class-name b) b))))
    (subtype-values a b)))

(defun subtype-values (a b)
  (let ((name-a (type-name-of a)) (name-b (type-name-of b)))
    (flet ((below (x y) (subtypep x y)))
      (cond
        ((or (equal a b) (null a) (eq b t)) (values t t))
        ;; Unions and intersections
        ((eq name-a 'or)
         (let ((sure t))
           (dolist (x (cdr a) (if sure (values t t) (values nil nil)))
             (multiple-value-bind (yes certain) (below x b)
               (unless yes
                 (if certain (return (values nil t)) (setq sure nil)))))))
        ((eq name-b 'and)
         (let ((sure t))
           (dolist (y (cdr b) (if sure (values t t) (values nil nil)))
             (multiple-value-bind (yes certain) (below a y)
               (unless yes
                 (if certain (return (values nil t)) (setq sure nil)))))))
        ((member name-a '(member eql))
         (if (every (lambda (x) (typep x b)) (cdr a)) (values t t) (values nil t)))
        ((eq name-b 'or)
         (let ((sure t))
           (dolist (y (cdr b) (if sure (values nil (not (eq name-a 'and))) (values nil nil)))
             (multiple-value-bind (yes certain) (below a y)
               (when yes (return (values t t)))
               (unless certain (setq sure nil))))))
        ((eq name-a 'and)
         (if (some (lambda (x) (values (below x b))) (cdr a)) (values t t) (values nil nil)))
        ((eq name-b 'not)
         (multiple-value-bind (disjoint certain) (disjoint-p a (cadr b))
           (if disjoint (values t t) (values nil certain))))
        ((or (eq name-a 'not) (eq name-a 'satisfies) (eq name-b 'satisfies)) (values nil nil))
        ((or (null b) (member name-b '(member eql)))
         (values nil (if (member name-a '(integer)) (null b) t)))
        ;; Numbers
        ((and (numeric-range a) (numeric-range b))
         (let ((ra (numeric-range a)) (rb (numeric-range b)))
           (values (and (named-subtype-p (car ra) (car rb))
                        (low-within-p (cadr ra) (cadr rb))
                        (high-within-p (caddr ra) (caddr rb)))
                   t)))
        ((and (eq name-a 'complex) (eq name-b 'complex))
         (if (or (atom b) (eq (cadr b) '*))
             (values t t)
             (if (atom a) (values nil t) (below (cadr a) (cadr b)))))
        ;; Conses
        ((and (eq name-a 'cons) (eq name-b 'cons))
         (flet ((part (type n) (if (and (consp type) (nthcdr n type) (not (eq (nth n type) '*)))
                                   (nth n type) t)))
           (multiple-value-bind (car-yes car-sure) (below (part a 1) (part b 1))
             (multiple-value-bind (cdr-yes cdr-sure) (below (part a 2) (part b 2))
               (values (and car-yes cdr-yes) (and car-sure cdr-sure))))))
        ;; Arrays
        ((and (array-type-parts a) (array-type-parts b))
         (values (if (array-subtype-p (array-type-parts a) (array-type-parts b)) t nil) t))
        ;; Names
        ((and (atom b) (symbolp name-a) (known-type-name-p name-a) (known-type-name-p b))
         (values (if (named-subtype-p name-a b) t nil) t))
        ((and (symbolp name-a) (symbolp name-b)
              (known-type-name-p name-a) (known-type-name-p name-b))
         (values nil (not (named-subtype-p name-a name-b))))
        (t (values nil nil))))))

(defun disjoint-p (a b)
  "Have A and B nothing in common? Second value: whether that is sure."
  (let ((name-a (type-name-of a)) (name-b (type-name-of b)))
    (cond ((subtypep a b) (values nil t))
          ((subtypep b a) (values nil t))
          ((and (numeric-range a) (numeric-range b))
           (let ((ra (numeric-range a)) (rb (numeric-range b)))
             (cond ((and (not (named-subtype-p (car ra) (car rb)))
                         (not (named-subtype-p (car rb) (car ra))))
                    (values t t))
                   (t (values nil nil)))))
          ((and (get name-a 'type-predicate) (get name-b 'type-predicate))
           (let ((list-like '(list sequence symbol vector array atom)))
             (if (or (member name-a list-like) (member name-b list-like))
                 (values nil nil)
                 (values t t))))
          (t (values nil nil)))))
