;;; Code generation: exits, catch, unwind-protect, progv.
;;;
;;; *CONTEXTS* says what an exit from here must undo, innermost first: (:BIND n), (:CATCH
;;; depth-below-the-block), (:PROGV local). Exits that cross an UNWIND-PROTECT or a function
;;; are throws to a catch with a fresh cons as tag.

(in-package :compiler)

(defun undo-contexts (outer target-depth kind)
  "Code that undoes the contexts inside OUTER under what KIND says is on the stack: :EFFECT
nothing, :VALUE one value, :VALUES values and count. With TARGET-DEPTH, words between the
catch blocks and that depth go too."
  (do ((tail *contexts* (cdr tail))) ((or (null tail) (eq tail outer)))
    (let ((context (car tail)))
      (case (car context)
        (:bind (emit-unbind (cadr context)))
        (:progv (emit 'push-local (cadr context)) (emit 'unbind-to))
        (:catch
         (case kind
           (:effect (emit-constant nil) (emit-with 'catch-close nil (- catch-block-words))
            (emit-drop 1))
           (:value (emit-with 'catch-close nil (- catch-block-words)))
           (:values (emit-with 'catch-close-mv nil (- catch-block-words))))
         (slide-down (floor-depth (cdr tail) outer target-depth) (cadr context) kind))))))

(defun floor-depth (contexts outer target-depth)
  "How far the stack may go down before the next catch block in CONTEXTS."
  (do ((tail contexts (cdr tail)))
      ((or (null tail) (eq tail outer)) target-depth)
    (if (eq (car (car tail)) :catch)
        (return (+ (cadr (car tail)) catch-block-words)))))

(defun slide-down (target depth kind)
  "Removes the words between TARGET and DEPTH from under what is on top."
  (let ((count (if target (- depth target) 0)))
    (if (> count 0)
        (case kind
          (:effect (emit-drop count))
          (:value (emit-with 'slide count (- count)))
          (:values
           (emit-with 'mv-list nil 0)
           (emit-with 'slide count (- count))
           (emit-with 'mv-from-list nil 0))))))

(defun drop-to (outer depth)
  "Drops the temporaries that an exit to CONTEXTS OUTER at DEPTH leaves behind."
  (let ((floor (floor-depth *contexts* outer depth)))
    (emit-drop (- *depth* floor))))

;;; Local 0 after a throw into this frame: saved before, restored at the handler, when
;;; contours may have been entered between.

(defun save-environment ()
  "Room for saving local 0; the instructions and the local, to be given to FINISH-SAVING."
  (if *reachable*
      (let ((local (allocate-local nil)))
        (add-instruction :nothing nil)
        (add-instruction :nothing nil)
        (list (cadr *code*) (car *code*) local *contours-entered*))
      nil))

(defun contours-since-p (saved)
  (and saved (> *contours-entered* (cadddr saved))))

(defun restore-environment (saved)
  "At a handler: local 0 as it was, if it can have changed."
  (if (contours-since-p saved)
      (progn
        (let ((first (car saved)) (second (cadr saved)))
          (setf (car first) 'push-local (car (cdr first)) 0)
          (setf (car second) 'pop-local (car (cdr second)) (caddr saved)))
        (emit 'push-local (caddr saved))
        (emit 'pop-local 0))))

(defun open-handler (name label delta)
  "A catch block; throws from here on may go to LABEL."
  (if *reachable*
      (progn
        (adjust-depth delta)
        (setf (label-used label) t)
        (add-instruction name label)
        (add-instruction :handler label))))

(defun close-handler ()
  (setq *code* (cons (list :end-handler nil) *code*)))

;;; CATCH

(defun generate-catch (node destination)
  (generate (catch-node-tag node) :value)
  (generate-catch-body
   (lambda (kind) (generate (catch-node-body node) kind))
   destination))

(defun catch-kind (destination)
  (if (or (eq destination :value) (eq destination :effect)) :value :values))

(defun generate-catch-body (body destination)
  "The tag is on the stack. BODY is called with :VALUE or :VALUES; what it leaves, and what is
thrown, goes to DESTINATION."
  (let* ((kind (catch-kind destination)) (local *next-local*)
         (handler (make-label)) (end (make-label)) (contour *contour*)
         (below (- *depth* 1)) (saved (save-environment)))
    (setf (label-depth handler) (+ below 1))
    (open-handler (if (eq kind :value) 'catch-open 'catch-open-mv) handler
                  (- catch-block-words 1))
    (let ((*contexts* (cons (list :catch below) *contexts*)))
      (funcall body kind))
    (emit-with (if (eq kind :value) 'catch-close 'catch-close-mv) nil (- catch-block-words))
    (close-handler)
    (emit-branch 'branch end 0)
    (setq *contour* contour)
    (place-label handler)
    (restore-environment saved)
    (place-label end)
    (setq *next-local* local)
    (deliver kind destination)))

;;; BLOCK and RETURN-FROM

(defun push-fresh-tag ()
  (emit-constant nil)
  (emit-constant nil)
  (emit 'cons))

(defun store-tag (variable)
  "Puts the fresh tag of a distant exit into its variable and on the stack."
  (push-fresh-tag)
  (place-local variable)
  (case (lexical-place variable)
    (:local (emit 'set-local (lexical-index variable)))
    (:cell (emit-cell 'set variable))))

(defun generate-block (node destination)
  (let* ((exit (block-node-exit node)) (outer *contour*) (local *next-local*)
         (contour (block-node-contour node)) (end (make-label)))
    (if (exit-distant exit)
        (let ((kind (if (eq destination :return) :values destination)))
          (if contour (enter-contour contour))
          (store-tag (exit-variable exit))
          (generate-catch-body
           (lambda (kind)
             (note-exit-place exit kind (make-label))
             (generate (block-node-body node) kind)
             (place-label (exit-label exit)))
           kind)
          (if contour (leave-contours outer))
          (setq *contour* outer)
          (if (eq destination :return) (deliver :values :return)))
        (progn
          (note-exit-place exit destination end)
          (generate (block-node-body node) destination)
          (place-label end)))
    (setq *next-local* local)))

(defun note-exit-place (exit destination label)
  (setf (exit-destination exit) destination)
  (setf (exit-label exit) label)
  (setf (exit-depth exit) *depth*)
  (setf (exit-contexts exit) *contexts*)
  (setf (exit-contour exit) *contour*))

(defun generate-exit (exit value)
  "RETURN-FROM."
  (let ((destination (exit-destination exit)))
    (cond ((not (and (eq (exit-home exit) *function*) (eq (exit-unwinding exit) *unwinding*)))
           (push-variable (exit-variable exit))
           (generate value :values)
           (emit-last 'throw nil))
          ((eq destination :return)
           (let ((floor (floor-depth *contexts* nil nil)))
             (if floor (emit-drop (- *depth* floor))))
           (generate value :return))
          (t
           (drop-to (exit-contexts exit) (exit-depth exit))
           (generate value destination)
           (undo-contexts (exit-contexts exit) (exit-depth exit) destination)
           (leave-contours (exit-contour exit))
           (emit-branch 'branch (exit-label exit) 0)))))

;;; TAGBODY and GO

(defun generate-tagbody (node destination)
  (let* ((tags (tagbody-node-tags node)) (outer *contour*) (local *next-local*)
         (contour (tagbody-node-contour node)))
    (dolist (tag (tags-list tags)) (setf (tag-label tag) (make-label)))
    (if (tags-distant tags)
        (progn
          (if contour (enter-contour contour))
          (generate-caught-tagbody node tags)
          (if contour (leave-contours outer))
          (setq *contour* outer))
        (generate-tagbody-items node tags))
    (setq *next-local* local)
    (if (not (eq destination :effect))
        (progn (emit-constant nil) (deliver :value destination)))))

(defun generate-tagbody-items (node tags)
  (setf (tags-depth tags) *depth*)
  (setf (tags-contexts tags) *contexts*)
  (setf (tags-contour tags) *contour*)
  (dolist (item (tagbody-node-items node))
    (if (tag-p item)
        (if (tag-used item)
            (progn (setq *depth* (tags-depth tags))
                   (place-loop-label (tag-label item))))
        (generate item :effect)))
  (if (not *reachable*) (setq *depth* (tags-depth tags))))

(defun generate-caught-tagbody (node tags)
  "A throw to the tag carries the number of the tag to go to; the handler makes the catch
block anew and goes there."
  (let* ((handler (make-label)) (open (make-label)) (end (make-label))
         (variable (tags-variable tags)) (below *depth*)
         (target nil) (saved (save-environment)))
    (setq target (allocate-local nil))
    (store-tag variable)
    (emit-drop 1)
    (emit-constant nil)
    (emit-pop-local target)
    (setf (label-depth handler) (+ below 1))
    (place-loop-label open)
    (push-variable variable)
    (open-handler 'catch-open handler (- catch-block-words 1))
    (dolist (tag (tags-list tags))
      (if (tag-used tag)
          (progn (emit 'push-local target)
                 (emit 'eq-immediate (tag-number tag))
                 (emit-branch 'branch-not-nil (tag-label tag) -1))))
    (let ((*contexts* (cons (list :catch below) *contexts*)))
      (generate-tagbody-items node tags))
    (emit-constant nil)
    (emit-with 'catch-close nil (- catch-block-words))
    (close-handler)
    (emit-branch 'branch end 0)
    (place-label handler)
    (restore-environment saved)
    (emit-pop-local target)
    (emit-branch 'branch open 0)
    (place-label end)
    (emit-drop 1)))

(defun generate-go (tag)
  (let ((tags (tag-body tag)))
    (if (not (and (eq (tags-home tags) *function*) (eq (tags-unwinding tags) *unwinding*)))
        (progn
          (push-variable (tags-variable tags))
          (emit-constant (tag-number tag))
          (emit-with 'push-fixnum 1 1)
          (emit-last 'throw nil))
        (progn
          (drop-to (tags-contexts tags) (tags-depth tags))
          (undo-contexts (tags-contexts tags) (tags-depth tags) :effect)
          (leave-contours (tags-contour tags))
          (emit-branch 'branch (tag-label tag) 0)))))

;;; UNWIND-PROTECT: the cleanup is there once; a flag says whether to go on throwing.

(defun generate-unwind (node destination)
  (let* ((local *next-local*) (kind (if (single-valued-p (unwind-node-body node))
                                        :value
                                        (catch-kind destination)))
         (handler (make-label)) (cleanup (make-label)) (normal (make-label))
         (contour *contour*) (below *depth*) (saved (save-environment))
         (result (allocate-local nil)) (flag (allocate-local nil)) (tag (allocate-local nil)))
    (setf (label-depth handler) (+ below 2))
    (open-handler 'unwind-open handler catch-block-words)
    (let ((*contexts* nil) (*unwinding* node))
      (generate (unwind-node-body node) kind))
    (if (eq kind :values) (emit-with 'mv-list nil 0))
    (emit-pop-local result)
    (emit-with 'unwind-close nil (- catch-block-words))
    (close-handler)
    (emit-constant nil)
    (emit 'set-local flag)
    (emit-pop-local tag)
    (emit-branch 'branch cleanup 0)
    (setq *contour* contour)
    (place-label handler)
    (emit-pop-local tag)
    (emit-with 'mv-list nil 0)
    (emit-pop-local result)
    (restore-environment saved)
    (emit-constant t)
    (emit-pop-local flag)
    (place-label cleanup)
    (setq *depth* below)
    (generate (unwind-node-cleanup node) :effect)
    (emit 'push-local flag)
    (emit-branch 'branch-nil normal -1)
    (emit 'push-local result)
    (emit-with 'mv-from-list nil 0)
    (emit 'push-local tag)
    (emit-last 'unwind-continue nil)
    (place-label normal)
    (emit 'push-local result)
    (setq *next-local* local)
    (if (eq kind :values) (emit-with 'mv-from-list nil 0))
    (deliver kind destination)))

;;; PROGV

(defun generate-progv (node destination)
  (let* ((local *next-local*) (depth nil) (symbols nil) (data nil) (contexts *contexts*)
         (top (make-label)) (unbound (make-label)) (next (make-label)) (end (make-label)))
    (generate (progv-node-symbols node) :value)
    (setq symbols (allocate-local nil))
    (emit 'pop-local symbols)
    (generate (progv-node-data node) :value)
    (setq data (allocate-local nil))
    (emit 'pop-local data)
    (setq depth (allocate-local nil))
    (emit 'binding-depth)
    (emit 'pop-local depth)
    (place-loop-label top)
    (emit 'push-local symbols)
    (emit-branch 'branch-nil end -1)
    (emit 'push-local symbols)
    (emit 'car)
    (emit 'push-local data)
    (emit-branch 'branch-nil unbound -1)
    (emit 'push-local data)
    (emit 'car)
    (emit 'bind-symbol)
    (emit-branch 'branch next 0)
    (place-label unbound)
    (emit 'bind-unbound)
    (place-label next)
    (emit 'push-local symbols)
    (emit 'cdr)
    (emit 'pop-local symbols)
    (emit 'push-local data)
    (emit 'cdr)
    (emit 'pop-local data)
    (emit-branch 'branch top 0)
    (place-label end)
    (setq *contexts* (cons (list :progv depth) *contexts*))
    (generate (progv-node-body node) destination)
    (setq *contexts* contexts)
    (if (not (eq destination :return))
        (progn (emit 'push-local depth)
               (emit 'unbind-to)))
    (setq *next-local* local)))
