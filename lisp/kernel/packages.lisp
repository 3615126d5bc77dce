;;; Packages.
;;;
;;; A package has two tables of symbols, internal and external: vectors with open addressing
;;; by the hash of the name, 0 where nothing was ever, 1 where a symbol was removed. The
;;; packages of the first boot are made from packages.lisp and the symbols of the band.

(in-package :si)

(defstruct (package (:constructor %make-package) (:copier nil) (:predicate packagep)
                    (:conc-name pkg-))
  name nicknames
  (uses nil) (used-by nil) (shadowing nil)
  internal external
  (all-external nil)     ; symbols are born external (keywords, internals)
  documentation)

(defstruct (symbol-table (:copier nil))
  (vector nil)
  (used 0) (count 0))

(defvar *packages* nil "all packages, newest first")

(defun fresh-table (size)
  (let ((n 16))
    (do () ((>= n size)) (setq n (* n 2)))
    (make-symbol-table :vector (fill (%make-simple-array 7 n) 0))))

(defun table-find (name length hash table)
  "Index of the symbol called NAME (a simple string), or -1."
  (let* ((vector (symbol-table-vector table)) (mask (1- (length vector))) (i (logand hash mask)))
    (do () (nil)
      (let ((s (svref vector i)))
        (cond ((eq s 0) (return -1))
              ((eq s 1))
              (t (let ((other (symbol-name s)))
                   (when (and (eql (length other) length)
                              (%string-equal-range name 0 other 0 length))
                     (return i))))))
      (setq i (logand (1+ i) mask)))))

(defun table-add (symbol table)
  (let ((vector (symbol-table-vector table)))
    (when (> (* 4 (1+ (symbol-table-used table))) (* 3 (length vector)))
      (let ((n 16) (new nil))
        (do () ((> n (* 3 (symbol-table-count table)))) (setq n (* n 2)))
        (setq new (fill (%make-simple-array 7 n) 0))
        (setf (symbol-table-vector table) new
              (symbol-table-used table) 0 (symbol-table-count table) 0)
        (dotimes (i (length vector))
          (let ((s (svref vector i)))
            (unless (or (eq s 0) (eq s 1)) (table-add s table))))
        (setq vector new)))
    (let* ((mask (1- (length vector)))
           (name (symbol-name symbol))
           (i (logand (%string-hash name (length name)) mask)))
      (do () ((eq (svref vector i) 0))
        (setq i (logand (1+ i) mask)))
      (setf (svref vector i) symbol
            (symbol-table-used table) (1+ (symbol-table-used table))
            (symbol-table-count table) (1+ (symbol-table-count table)))
      symbol)))

(defun table-remove (symbol table)
  "Whether SYMBOL was in TABLE."
  (let* ((name (symbol-name symbol)) (n (length name))
         (i (table-find name n (%string-hash name n) table)))
    (if (and (not (eql i -1)) (eq (svref (symbol-table-vector table) i) symbol))
        (progn (setf (svref (symbol-table-vector table) i) 1
                     (symbol-table-count table) (1- (symbol-table-count table)))
               t)
        nil)))

(defun table-symbols (table)
  (let ((vector (symbol-table-vector table)) (list nil))
    (dotimes (i (length vector) list)
      (let ((s (svref vector i)))
        (unless (or (eq s 0) (eq s 1)) (setq list (cons s list)))))))

;;; Finding packages

(defun find-package (designator)
  (if (packagep designator)
      designator
      (let ((name (string designator)))
        (dolist (p *packages* nil)
          (when (or (string= name (pkg-name p))
                    (member name (pkg-nicknames p) :test #'string=))
            (return p))))))

(defun find-package-or-lose (designator)
  (or (find-package designator)
      (error 'simple-package-error
             :package designator
             :format-control "There is no package named ~s"
             :format-arguments (list (if (symbolp designator) (symbol-name designator)
                                         designator)))))

(defun package-name (package)
  (pkg-name (find-package-or-lose package)))
(defun package-nicknames (package) (pkg-nicknames (find-package-or-lose package)))
(defun package-use-list (package) (pkg-uses (find-package-or-lose package)))
(defun package-used-by-list (package) (pkg-used-by (find-package-or-lose package)))
(defun package-shadowing-symbols (package) (pkg-shadowing (find-package-or-lose package)))
(defun list-all-packages () (copy-list *packages*))

(defun package-designators (x)
  (mapcar #'find-package-or-lose (if (listp x) x (list x))))

(defun make-package (name &key nicknames (use '("COMMON-LISP")) (size 16))
  (let ((name (simple-base-copy (string name)))
        (nicknames (mapcar (lambda (n) (simple-base-copy (string n))) nicknames)))
    (dolist (n (cons name nicknames))
      (when (find-package n)
        (cerror "Leave the name to the package that has it."
                'simple-package-error
                :package n
                :format-control "There is a package named ~s already"
                :format-arguments (list n))))
    (let ((package (%make-package :name name
                                  :nicknames (remove-if #'find-package nicknames)
                                  :internal (fresh-table size) :external (fresh-table 16))))
      (setq *packages* (cons package *packages*))
      (use-package use package)
      package)))

(defun delete-package (designator)
  (let ((package (find-package designator)))
    (cond
      ((null package)
       (cerror "Do nothing." 'simple-package-error
               :package designator
               :format-control "There is no package named ~s"
               :format-arguments (list designator))
       nil)
      ((null (pkg-name package)) nil)
      (t
       (when (pkg-used-by package)
         (cerror "Remove it from the packages that use it." 'simple-package-error
                 :package package
                 :format-control "~s is used by ~s"
                 :format-arguments (list package (pkg-used-by package)))
         (dolist (user (pkg-used-by package)) (unuse-package package user)))
       (dolist (used (pkg-uses package)) (unuse-package used package))
       (dolist (s (package-present-symbols package))
         (when (eq (%symbol-package s) package) (%set-symbol-package nil s)))
       (setq *packages* (remove package *packages*))
       (setf (pkg-name package) nil (pkg-nicknames package) nil)
       t))))

(defun rename-package (package new-name &optional nicknames)
  (let ((package (find-package-or-lose package)))
    (setf (pkg-name package) (simple-base-copy (string new-name))
          (pkg-nicknames package)
          (mapcar (lambda (n) (simple-base-copy (string n))) nicknames))
    package))

;;; Finding and making symbols

(defun find-symbol-in (name package)
  "Symbol called NAME (a simple string) accessible in PACKAGE, and how."
  (let* ((n (length name)) (hash (%string-hash name n)))
    (let ((i (table-find name n hash (pkg-external package))))
      (if (not (eql i -1))
          (values (svref (symbol-table-vector (pkg-external package)) i) :external)
          (let ((i (table-find name n hash (pkg-internal package))))
            (if (not (eql i -1))
                (values (svref (symbol-table-vector (pkg-internal package)) i) :internal)
                (dolist (p (pkg-uses package) (values nil nil))
                  (let ((i (table-find name n hash (pkg-external p))))
                    (unless (eql i -1)
                      (return (values (svref (symbol-table-vector (pkg-external p)) i)
                                      :inherited)))))))))))

(defun simple-name (name)
  (cond ((simple-string-p name) name)
        ((stringp name) (subseq name 0))
        (t (wrong-type-argument name 'string))))

(defun find-symbol (name &optional (package *package*))
  (find-symbol-in (simple-name name) (find-package-or-lose package)))

(defun intern (name &optional (package *package*))
  (let ((package (find-package-or-lose package)) (name (simple-name name)))
    (multiple-value-bind (symbol status) (find-symbol-in name package)
      (if status
          (values symbol status)
          (let ((new (%make-symbol (simple-base-copy name))))
            (add-new-symbol new package)
            (values new nil))))))

(defun add-new-symbol (symbol package)
  (%set-symbol-package package symbol)
  (table-add symbol (if (pkg-all-external package) (pkg-external package)
                        (pkg-internal package)))
  (when (eq package *keyword-package*)
    (set symbol symbol)))

(defun unintern (symbol &optional (package *package*))
  (let ((package (find-package-or-lose package)))
    (when (member symbol (pkg-shadowing package))
      (let ((name (symbol-name symbol)) (others nil))
        (dolist (p (pkg-uses package))
          (multiple-value-bind (s status) (find-symbol-in name p)
            (when (eq status :external) (pushnew s others))))
        (when (cdr others)
          (error 'simple-package-error
                 :package package
                 :format-control "Uninterning ~s would uncover a conflict between ~s"
                 :format-arguments (list symbol others))))
      (setf (pkg-shadowing package) (remove symbol (pkg-shadowing package))))
    (let ((was (or (table-remove symbol (pkg-internal package))
                   (table-remove symbol (pkg-external package)))))
      (when (and was (eq (%symbol-package symbol) package))
        (%set-symbol-package nil symbol))
      (if was t nil))))

(defun symbol-list (symbols)
  (if (listp symbols) (or symbols nil) (list symbols)))

(defun conflict (package control &rest arguments)
  (error 'simple-package-error :package package :format-control control
                               :format-arguments arguments))

(defun import (symbols &optional (package *package*))
  (let ((package (find-package-or-lose package)))
    (dolist (s (symbol-list symbols) t)
      (multiple-value-bind (other status) (find-symbol-in (symbol-name s) package)
        (cond ((null status) (table-add s (pkg-internal package)))
              ((not (eq other s))
               (conflict package "~s has another symbol named ~a already" package
                         (symbol-name s)))
              ((eq status :inherited) (table-add s (pkg-internal package))))
        (unless (%symbol-package s) (%set-symbol-package package s))))))

(defun export (symbols &optional (package *package*))
  (let ((package (find-package-or-lose package)))
    (dolist (s (symbol-list symbols) t)
      (multiple-value-bind (other status) (find-symbol-in (symbol-name s) package)
        (unless (and status (eq other s))
          (conflict package "~s is not accessible in ~s" s package))
        (unless (eq status :external)
          (dolist (user (pkg-used-by package))
            (multiple-value-bind (theirs status) (find-symbol-in (symbol-name s) user)
              (when (and status (not (eq theirs s))
                         (not (member theirs (pkg-shadowing user))))
                (conflict package "Exporting ~s conflicts with ~s in ~s" s theirs user))))
          (when (eq status :internal) (table-remove s (pkg-internal package)))
          (table-add s (pkg-external package)))))))

(defun unexport (symbols &optional (package *package*))
  (let ((package (find-package-or-lose package)))
    (dolist (s (symbol-list symbols) t)
      (when (table-remove s (pkg-external package))
        (table-add s (pkg-internal package))))))

(defun shadowing-import (symbols &optional (package *package*))
  (let ((package (find-package-or-lose package)))
    (dolist (s (symbol-list symbols) t)
      (multiple-value-bind (other status) (find-symbol-in (symbol-name s) package)
        (when (and (member status '(:internal :external)) (not (eq other s)))
          (setf (pkg-shadowing package) (remove other (pkg-shadowing package)))
          (unintern other package))
        (unless (and (eq other s) (member status '(:internal :external)))
          (table-add s (pkg-internal package)))
        (unless (%symbol-package s) (%set-symbol-package package s))
        (pushnew s (pkg-shadowing package))))))

(defun shadow (names &optional (package *package*))
  (let ((package (find-package-or-lose package)))
    (dolist (n (symbol-list names) t)
      (let ((name (simple-name (string n))))
        (multiple-value-bind (symbol status) (find-symbol-in name package)
          (unless (member status '(:internal :external))
            (setq symbol (%make-symbol (simple-base-copy name)))
            (add-new-symbol symbol package))
          (pushnew symbol (pkg-shadowing package)))))))

(defun use-package (packages &optional (package *package*))
  (let ((package (find-package-or-lose package)))
    (dolist (used (package-designators packages) t)
      (unless (or (eq used package) (member used (pkg-uses package)))
        (dolist (s (table-symbols (pkg-external used)))
          (multiple-value-bind (other status) (find-symbol-in (symbol-name s) package)
            (when (and status (not (eq other s)) (not (member other (pkg-shadowing package))))
              (conflict package "Using ~s in ~s: ~s conflicts with ~s" used package s other))))
        (setf (pkg-uses package) (append (pkg-uses package) (list used))
              (pkg-used-by used) (cons package (pkg-used-by used)))))))

(defun unuse-package (packages &optional (package *package*))
  (let ((package (find-package-or-lose package)))
    (dolist (used (package-designators packages) t)
      (setf (pkg-uses package) (remove used (pkg-uses package))
            (pkg-used-by used) (remove package (pkg-used-by used))))))

;;; Lists of symbols, for the iteration macros

(defun package-external-symbols (package)
  (table-symbols (pkg-external (find-package-or-lose package))))

(defun package-present-symbols (package)
  (let ((package (find-package-or-lose package)))
    (append (table-symbols (pkg-internal package)) (table-symbols (pkg-external package)))))

(defun package-accessible-symbols (package)
  (let* ((package (find-package-or-lose package)) (list (package-present-symbols package)))
    (dolist (used (pkg-uses package) list)
      (dolist (s (table-symbols (pkg-external used)))
        (when (eq s (find-symbol-in (symbol-name s) package))
          (setq list (cons s list)))))))

(defun all-symbols ()
  (let ((list nil))
    (dolist (p *packages* list)
      (dolist (s (package-present-symbols p))
        (when (eq (%symbol-package s) p) (setq list (cons s list)))))))

(defun find-all-symbols (name)
  (let ((name (simple-name (string name))) (list nil))
    (dolist (p *packages* list)
      (multiple-value-bind (s status) (find-symbol-in name p)
        (when (member status '(:internal :external)) (pushnew s list))))))

(defun package-iterator-state (packages kinds)
  "A list of (symbol status package) for WITH-PACKAGE-ITERATOR."
  (let ((list nil))
    (dolist (p (package-designators packages) (nreverse list))
      (dolist (kind kinds)
        (case kind
          (:internal (dolist (s (table-symbols (pkg-internal p)))
                       (push (list s :internal p) list)))
          (:external (dolist (s (table-symbols (pkg-external p)))
                       (push (list s :external p) list)))
          (:inherited
           (dolist (used (pkg-uses p))
             (dolist (s (table-symbols (pkg-external used)))
               (multiple-value-bind (found status) (find-symbol-in (symbol-name s) p)
                 (when (and (eq found s) (eq status :inherited))
                   (push (list s :inherited p) list))))))
          (t (error "~s is no kind of symbol in a package" kind)))))))

;;; DEFPACKAGE

(defun %defpackage (name options)
  (flet ((option (key)
           (let ((all nil))
             (dolist (o options (mapcar #'string all))
               (when (eq (car o) key) (setq all (append all (cdr o))))))))
    (let ((package (or (find-package name)
                       (make-package name :use nil :nicknames (option :nicknames)))))
      (dolist (n (option :shadow)) (shadow n package))
      (dolist (o options)
        (when (eq (car o) :shadowing-import-from)
          (dolist (n (cddr o))
            (shadowing-import (list (find-symbol-or-lose (string n) (cadr o))) package))))
      (use-package (if (assoc :use options)
                       (let ((all nil))
                         (dolist (o options all)
                           (when (eq (car o) :use) (setq all (append all (cdr o))))))
                       '("COMMON-LISP"))
                   package)
      (dolist (o options)
        (when (eq (car o) :import-from)
          (dolist (n (cddr o))
            (import (list (find-symbol-or-lose (string n) (cadr o))) package))))
      (dolist (n (option :intern)) (intern n package))
      (dolist (n (option :export)) (export (list (intern n package)) package))
      (when (assoc :documentation options)
        (setf (pkg-documentation package) (cadr (assoc :documentation options))))
      package)))

(defun find-symbol-or-lose (name package)
  (multiple-value-bind (symbol status) (find-symbol name package)
    (unless status
      (error 'simple-package-error
             :package package :format-control "There is no symbol ~a in ~s"
             :format-arguments (list name (find-package-or-lose package))))
    symbol))

;;; The first boot. DEFINITIONS: (name nicknames uses exports all-external) of each package,
;;; strings all. SYMBOLS: a vector of every symbol of the band; its package cell holds the
;;; name of its home package, or NIL.

(defun make-first-packages (definitions symbols)
  (setq *packages* nil)
  (dolist (d definitions)
    (let ((package (%make-package :name (car d) :nicknames (cadr d)
                                  :internal (fresh-table 64) :external (fresh-table 64)
                                  :all-external (car (cddddr d)))))
      (when (string= (car d) "KEYWORD") (setq *keyword-package* package))
      (setq *packages* (cons package *packages*))))
  (dolist (d definitions)
    (let ((package (find-package (car d))))
      (dolist (u (caddr d))
        (let ((used (find-package-or-lose u)))
          (setf (pkg-uses package) (append (pkg-uses package) (list used))
                (pkg-used-by used) (cons package (pkg-used-by used)))))))
  (let ((last-name nil) (last-package nil))
    (dotimes (i (length symbols))
      (let* ((symbol (svref symbols i)) (home (%symbol-package symbol)))
        (when (stringp home)
          (unless (eq home last-name)
            (setq last-name home last-package (find-package-or-lose home)))
          (add-new-symbol symbol last-package)))))
  (dolist (d definitions)
    (let ((package (find-package (car d))))
      (dolist (name (cadddr d))
        (export (list (intern name package)) package)))))
