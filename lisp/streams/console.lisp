;;; The console line, the clock and the SDU: registers of the boards (tables/boards.lisp,
;;; docs/boards.md) as far as Lisp speaks to them.

(in-package :si)

(defconstant console-slot #xF8)
(defconstant clock-slot #xF9)
(defconstant sdu-slot #xFF)

(defun register-halves (slot register)
  "Low and high half of a board's register."
  (%bus-read slot (* 4 register)))

(defun read-register (slot register)
  (multiple-value-bind (low high) (%bus-read slot (* 4 register))
    (+ low (ash high 16))))

(defun write-register (value slot register)
  (%bus-write (logand value #xffff) (logand (ash value -16) #xffff) slot (* 4 register))
  value)

;;; Console: 0 data in (bit 31 = none), 1 data out, 2 status (1 input, 2 end, 8 break,
;;; 32 terminal), 5 acknowledge, 6 width, 8 error out, 10 discard input.

(defun console-status () (register-halves console-slot 2))

(defun wait-for-event-after (count-low count-high)
  "Lets the processor stand still unless an event came after the count was read."
  (%bus-write count-low count-high sdu-slot (* 4 6)))

(defun console-read-char (stream)
  (declare (ignore stream))
  (do () (nil)
    (multiple-value-bind (count-low count-high) (register-halves sdu-slot 5)
      (multiple-value-bind (low high) (register-halves console-slot 0)
        (cond ((< high #x8000) (return (%int-char (+ low (ash high 16)))))
              ((logtest 2 (values (console-status))) (return nil))
              (t (wait-for-event-after count-low count-high)))))))

(defun console-listen (stream)
  (declare (ignore stream))
  (let ((status (values (console-status))))
    (cond ((logtest 1 status) t)
          ((logtest 2 status) :eof)
          (t nil))))

(defun console-write-char (char stream)
  (declare (ignore stream))
  (let ((code (char-code char)))
    (%bus-write (logand code #xffff) (ash code -16) console-slot 4)))

(defun console-write-error-char (char stream)
  (declare (ignore stream))
  (let ((code (char-code char)))
    (%bus-write (logand code #xffff) (ash code -16) console-slot 32)))

(defun make-console-stream ()
  (make-stream :kind :console
               :reader #'console-read-char :listener #'console-listen
               :writer #'console-write-char
               :clearer (lambda (s) (declare (ignore s)) (%bus-write 1 0 console-slot 40))))

(defun make-console-error-stream ()
  (make-stream :kind :console-error :writer #'console-write-error-char))

(defun console-is-terminal-p () (logtest 32 (values (console-status))))

(defun initialize-standard-streams ()
  (setq *terminal-io* (make-console-stream)
        *standard-input* (make-synonym-stream '*terminal-io*)
        *standard-output* (make-synonym-stream '*terminal-io*)
        *error-output* (make-console-error-stream)
        *query-io* (make-synonym-stream '*terminal-io*)
        *debug-io* (make-synonym-stream '*terminal-io*)
        *trace-output* (make-synonym-stream '*terminal-io*)))

(defun console-break ()
  "The user has asked for attention: a break that can be continued."
  (%bus-write 8 0 console-slot 20)
  (restart-case (invoke-debugger (make-condition 'console-interrupt))
    (continue () :report "Go on." nil)))

;;; Time

(defconstant internal-time-units-per-second 1000000)

(defun get-internal-real-time ()
  (let ((low (read-register clock-slot 0)))
    (+ low (ash (read-register clock-slot 1) 32))))

(defun get-internal-run-time () (get-internal-real-time))

(defun get-universal-time ()
  (let ((low (read-register clock-slot 2)))
    (values (floor (+ (* 1000000 (+ low (ash (read-register clock-slot 3) 32)))
                      (read-register clock-slot 4)
                      (get-internal-real-time))
                   1000000))))

(defun sleep (seconds)
  (unless (and (realp seconds) (>= seconds 0))
    (wrong-type-argument seconds '(real 0)))
  (let ((end (+ (get-internal-real-time) (ceiling (* seconds 1000000)))))
    (do () (nil)
      (multiple-value-bind (count-low count-high) (register-halves sdu-slot 5)
        (let ((left (- end (get-internal-real-time))))
          (when (<= left 0) (return nil))
          (write-register (min left #x7fffffff) clock-slot 5)
          (wait-for-event-after count-low count-high))))))

(defconstant seconds-in-day 86400)

(defun leap-year-p (year)
  (and (eql 0 (mod year 4)) (or (not (eql 0 (mod year 100))) (eql 0 (mod year 400)))))

(defun days-in-month (month year)
  (case month ((1 3 5 7 8 10 12) 31) (2 (if (leap-year-p year) 29 28)) (t 30)))

(defun days-before-year (year)
  "Days from 1900-01-01 to the first of YEAR."
  (let ((y (1- year)))
    (- (+ (* 365 (- year 1900)) (floor y 4) (- (floor y 100)) (floor y 400)) 460)))

(defun decode-universal-time (time &optional zone)
  (let ((zone (or zone 0)))
    (multiple-value-bind (days seconds) (floor (- time (* 3600 zone)) seconds-in-day)
      (let ((year (+ 1900 (floor days 366))))
        (do () ((< days (days-before-year (1+ year)))) (setq year (1+ year)))
        (let ((day (- days (days-before-year year))) (month 1))
          (do () ((< day (days-in-month month year)))
            (setq day (- day (days-in-month month year)) month (1+ month)))
          (multiple-value-bind (hour rest) (floor seconds 3600)
            (multiple-value-bind (minute second) (floor rest 60)
              (values second minute hour (1+ day) month year (mod days 7) nil zone))))))))

(defun encode-universal-time (second minute hour date month year &optional zone)
  (let ((days (+ (days-before-year year) (1- date))))
    (do ((m 1 (1+ m))) ((eql m month)) (setq days (+ days (days-in-month m year))))
    (+ second (* 60 minute) (* 3600 (+ hour (or zone 0))) (* seconds-in-day days))))

(defun get-decoded-time () (decode-universal-time (get-universal-time)))
