;;; Classes: what condition types, structures and the object system have in common.
;;;
;;; A class is a structure. Its instances are instances whose layout's description is the
;;; class. Slots of conditions and structures are words of the instance; those of standard
;;; objects are in a vector, word 1 of the instance (word 3 of a funcallable one, after the
;;; function and the data of a generic function), so that an instance can follow a change of
;;; its class. A slot's location says which word or element. Property si:class of a name is
;;; its class.

(in-package :si)

(defstruct (class (:constructor make-class (name)) (:copier nil) (:predicate classp)
                  (:print-function print-class))
  name
  (kind :standard)          ; :standard, :condition, :structure, :built-in, :funcallable, :forward
  (direct-superclasses nil)
  (direct-subclasses nil)
  (direct-slots nil)
  (slots nil)               ; effective, after finalization
  (precedence nil)          ; itself first
  (layout nil)
  (direct-default-initargs nil) ; list of (initarg form function)
  (default-initargs nil)
  (finalized nil)
  (reporter nil)            ; of a condition type
  (documentation nil)
  (initargs-checked nil))

(defstruct (slot-definition (:constructor make-slot-definition (name)) (:conc-name slot-)
                            (:copier copy-slot-definition))
  name
  (initargs nil) (initform nil) (initfunction nil)
  (allocation :instance) (type t)
  (readers nil) (writers nil)
  (documentation nil)
  (location nil))           ; word of the instance, or the cons whose car is a shared slot

(defvar *unbound-slot* '("unbound slot") "what an unbound slot holds")

(defun find-class (name &optional (errorp t) environment)
  (declare (ignore environment))
  (or (get name 'class)
      (if (get name 'structure-description) (structure-class-named name) nil)
      (if errorp (error "There is no class named ~s" name) nil)))

(defun %set-find-class (new name &optional errorp environment)
  (declare (ignore errorp environment))
  (if new (%put name 'class new) (progn (remprop name 'class) nil)))

(defun class-typep (object class)
  (if (%memq class (class-precedence (class-of object))) t nil))

;;; Class precedence list, as section 4.3.5 of the standard has it

(defun class-and-superclasses (class)
  (let ((all nil))
    (labels ((walk (c)
               (unless (%memq c all)
                 (setq all (cons c all))
                 (mapc #'walk (class-direct-superclasses c)))))
      (walk class))
    all))

(defun precedence-pairs (classes)
  "(a . b) for each a that must come before b."
  (let ((pairs nil))
    (dolist (c classes pairs)
      (do ((before c (car supers)) (supers (class-direct-superclasses c) (cdr supers)))
          ((null supers))
        (setq pairs (cons (cons before (car supers)) pairs))))))

(defun compute-precedence (class)
  (let* ((remaining (class-and-superclasses class)) (pairs (precedence-pairs remaining))
         (result nil))
    (do () ((null remaining) (nreverse result))
      (let ((minimal (remove-if (lambda (c)
                                  (some (lambda (p) (eq (cdr p) c)) pairs))
                                remaining)))
        (when (null minimal)
          (error "The superclasses of ~s cannot be ordered" class))
        (let ((next (if (null (cdr minimal))
                        (car minimal)
                        ;; The one with a direct subclass farthest to the right.
                        (do ((r result (cdr r))) ((null r) (car minimal))
                          (let ((c (find-if (lambda (m) (%memq m (class-direct-superclasses (car r))))
                                            minimal)))
                            (when c (return c)))))))
          (setq result (cons next result)
                remaining (remove next remaining)
                pairs (remove-if (lambda (p) (eq (car p) next)) pairs)))))))

;;; Slots

(defun effective-slots (class)
  "Slots of CLASS and its superclasses merged, most general class first."
  (let ((names nil))
    (dolist (c (reverse (class-precedence class)))
      (dolist (s (class-direct-slots c))
        (pushnew (slot-name s) names)))
    (mapcar (lambda (name) (merge-slots name class)) (nreverse names))))

(defun merge-slots (name class)
  (let ((new (make-slot-definition name)) (first t) (types nil))
    (dolist (c (class-precedence class))
      (let ((s (find name (class-direct-slots c) :key #'slot-name)))
        (when s
          (when first
            (setf (slot-allocation new) (slot-allocation s))
            (when (eq (slot-allocation s) :class)
              (setf (slot-location new)
                    (or (slot-location s)
                        (setf (slot-location s) (list *unbound-slot*)))))
            (setq first nil))
          (setf (slot-initargs new) (union (slot-initargs s) (slot-initargs new)))
          (unless (slot-initfunction new)
            (setf (slot-initfunction new) (slot-initfunction s)
                  (slot-initform new) (slot-initform s)))
          (unless (eq (slot-type s) t) (pushnew (slot-type s) types :test #'equal)))))
    (setf (slot-type new) (cond ((null types) t) ((cdr types) (cons 'and types)) (t (car types))))
    new))

(defun effective-default-initargs (class)
  (let ((all nil))
    (dolist (c (class-precedence class) (nreverse all))
      (dolist (d (class-direct-default-initargs c))
        (unless (assoc (car d) all) (setq all (cons d all)))))))

(defun finalize-class (class)
  "Computes what instances need; the superclasses must be defined."
  (dolist (c (class-direct-superclasses class))
    (unless (class-finalized c)
      (if (eq (class-kind c) :forward)
          (error "The class ~s, a superclass of ~s, is not defined"
                 (class-name c) (class-name class))
          (finalize-class c))))
  (setf (class-precedence class) (compute-precedence class)
        (class-slots class) (effective-slots class)
        (class-default-initargs class) (effective-default-initargs class))
  (let* ((kind (class-kind class)) (storage (member kind '(:standard :funcallable)))
         (k (if storage 0 1)))
    (dolist (s (class-slots class))
      (when (eq (slot-allocation s) :instance)
        (setf (slot-location s) k)
        (setq k (1+ k))))
    (let ((layout (make-layout (class-name class)
                               (case kind (:standard 1) (:funcallable 3) (t (1- k)))
                               nil
                               (if (eq kind :funcallable) 'funcallable class))))
      (%instance-set class layout 6)
      (setf (class-layout class) layout)))
  (setf (class-finalized class) t)
  class)

(defun find-slot (class name)
  (find name (class-slots class) :key #'slot-name))

(defun storage-word (class)
  "Word of the instances of CLASS that holds the vector of their slots, or NIL."
  (case (class-kind class) (:standard 1) (:funcallable 3) (t nil)))

(defun instance-slot-count (class)
  (count :instance (class-slots class) :key #'slot-allocation))

(defun fresh-storage (class)
  (let ((n (instance-slot-count class)))
    (fill (%make-simple-array 7 n) *unbound-slot*)))

(defun allocate-class-instance (class)
  "An instance with all its slots unbound."
  (let* ((layout (class-layout class)) (n (%instance-ref layout 2))
         (instance (%make-instance layout n)) (word (storage-word class)))
    (if word
        (%instance-set (fresh-storage class) instance word)
        (do ((k 1 (1+ k))) ((> k n))
          (%instance-set *unbound-slot* instance k)))
    instance))

(defun slot-word (instance slot &optional word)
  "What SLOT holds; WORD is the instance's storage word, if it has one."
  (let ((location (slot-location slot)))
    (cond ((consp location) (car location))
          (word (svref (%instance-ref instance word) location))
          (t (%instance-ref instance location)))))

(defun set-slot-word (new instance slot &optional word)
  (let ((location (slot-location slot)))
    (cond ((consp location) (rplaca location new))
          (word (%svset new (%instance-ref instance word) location))
          (t (%instance-set new instance location)))
    new))

(defun add-class (class superclasses slots)
  "Installs a new definition of CLASS."
  (dolist (old (class-direct-superclasses class))
    (setf (class-direct-subclasses old) (remove class (class-direct-subclasses old))))
  (setf (class-direct-superclasses class) superclasses
        (class-direct-slots class) slots)
  (dolist (c superclasses)
    (pushnew class (class-direct-subclasses c)))
  (%put (class-name class) 'class class)
  class)

(defun print-class (class stream depth)
  (declare (ignore depth))
  (print-unreadable-object (class stream :type t)
    (prin1 (class-name class) stream)))
