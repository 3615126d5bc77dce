;;; A warehouse, simulated event by event for some weeks: customers order, the stock goes
;;; down, suppliers deliver late or too little, somebody counts and finds less than the
;;; books say. What goes wrong is signalled as a condition; policies decide, by restarts,
;;; how to go on. At the end there is a report.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

;;;; Random numbers, the same everywhere

(defvar *random-state-word* 2026)

(defun pick-below (n)
  (setf *random-state-word* (mod (+ (* *random-state-word* 1103) 12345) 65536))
  (mod (ash *random-state-word* -4) n))

(defun pick-between (low high)
  (+ low (pick-below (1+ (- high low)))))

(defun pick-one (sequence)
  (elt sequence (pick-below (length sequence))))

;;;; What there is

(defstruct (thing (:conc-name nil))
  (name "" :type string))

(defstruct (article (:include thing)
                    (:constructor make-article (name price reorder-at reorder-amount supplier
                                                &aux (on-hand (* 2 reorder-at)))))
  price                       ; in cents
  (on-hand 0 :type integer)
  (reserved 0 :type integer)
  (coming 0 :type integer)
  reorder-at
  reorder-amount
  supplier
  (history (make-array 4 :adjustable t :fill-pointer 0)))

(defstruct (party (:include thing))
  (balance 0))

(defstruct (customer (:include party))
  (credit 80000)
  (favourites '()))

(defstruct (supplier (:include party))
  (delay 3)
  (reliability 9))            ; deliveries out of ten that are complete

(defstruct (order (:print-function
                   (lambda (order stream depth)
                     (declare (ignore depth))
                     (format stream "#<order ~d of ~a, ~d line~:p>"
                             (order-number order)
                             (name (order-customer order))
                             (length (order-lines order))))))
  number customer lines day (state :open))

(defstruct (line (:type list) :named)
  article amount)

(defvar *articles* (make-hash-table :test #'equal))
(defvar *customers* (make-hash-table :test #'equalp))
(defvar *suppliers* (make-hash-table :test #'eq))

(defun article-named (name)
  (or (gethash name *articles*)
      (error 'unknown-article :name name)))

;;;; What can go wrong

(define-condition warehouse-condition () ())

(define-condition unknown-article (warehouse-condition error)
  ((name :initarg :name :reader unknown-name))
  (:report (lambda (c stream)
             (format stream "There is no article called ~s" (unknown-name c)))))

(define-condition out-of-stock (warehouse-condition error)
  ((article :initarg :article :reader condition-article)
   (wanted :initarg :wanted :reader condition-wanted))
  (:report (lambda (c stream)
             (let ((article (condition-article c)))
               (format stream "~a: ~d wanted, ~d free"
                       (name article) (condition-wanted c) (free-stock article))))))

(define-condition credit-exceeded (warehouse-condition error)
  ((customer :initarg :customer :reader condition-customer)
   (amount :initarg :amount :reader condition-amount))
  (:report (lambda (c stream)
             (format stream "~a owes ~a and cannot owe ~a more"
                     (name (condition-customer c))
                     (money (balance-of (condition-customer c)))
                     (money (condition-amount c))))))

(define-condition short-delivery (warehouse-condition warning)
  ((article :initarg :article :reader condition-article)
   (missing :initarg :missing :reader condition-missing))
  (:report (lambda (c stream)
             (format stream "~d of ~a missing" (condition-missing c)
                     (name (condition-article c))))))

(define-condition shelf-counted (warehouse-condition)
  ((difference :initarg :difference :reader condition-difference)))

;;;; Accounts of what happened

(defvar *day* 0)
(defvar *counters* (make-hash-table))
(defvar *journal* '())

(defun count-event (kind &optional (amount 1))
  (incf (gethash kind *counters* 0) amount))

(defun note (control &rest arguments)
  (push (format nil "day ~2,'0d: ~?" *day* control arguments) *journal*))

(defun sorted-keys (table &key (key #'identity) (test #'string<))
  (sort (loop for k being the hash-keys of table collect k) test :key key))

(defun money (cents)
  "Cents as a decimal number with groups, and CR when it is negative."
  (multiple-value-bind (whole part) (floor (abs cents) 100)
    (format nil "~:d.~2,'0d~:[~; CR~]" whole part (minusp cents))))

(defun balance-of (party) (balance party))

(defun (setf balance-of) (new party)
  (setf (balance party) new))

(defun record (article change)
  (vector-push-extend (cons *day* change) (history article)))

;;; The slots of all structures are reached by their own names.

(defmacro define-short-accessors (structure &rest slots)
  `(progn
     ,@(loop for slot in slots
             for long = (intern (format nil "~a-~a" structure slot))
             collect `(defun ,slot (object) (,long object))
             collect `(defun (setf ,slot) (new object) (setf (,long object) new)))))

;;; (conc-name nil is inherited by no :include: the names of article, party and the rest
;;; carry the structure's name.)

(define-short-accessors article
  price on-hand reserved coming reorder-at reorder-amount history)
(define-short-accessors party balance)

;;;; Events: a heap in a vector, ordered by day, then by the number of the event

(defvar *events* (make-array 16 :adjustable t :fill-pointer 0))
(defvar *event-count* 0)

(defstruct (event (:constructor make-event (day action &optional (number (incf *event-count*)))))
  day action number)

(defun before-p (a b)
  (or (< (event-day a) (event-day b))
      (and (= (event-day a) (event-day b))
           (< (event-number a) (event-number b)))))

(defun schedule (days function)
  "Calls FUNCTION in so many DAYS."
  (vector-push-extend (make-event (+ *day* days) function) *events*)
  (loop with i = (1- (fill-pointer *events*))
        for parent = (floor (1- i) 2)
        while (and (plusp i) (before-p (aref *events* i) (aref *events* parent)))
        do (rotatef (aref *events* i) (aref *events* parent))
           (setf i parent)))

(defmacro in-days (days &body body)
  `(schedule ,days (lambda () ,@body)))

(defun next-event ()
  (let ((first (aref *events* 0)) (last (vector-pop *events*)))
    (unless (eq first last)
      (setf (aref *events* 0) last)
      (loop with i = 0 and size = (fill-pointer *events*)
            for least = (loop with best = i
                              for child from (+ i i 1) to (+ i i 2)
                              when (and (< child size)
                                        (before-p (aref *events* child) (aref *events* best)))
                                do (setf best child)
                              finally (return best))
            until (= least i)
            do (rotatef (aref *events* i) (aref *events* least))
               (setf i least)))
    first))

(defun run-until (day)
  (loop until (or (zerop (length *events*))
                  (> (event-day (aref *events* 0)) day))
        do (let ((event (next-event)))
             (setf *day* (event-day event))
             (count-event :events)
             (funcall (event-action event))))
  (setf *day* day))

;;;; Stock

(defun free-stock (article)
  (- (on-hand article) (reserved article)))

(defun reserve (article amount)
  "Reserves AMOUNT of ARTICLE and returns what was reserved: less when a handler chooses
to take less, none when it leaves the line out."
  (restart-case
      (progn
        (when (> amount (free-stock article))
          (error 'out-of-stock :article article :wanted amount))
        (incf (reserved article) amount)
        amount)
    (take-less ()
      :report (lambda (stream) (format stream "Take what there is of ~a." (name article)))
      (let ((less (max 0 (free-stock article))))
        (incf (reserved article) less)
        less))
    (leave-out ()
      :report "Leave the line out."
      0)))

(defun reorder-when-low (article)
  (when (< (+ (free-stock article) (coming article)) (reorder-at article))
    (let* ((supplier (article-supplier article))
           (amount (reorder-amount article))
           (days (+ (supplier-delay supplier) (pick-below 3))))
      (incf (coming article) amount)
      (count-event :reorders)
      (in-days days (deliver article amount supplier)))))

(defun deliver (article amount supplier)
  (let ((arrived amount))
    (decf (coming article) amount)
    (when (>= (pick-below 10) (supplier-reliability supplier))
      (setf arrived (floor (* 3 amount) 4))
      (restart-case
          (warn 'short-delivery :article article :missing (- amount arrived))
        (order-rest ()
          :report "Order what is missing again."
          (incf (coming article) (- amount arrived))
          (in-days 1 (deliver article (- amount arrived) supplier)))
        (use-value (value)
          :report "Say how much arrived."
          :interactive (lambda () (list (parse-integer (read-line *query-io*))))
          (setf arrived value))))
    (incf (on-hand article) arrived)
    (record article arrived)
    (decf (balance-of supplier) (floor (* arrived (price article) 6) 10))
    (count-event :deliveries)
    (retry-waiting)))

;;;; Orders

(defvar *orders* '())
(defvar *waiting* '())

(defun order-total (order)
  (loop for line in (order-lines order)
        sum (* (line-amount line) (price (line-article line)))))

(defun check-credit (order)
  (let ((customer (order-customer order)) (total (order-total order)))
    (loop
      (with-simple-restart (check-again "Check the credit of ~a again." (name customer))
        (when (> (+ (balance-of customer) total) (customer-credit customer))
          (error 'credit-exceeded :customer customer :amount total))
        (return t)))))

(defun release (order)
  "Gives back what ORDER has reserved."
  (dolist (line (order-lines order))
    (decf (reserved (line-article line)) (line-amount line))))

(defun accept-order (order)
  (catch 'order-refused
    (let ((complete nil))
      (unwind-protect
           (progn
             (dolist (line (shiftf (order-lines order) '()))
               (let ((got (reserve (line-article line) (line-amount line))))
                 (unless (zerop got)
                   (push (make-line :article (line-article line) :amount got)
                         (order-lines order)))))
             (cond ((null (order-lines order)) (setf (order-state order) :empty))
                   (t (check-credit order)
                      (setf (order-state order) :accepted)
                      (in-days 1 (ship order))))
             (setf complete t))
        (unless complete
          (release order)
          (setf (order-state order) :refused)))))
  (count-event (order-state order))
  (order-state order))

(defun ship (order)
  (let ((total (order-total order)) (customer (order-customer order)))
    (loop for (nil article amount) in (order-lines order)
          do (decf (reserved article) amount)
             (decf (on-hand article) amount)
             (record article (- amount))
             (count-event :pieces amount)
             (reorder-when-low article))
    (incf (balance-of customer) total)
    (setf (order-state order) :shipped)
    (count-event :sales total)
    (in-days (pick-between 4 9)
      (decf (balance-of customer) total)
      (count-event :payments total))))

(defun retry-waiting ()
  (let ((waiting (nreverse (shiftf *waiting* '()))))
    (loop for (article amount customer) in waiting
          do (if (>= (free-stock article) amount)
                 (in-days 0
                   (place-order customer (list (make-line :article article :amount amount))))
                 (push (list article amount customer) *waiting*)))))

;;;; Policies: functions from conditions to restarts, chosen by customer

(defun patient-policy (customer)
  "What is out of stock is left out and ordered again later."
  (lambda (condition)
    (push (list (condition-article condition) (condition-wanted condition) customer) *waiting*)
    (count-event :back-orders)
    (invoke-restart 'leave-out)))

(defun hasty-policy (customer)
  (lambda (condition)
    (note "~a takes less: ~a" (name customer) condition)
    (invoke-restart 'take-less)))

(defvar *policies* (make-hash-table :test #'eq))

(defun policy-of (customer)
  (gethash customer *policies* #'identity))

(defvar *order-number* 0)

(defun place-order (customer lines)
  (let ((order (make-order :number (incf *order-number*) :customer customer
                           :lines lines :day *day*))
        (raised nil))
    (push order *orders*)
    (handler-case
        (handler-bind
            ((out-of-stock (policy-of customer))
             (credit-exceeded
               (lambda (condition)
                 ;; Once in an order the credit may be raised by half, for small orders.
                 (cond ((and (not raised) (< (condition-amount condition) 12000))
                        (setf raised t
                              (customer-credit customer)
                              (floor (* 3 (customer-credit customer)) 2))
                        (count-event :raised-credits)
                        (invoke-restart 'check-again))
                       (t (note "~a" condition)
                          (throw 'order-refused nil))))))
          (accept-order order))
      (out-of-stock (condition)
        (note "~a refused: ~a" order condition)
        (count-event :unhandled)))))

(defun shop (customer)
  "CUSTOMER orders now and again in some days."
  (let ((lines (loop for i from 1 to (pick-between 1 3)
                     for article = (article-named (pick-one (customer-favourites customer)))
                     collect (make-line :article article :amount (pick-between 1 12)))))
    (place-order customer lines))
  (in-days (pick-between 1 3) (shop customer)))

(defun count-shelves ()
  "Once a week a piece of everything may have gone."
  (loop for key in (sorted-keys *articles*)
        for article = (gethash key *articles*)
        for lost = (if (and (plusp (free-stock article)) (zerop (pick-below 4))) 1 0)
        do (decf (on-hand article) lost)
           (signal 'shelf-counted :difference lost))
  (in-days 7 (count-shelves)))

;;;; The beginning

(defun add-supplier (key name &rest options)
  (setf (gethash key *suppliers*) (apply #'make-supplier :name name options)))

(defun add-article (name price reorder-at reorder-amount supplier)
  (setf (gethash name *articles*)
        (make-article name price reorder-at reorder-amount (gethash supplier *suppliers*))))

(defun add-customer (name policy &rest options)
  (let ((customer (apply #'make-customer :name name options)))
    (setf (gethash name *customers*) customer)
    (when policy
      (setf (gethash customer *policies*) (funcall policy customer)))
    (schedule (pick-below 3) (lambda () (shop customer)))
    customer))

(defun set-up ()
  (add-supplier :north "Northern Tools" :delay 2)
  (add-supplier :south "South & Sons" :reliability 6)
  (loop for (name price at amount supplier)
          in '(("hammer" 1250 20 30 :north) ("saw" 1899 12 20 :north)
               ("nails" 399 40 80 :south) ("glue" 275 15 25 :south)
               ("lamp" 4300 6 10 :south) ("rope" 850 10 24 :north))
        do (add-article name price at amount supplier))
  (add-customer "Ada" #'patient-policy :favourites '("hammer" "nails" "lamp"))
  (add-customer "Bertrand" #'hasty-policy :favourites '("saw" "glue" "nails"))
  (add-customer "Cleo" nil :credit 60000 :favourites #("lamp" "rope"))
  (add-customer "Dmitri" #'patient-policy :credit 30000
                :favourites '("rope" "saw" "hammer" "glue"))
  (in-days 7 (count-shelves)))

;;;; The report

(defun heading (control &rest arguments)
  (let ((text (apply #'format nil control arguments)))
    (format t "~%~a~%~v@{~c~:*~}~%" text (length text) #\=)))

(defun report-stock ()
  (heading "Stock")
  (format t "~10a~8@a~8@a~8@a~12@a  ~a~%" "article" "on hand" "free" "coming" "value" "movements")
  (loop for key in (sorted-keys *articles*)
        for article = (gethash key *articles*)
        for value = (* (on-hand article) (price article))
        sum value into total
        do (format t "~10a~8d~8d~8d~12@a  ~[none~;one~;two~:;~:*~d~]~%"
                   key (on-hand article) (free-stock article) (coming article)
                   (money value) (length (history article)))
        finally (format t "~10a~36@a~%" "total" (money total))))

(defun report-parties ()
  (heading "Accounts")
  (loop for key in (sorted-keys *customers*)
        for customer = (gethash key *customers*)
        for orders = (remove customer *orders* :key #'order-customer :test-not #'eq)
        do (format t "~10a owes ~10@a of ~10@a; ~d order~:p~@[, ~{~(~a~) ~d~^, ~}~]~%"
                   key (money (balance-of customer)) (money (customer-credit customer))
                   (length orders)
                   (loop for state in '(:shipped :accepted :empty :refused)
                         for n = (count state orders :key #'order-state)
                         when (plusp n) collect state and collect n)))
  (let ((lines '()))
    (maphash (lambda (key supplier)
               (push (format nil "~16a~14@a  ~(~s~)" (name supplier)
                             (money (balance-of supplier)) key)
                     lines))
             *suppliers*)
    (format t "~{~a~%~}" (sort lines #'string<))))

(defun report-orders ()
  (heading "Orders")
  (let* ((shipped (remove :shipped *orders* :key #'order-state :test-not #'eql))
         (best (loop with best = nil
                     for order in (reverse shipped)
                     when (or (null best) (> (order-total order) (order-total best)))
                       do (setf best order)
                     finally (return best)))
         (by-article (make-hash-table :test #'equal)))
    (dolist (order shipped)
      (dolist (line (order-lines order))
        (incf (gethash (name (line-article line)) by-article 0) (line-amount line))))
    (format t "Largest: ~a, ~a, on day ~d~%" best (money (order-total best)) (order-day best))
    (format t "Mean value: ~,2f~%"
            (/ (reduce #'+ shipped :key #'order-total) (* 100.0 (length shipped))))
    (format t "Pieces: ~{~{~a ~d~}~^, ~}~%"
            (loop for key in (sort (sorted-keys by-article) #'>
                                   :key (lambda (k) (gethash k by-article)))
                  collect (list key (gethash key by-article))))
    (format t "~@(~r~) shipped order~:p; by number of lines:~{ ~d:~d~}~%" (length shipped)
            (loop for n from 1 to 3
                  collect n
                  collect (count n shipped :key (lambda (o) (length (order-lines o))))))))

(defun report-counters ()
  (heading "Events")
  (loop for key in (sorted-keys *counters* :key #'symbol-name)
        for n = (gethash key *counters*)
        do (format t "~(~16a~)~12@a~%" key
                   (if (member key '(:sales :payments)) (money n) (format nil "~:d" n)))))

(defun report-journal (count)
  (heading "The last of ~d notes" (length *journal*))
  (loop for text in (reverse (subseq *journal* 0 (min count (length *journal*))))
        for i from 1
        do (format t "~3d. ~a~%" i text)))

;;;; Books must balance

(defun audit ()
  (loop for article being the hash-values of *articles* using (hash-key key)
        do (assert (>= (on-hand article) 0) () "~a: less than nothing on the shelf" key)
           (assert (<= 0 (reserved article) (on-hand article)) ()
                   "~a: ~d reserved of ~d" key (reserved article) (on-hand article)))
  (let ((owed (loop for c being the hash-values of *customers* sum (balance-of c))))
    (assert (= owed (- (gethash :sales *counters* 0) (gethash :payments *counters* 0))))
    (format t "~%The books balance: ~a is owed.~%" (money owed))))

(defun simulate (days)
  (let ((missing 0) (lost 0))
    (set-up)
    (handler-bind
        ((short-delivery
           (lambda (condition)
             (incf missing (condition-missing condition))
             (note "~a" condition)
             (if (evenp (condition-missing condition))
                 (invoke-restart 'order-rest)
                 (muffle-warning condition))))
         (shelf-counted
           (lambda (condition) (incf lost (condition-difference condition)))))
      (run-until days))
    (format t "~d days, ~d order~:p; ~d piece~:p missing in deliveries, ~d lost.~%"
            days (length *orders*) missing lost)))

(setf *print-pretty* nil)
(simulate (if *small* 8 60))
(report-stock)
(report-parties)
(report-orders)
(report-counters)
(report-journal (if *small* 3 10))
(audit)
(handler-case (article-named "anvil")
  (warehouse-condition (condition) (format t "~a.~%" condition)))
(format t "Restarts of a reservation: ~{~(~a~)~^, ~}.~%"
        (block asked
          (handler-bind ((out-of-stock
                           (lambda (condition)
                             (return-from asked
                               (loop for restart in (compute-restarts condition)
                                     when (member (restart-name restart) '(take-less leave-out))
                                       collect (restart-name restart))))))
            (reserve (article-named "lamp") 1000))))
