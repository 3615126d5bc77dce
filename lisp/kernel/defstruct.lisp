;;; DEFSTRUCT.
;;;
;;; A structure is an instance (docs/objects-and-storage.md) whose layout is the constant
;;; (layout-reference NAME): the builder and the loader put the layout itself there. Slot i
;;; is word i of the instance. What a definition says is kept as a list, the description,
;;; as property si:structure-description of the name and as description of the layout:
;;;   (NAME INCLUDE SLOTS TYPE NAMED OFFSET), with SLOTS a list of
;;;   (slot-name index initform type read-only accessor)
;;; The compiler is told of accessors and predicates (compiler:note-accessor, note-predicate)
;;; and has instructions for them. (:type list) and (:type vector) structures are plain
;;; lists and vectors with no layout.

(in-package :si)

(eval-when (:compile-toplevel :load-toplevel :execute)

  (defun sd-name (d) (car d))
  (defun sd-include (d) (cadr d))
  (defun sd-slots (d) (caddr d))
  (defun sd-type (d) (cadddr d))
  (defun sd-named (d) (car (cddddr d)))
  (defun sd-length (d) (cadr (cddddr d)))

  (defun slot-description-name (s) (car s))
  (defun slot-description-index (s) (cadr s))
  (defun slot-description-initform (s) (caddr s))
  (defun slot-description-type (s) (cadddr s))
  (defun slot-description-read-only (s) (car (cddddr s)))
  (defun slot-description-accessor (s) (cadr (cddddr s)))

  (defun structure-description (name)
    (or (get name 'structure-description)
        (error "~s is not the name of a structure" name)))

  (defun symbol-from (&rest parts)
    "The symbol of the current package whose name is PARTS put together."
    (intern (apply #'concatenate 'string (mapcar #'string parts))))

  (defun find-slot-description (name slots)
    (find name slots :key #'slot-description-name :test #'string=))

  (defun parse-slot (slot index accessor-name)
    (let* ((slot (if (consp slot) slot (list slot nil)))
           (options (cddr slot)))
      (list (car slot) index (cadr slot)
            (getf options :type t) (getf options :read-only nil)
            (funcall accessor-name (car slot)))))

  (defun inherited-slots (include overrides accessor-name)
    (mapcar (lambda (s)
              (let ((override (find (slot-description-name s) overrides :test #'string=
                                    :key (lambda (o) (if (consp o) (car o) o)))))
                (cond ((null override)
                       (list (slot-description-name s) (slot-description-index s)
                             (slot-description-initform s) (slot-description-type s)
                             (slot-description-read-only s)
                             (funcall accessor-name (slot-description-name s))))
                      (t (let ((parsed (parse-slot override (slot-description-index s)
                                                   accessor-name)))
                           (if (slot-description-read-only s)
                               (append (butlast parsed 2) (list t (car (last parsed))))
                               parsed))))))
            (sd-slots (structure-description include))))

  (defun option-arguments (name options)
    "Argument lists of every option called NAME."
    (mapcan (lambda (o)
              (cond ((eq o name) (list nil))
                    ((and (consp o) (eq (car o) name)) (list (cdr o)))
                    (t nil)))
            options))

  (defun note-structure (description)
    "Records a structure for the compiler and for SETF."
    (%put (sd-name description) 'structure-description description)
    (unless (sd-type description)
      (dolist (s (sd-slots description))
        (let ((accessor (slot-description-accessor s)))
          ;; An accessor inherited under the same name stays the parent's.
          (unless (or (null accessor) (inherited-accessor-p accessor s description))
            (compiler:note-accessor accessor (sd-name description)
                                    (slot-description-index s)
                                    (slot-description-read-only s))))))
    (sd-name description))

  (defun inherited-accessor-p (accessor slot description)
    (let ((include (sd-include description)))
      (and include
           (let ((s (find-slot-description (slot-description-name slot)
                                           (sd-slots (structure-description include)))))
             (and s (or (eq (slot-description-accessor s) accessor)
                        (inherited-accessor-p accessor s (structure-description include))))))))

  ;; Forms that a definition expands into

  (defun slot-reader-form (description slot object)
    (let ((i (slot-description-index slot)) (type (sd-type description)))
      (cond ((null type)
             `(%instance-ref (check-layout ,object (layout-reference ,(sd-name description))) ,i))
            ((eq type 'list) `(nth ,i ,object))
            (t `(elt ,object ,i)))))

  (defun accessor-definitions (description)
    (mapcan
     (lambda (slot)
       (let ((accessor (slot-description-accessor slot)))
         (if (or (null accessor) (inherited-accessor-p accessor slot description))
             nil
             (append
              (list `(defun ,accessor (structure)
                       ,(slot-reader-form description slot 'structure)))
              (if (slot-description-read-only slot)
                  nil
                  (list `(defun (setf ,accessor) (new structure)
                           ,(if (sd-type description)
                                `(setf ,(slot-reader-form description slot 'structure) new)
                                `(%instance-set
                                  new
                                  (check-layout structure
                                                (layout-reference ,(sd-name description)))
                                  ,(slot-description-index slot))))))))))
     (sd-slots description)))

  (defun construction-form (description values)
    "A form that makes a structure; VALUES is a list of (slot form)."
    (let ((type (sd-type description)) (length (sd-length description)))
      (flet ((value-at (i)
               (let ((v (find i values :key (lambda (v) (slot-description-index (car v))))))
                 (cond (v (cadr v))
                       ((member i (sd-named description)) `',(name-at i description))
                       (t nil)))))
        (cond
          ((null type)
           (let ((g (gensym "STRUCTURE")))
             `(let ((,g (%make-instance (layout-reference ,(sd-name description)) ,length)))
                ,@(mapcan (lambda (v)
                            (if (null (cadr v))
                                nil
                                (list `(%instance-set ,(cadr v) ,g
                                                      ,(slot-description-index (car v))))))
                          values)
                ,g)))
          (t
           (let ((elements nil))
             (dotimes (i length) (setq elements (cons (value-at i) elements)))
             (cond ((eq type 'list) `(list ,@(reverse elements)))
                   ((or (eq type 'vector) (equal type '(vector t)))
                    `(vector ,@(reverse elements)))
                   (t `(make-array ,length :element-type ',(cadr type)
                                           :initial-contents (list ,@(reverse elements)))))))))))

  (defun name-at (index description)
    "The name that stands at INDEX of a named typed structure."
    (if (eql index (car (sd-named description)))
        (sd-name description)
        (name-at index (structure-description (sd-include description)))))

  (defun keyword-constructor (description name)
    (let* ((slots (sd-slots description))
           (variables (mapcar (lambda (s) (gensym (symbol-name (slot-description-name s))))
                              slots)))
      `(defun ,name (&key ,@(mapcar (lambda (s v)
                                      `((,(keyword-of (slot-description-name s)) ,v)
                                        ,(slot-description-initform s)))
                                    slots variables))
         ,(construction-form description (mapcar #'list slots variables)))))

  (defun boa-constructor (description name lambda-list)
    (let ((slots (sd-slots description)) (state :required) (given nil) (new nil))
      (dolist (item lambda-list)
        (cond
          ((lambda-list-keyword-p item) (setq state item) (setq new (cons item new)))
          (t
           (let* ((spec (if (consp item) (car item) item))
                  (variable (if (consp spec) (cadr spec) spec))
                  (slot (find-slot-description variable slots)))
             (when slot (setq given (cons (list slot variable) given)))
             (setq new
                   (cons (cond ((and (member state '(&optional &key)) slot
                                     (or (atom item) (null (cdr item))))
                                (list spec (slot-description-initform slot)))
                               (t item))
                         new))
             ;; &aux without a form: the slot is left as it is.
             (when (and (eq state '&aux) slot (or (atom item) (null (cdr item))))
               (setq new (cdr new) given (cons (list slot nil) (cdr given))))))))
      `(defun ,name ,(reverse new)
         ,(construction-form
           description
           (mapcar (lambda (s)
                     (or (find s given :key #'car) (list s (slot-description-initform s))))
                   slots)))))

  (defun predicate-definition (name description)
    `(defun ,name (object)
       ,(cond ((null (sd-type description))
               `(%layout-typep object (layout-reference ,(sd-name description))))
              ((eq (sd-type description) 'list)
               `(and (consp object)
                     (typed-list-named-p object ,(car (sd-named description))
                                         ',(sd-name description))))
              (t
               `(and (vectorp object)
                     (< ,(car (sd-named description)) (length object))
                     (eq (elt object ,(car (sd-named description)))
                         ',(sd-name description)))))))

  (defun expand-defstruct (name-and-options slots)
    (let* ((name (if (consp name-and-options) (car name-and-options) name-and-options))
           (options (if (consp name-and-options) (cdr name-and-options) nil))
           (documentation (if (stringp (car slots)) (car slots) nil))
           (slots (if documentation (cdr slots) slots))
           (include-option (car (option-arguments :include options)))
           (include (car include-option))
           (parent (if include (structure-description include) nil))
           (conc (let ((o (option-arguments :conc-name options)))
                   (cond ((null o) (concatenate 'string (symbol-name name) "-"))
                         ((or (null (car o)) (null (caar o))) "")
                         (t (string (caar o))))))
           (type (caar (option-arguments :type options)))
           (named (or (null type) (option-arguments :named options)))
           (offset (or (caar (option-arguments :initial-offset options)) 0))
           (start (+ (if parent (sd-length parent) 0) offset)))
      (flet ((accessor-name (slot-name)
               (if (string= conc "")
                   slot-name
                   (symbol-from conc (symbol-name slot-name)))))
        (let* ((name-index (if (and type named) start nil))
               (first (cond (type (if named (1+ start) start))
                            (t (1+ start))))
               (all (append
                     (if parent
                         (inherited-slots include (cdr include-option) #'accessor-name)
                         nil)
                     (let ((i (1- first)))
                       (mapcar (lambda (s) (setq i (1+ i)) (parse-slot s i #'accessor-name))
                               slots))))
               (length (if type
                           (+ first (length slots))
                           (+ start (length slots))))
               (description
                 (list name include all type
                       (if name-index
                           (cons name-index (if parent (sd-named parent) nil))
                           (if (and type parent) (sd-named parent) nil))
                       length))
               (constructors (option-arguments :constructor options))
               (copier (let ((o (option-arguments :copier options)))
                         (if (and o (car o)) (caar o) (symbol-from "COPY-" (symbol-name name)))))
               (predicate (let ((o (option-arguments :predicate options)))
                            (if (and o (car o))
                                (caar o)
                                (symbol-from (symbol-name name) "-P")))))
          `(progn
             (eval-when (:compile-toplevel :load-toplevel :execute)
               (note-structure ',description)
               ,@(if (and predicate (null type))
                     `((compiler:note-predicate ',predicate ',name))
                     nil))
             ,@(if type nil
                   `((%define-layout ',name ',include ,length ',description)))
             ,@(accessor-definitions description)
             ,@(mapcan (lambda (c)
                         (cond ((or (null c) (and (car c) (null (cdr c))))
                                (list (keyword-constructor
                                       description
                                       (or (car c) (symbol-from "MAKE-" (symbol-name name))))))
                               ((null (car c)) nil)
                               (t (list (boa-constructor description (car c) (cadr c))))))
                       (or constructors (list nil)))
             ,@(if copier
                   `((defun ,copier (structure)
                       ,(if type '(copy-seq structure)
                            `(%copy-structure
                              (check-layout structure (layout-reference ,name))))))
                   nil)
             ,@(if (and predicate (or (null type) name-index))
                   (list (predicate-definition predicate description))
                   nil)
             ,@(structure-printer-forms name options)
             ,@(if documentation
                   `((%set-documentation ,documentation ',name 'structure))
                   nil)
             ',name)))))

  (defun function-designator-form (function)
    "A form for FUNCTION that lets a named one be defined later."
    (if (symbolp function) `',function `(function ,function)))

  (defun structure-printer-forms (name options)
    (let ((function (option-arguments :print-function options))
          (object (option-arguments :print-object options)))
      (cond ((and function (car function))
             `((%set-structure-printer ',name ,(function-designator-form (caar function)))))
            ((and object (car object))
             `((%set-structure-printer
                ',name
                (lambda (object stream depth)
                  (declare (ignore depth))
                  (funcall ,(function-designator-form (caar object)) object stream)))))
            ((or function object) `((%set-structure-printer ',name nil)))
            (t nil)))))

(defmacro defstruct (name-and-options &rest slots)
  (expand-defstruct name-and-options slots))

;;; Run time

(defvar %layout-of-layouts)

(defun find-layout (name)
  (or (get name 'layout) (error "There is no structure named ~s" name)))

(defun check-layout (object layout)
  "OBJECT, if it is an instance of LAYOUT; the compiler has an instruction for it."
  (if (%layout-typep object layout)
      object
      (wrong-type-argument object (%instance-ref layout 1))))

(defun make-layout (name slot-count parent description)
  (let* ((layout (%make-instance %layout-of-layouts 6))
         (depth (if parent (1+ (%instance-ref parent 3)) 0))
         (ancestors (%make-simple-array 7 (1+ depth))))
    (dotimes (i depth)
      (%svset (svref (%instance-ref parent 4) i) ancestors i))
    (%svset layout ancestors depth)
    (%instance-set name layout 1)
    (%instance-set slot-count layout 2)
    (%instance-set depth layout 3)
    (%instance-set ancestors layout 4)
    (%instance-set description layout 5)
    layout))

(defun %define-layout (name include slot-count description)
  "Makes the layout of a structure, unless there is one of the same shape."
  (let ((old (get name 'layout)))
    (if (and old (eql (%instance-ref old 2) slot-count)
             (let ((ancestors (%instance-ref old 4)))
               (if include
                   (%memq (get include 'layout) (coerce-vector-to-list ancestors))
                   (eql (length ancestors) 1))))
        (%instance-set description old 5)
        (%put name 'layout
              (make-layout name slot-count (if include (find-layout include) nil) description)))
    (note-structure description)
    name))

(defun coerce-vector-to-list (vector)
  (let ((list nil))
    (dotimes (i (length vector) (nreverse list))
      (setq list (cons (svref vector i) list)))))

(defun %copy-structure (structure)
  (let* ((layout (%instance-layout structure)) (count (%instance-ref layout 2))
         (new (%make-instance layout count)))
    (dotimes (i count new)
      (%instance-set (%instance-ref structure (1+ i)) new (1+ i)))))

(defun copy-structure (structure)
  (%copy-structure structure))

(defun %set-structure-printer (name function)
  (%put name 'structure-printer function))

(defun typed-list-named-p (list index name)
  (do ((i 0 (1+ i)) (tail list (cdr tail)))
      ((or (atom tail) (= i index)) (and (consp tail) (eq (car tail) name)))))
