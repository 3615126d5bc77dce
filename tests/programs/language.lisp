;;; A small language: tokenizer, parser by precedence, evaluator with closures.
;;;
;;; Statements: let NAME = E; NAME = E; print E, E; if E { } else { }; while E { };
;;; fun NAME(a, b) { }; return E. Expressions: numbers, strings, names, calls, operators.

;;; Errors carry the line they are about.

(define-condition language-error (error)
  ((line :initarg :line :reader error-line)
   (text :initarg :text :reader error-text))
  (:report (lambda (condition stream)
             (format stream "line ~d: ~a" (error-line condition) (error-text condition)))))

(defvar *line* 1)

(defun fail (control &rest arguments)
  (error 'language-error :line *line* :text (apply #'format nil control arguments)))

;;; Tokens are (KIND VALUE LINE).

(defparameter *words* '("let" "print" "if" "else" "while" "fun" "return" "and" "or" "not"))
(defparameter *operators* '("==" "!=" "<=" ">=" "+" "-" "*" "/" "%" "<" ">" "=" "(" ")" "{" "}" "," ";"))

(defun tokenize (text)
  (with-input-from-string (in text)
    (let ((*line* 1) (tokens '()))
      (labels ((emit (kind value) (push (list kind value *line*) tokens))
               (collect-while (test)
                 (with-output-to-string (out)
                   (loop for c = (peek-char nil in nil)
                         while (and c (funcall test c))
                         do (write-char (read-char in) out))))
               (operator (c)
                 (let* ((next (peek-char nil in nil))
                        (two (and next (find (coerce (list c next) 'string) *operators*
                                             :test #'string=)))
                        (one (find (string c) *operators* :test #'string=)))
                   (cond (two (read-char in) (emit :operator two))
                         (one (emit :operator one))
                         (t (fail "~s starts no token" c))))))
        (loop for c = (read-char in nil)
              while c
              do (cond ((char= c #\Newline) (incf *line*))
                       ((member c '(#\Space #\Tab)))
                       ((char= c #\#) (collect-while (lambda (c) (char/= c #\Newline))))
                       ((digit-char-p c)
                        (unread-char c in)
                        (emit :number (parse-integer (collect-while #'digit-char-p))))
                       ((alpha-char-p c)
                        (unread-char c in)
                        (let ((name (collect-while #'alphanumericp)))
                          (if (member name *words* :test #'string=)
                              (emit :word (intern (string-upcase name) :keyword))
                              (emit :name (intern name)))))
                       ((char= c #\")
                        (emit :string (collect-while (lambda (c) (char/= c #\"))))
                        (unless (read-char in nil)
                          (fail "the string has no end")))
                       (t (operator c))))
        (emit :end nil)
        (nreverse tokens)))))

;;; The parser makes lists; *TOKENS* is what is left to read.

(defvar *tokens*)

(defun kind () (first (first *tokens*)))
(defun value () (second (first *tokens*)))

(defun next ()
  (prog1 (value)
    (setf *line* (third (first *tokens*)))
    (pop *tokens*)))

(defun looking-at (thing)
  (and (member (kind) '(:operator :word)) (equal (value) thing)))

(defun accept (thing)
  (when (looking-at thing) (next) t))

(defun show-token ()
  (if (eq (kind) :end) "the end of the program" (format nil "~a" (value))))

(defun expect (thing)
  (unless (accept thing)
    (setf *line* (third (first *tokens*)))
    (fail "expected ~a, found ~a" thing (show-token))))

(defun expect-name ()
  (if (eq (kind) :name)
      (next)
      (fail "expected a name, found ~a" (show-token))))

(defparameter *precedences*
  '((:or . 1) (:and . 2) ("==" . 3) ("!=" . 3) ("<" . 4) (">" . 4) ("<=" . 4) (">=" . 4)
    ("+" . 5) ("-" . 5) ("*" . 6) ("/" . 6) ("%" . 6)))

(defun operator-precedence ()
  (and (member (kind) '(:operator :word))
       (cdr (assoc (value) *precedences* :test #'equal))))

(defun parse-expression (&optional (least 1))
  (let ((left (parse-unary)))
    (loop for precedence = (operator-precedence)
          while (and precedence (>= precedence least))
          do (let ((operator (next)))
               (setf left (list :binary operator left (parse-expression (1+ precedence))))))
    left))

(defun parse-unary ()
  (cond ((accept "-") (list :negate (parse-unary)))
        ((accept :not) (list :not (parse-unary)))
        (t (parse-call (parse-primary)))))

(defun parse-call (function)
  (if (accept "(")
      (parse-call (list :call function (parse-list #'parse-expression) *line*))
      function))

(defun parse-list (parser)
  "Things up to the closing parenthesis."
  (if (accept ")")
      '()
      (loop collect (funcall parser)
            until (accept ")")
            do (expect ","))))

(defun parse-primary ()
  (case (kind)
    (:number (list :constant (next)))
    (:string (list :constant (next)))
    (:name (list :variable (next) *line*))
    (t (cond ((accept "(") (prog1 (parse-expression) (expect ")")))
             ((accept :fun)
              (expect "(")
              (let ((parameters (parse-list #'expect-name)))
                (list :fun parameters (parse-block))))
             (t
              (setf *line* (third (first *tokens*)))
              (fail "expected an expression, found ~a" (show-token)))))))

(defun parse-block ()
  (expect "{")
  (loop until (accept "}")
        when (eq (kind) :end) do (fail "expected }, found ~a" (show-token))
        collect (parse-statement)))

(defun parse-statement ()
  (cond ((accept :let)
         (let ((name (expect-name)))
           (expect "=")
           (prog1 (list :let name (parse-expression)) (expect ";"))))
        ((accept :print)
         (prog1 (list :print (loop collect (parse-expression) while (accept ",")))
           (expect ";")))
        ((accept :if)
         (let* ((test (parse-expression)) (then (parse-block)))
           (list :if test then (and (accept :else) (parse-block)))))
        ((accept :while) (let ((test (parse-expression))) (list :while test (parse-block))))
        ((accept :return) (prog1 (list :return (parse-expression)) (expect ";")))
        ((and (looking-at :fun) (eq (first (second *tokens*)) :name))
         (next)
         (let ((name (next)))
           (expect "(")
           (let ((parameters (parse-list #'expect-name)))
             (list :let name (list :fun parameters (parse-block))))))
        ((and (eq (kind) :name) (equal (second (second *tokens*)) "="))
         (let ((name (next)) (line *line*))
           (expect "=")
           (prog1 (list :assign name (parse-expression) line) (expect ";"))))
        (t (prog1 (list :expression (parse-expression)) (expect ";")))))

(defun parse (text)
  (let ((*tokens* (tokenize text)) (*line* 1))
    (loop until (eq (kind) :end) collect (parse-statement))))

;;; Environments are chains of hash tables; functions are Lisp closures.

(defstruct (environment (:constructor make-environment (outer)))
  (table (make-hash-table :test #'eq))
  outer)

(defun frame-of (name environment line)
  (do ((e environment (environment-outer e)))
      ((null e)
       (let ((*line* line))
         (fail "there is no variable ~a" name)))
    (multiple-value-bind (value there) (gethash name (environment-table e))
      (declare (ignore value))
      (when there (return (environment-table e))))))

(defun truthp (value) (not (member value '(nil 0 "") :test #'equal)))

(defun arithmetic (operator a b)
  (unless (and (integerp a) (integerp b))
    (if (and (equal operator "+") (or (stringp a) (stringp b)))
        (return-from arithmetic (format nil "~a~a" a b))
        (fail "~a cannot be applied to ~a and ~a" operator a b)))
  (macrolet ((choose (&rest clauses)
               `(cond ,@(loop for (name form) in clauses
                              collect `((string= operator ,name) ,form)))))
    (flet ((truth (x) (if x 1 0)))
      (choose ("+" (+ a b)) ("-" (- a b)) ("*" (* a b))
              ("/" (values (floor a b))) ("%" (mod a b))
              ("<" (truth (< a b))) (">" (truth (> a b)))
              ("<=" (truth (<= a b))) (">=" (truth (>= a b)))))))

(defun evaluate (e env)
  (ecase (first e)
    (:constant (second e))
    (:variable (values (gethash (second e) (frame-of (second e) env (third e)))))
    (:negate (- (evaluate (second e) env)))
    (:not (if (truthp (evaluate (second e) env)) 0 1))
    (:fun
     (destructuring-bind (parameters body) (rest e)
       (lambda (&rest arguments)
         (unless (= (length arguments) (length parameters))
           (fail "a function of ~r argument~:p was called with ~r"
                 (length parameters) (length arguments)))
         (let ((inner (make-environment env)))
           (mapc (lambda (name value) (setf (gethash name (environment-table inner)) value))
                 parameters arguments)
           (catch 'return (perform-all body inner) 0)))))
    (:call
     (destructuring-bind (function arguments line) (rest e)
       (let ((function (evaluate function env))
             (arguments (mapcar (lambda (a) (evaluate a env)) arguments))
             (*line* line))
         (if (functionp function)
             (apply function arguments)
             (fail "~a is not a function" function)))))
    (:binary
     (destructuring-bind (operator left right) (rest e)
       (flet ((left () (evaluate left env)) (right () (evaluate right env)))
         (case operator
           (:and (let ((value (left))) (if (truthp value) (right) value)))
           (:or (let ((value (left))) (if (truthp value) value (right))))
           (t (cond ((string= operator "==") (if (equal (left) (right)) 1 0))
                    ((string= operator "!=") (if (equal (left) (right)) 0 1))
                    (t (arithmetic operator (left) (right)))))))))))

(defun perform-all (statements env)
  (dolist (s statements) (perform s env)))

(defun perform (s env)
  (ecase (first s)
    (:let (setf (gethash (second s) (environment-table env)) (evaluate (third s) env)))
    (:assign
     (destructuring-bind (name e line) (rest s)
       (setf (gethash name (frame-of name env line)) (evaluate e env))))
    (:print (format t "~{~a~^ ~}~%" (mapcar (lambda (e) (evaluate e env)) (second s))))
    (:if (if (truthp (evaluate (second s) env))
             (perform-all (third s) (make-environment env))
             (perform-all (fourth s) (make-environment env))))
    (:while (loop while (truthp (evaluate (second s) env))
                  do (perform-all (third s) (make-environment env))))
    (:return (throw 'return (evaluate (second s) env)))
    (:expression (evaluate (second s) env))))

(defun run (title text)
  (format t "~&-- ~a~%" title)
  (handler-case (perform-all (parse text) (make-environment nil))
    (language-error (e) (format t "Error in ~a~%" e))
    (division-by-zero () (format t "Division by zero~%"))))

(run "arithmetic"
     "print 1 + 2 * 3, (1 + 2) * 3, 7 / 2, 7 % 3, -4 + 1;
      print 1 < 2 and 2 < 3, not 1, 1 == 1, \"a\" + \"b\" + 3;
      print 0 or 5, 2 - 3 - 4;")
(run "loops and functions"
     "# the greatest common divisor
      fun gcd(a, b) { while b { let t = a % b; a = b; b = t; } return a; }
      fun fib(n) { if n < 2 { return n; } return fib(n - 1) + fib(n - 2); }
      print gcd(1071, 462), fib(15);
      let i = 0; let sum = 0;
      while i < 10 { i = i + 1; if i % 2 { sum = sum + i * i; } else { sum = sum - i; } }
      print \"sum\", sum;")
(run "large numbers"
     "fun factorial(n) { if n == 0 { return 1; } return n * factorial(n - 1); }
      print factorial(30);")
(run "closures"
     "fun counter(n) { return fun() { n = n + 1; return n; }; }
      let a = counter(10); let b = counter(100);
      a(); a(); b();
      print a(), b();
      fun twice(f) { return fun(x) { return f(f(x)); }; }
      print twice(twice(fun(x) { return x * 3; }))(2);")
(run "an unknown variable" "let x = 1;
print x;
print y;")
(run "a wrong call" "fun f(a) { return a; }
print f(1);
print f(1, 2);")
(run "no function" "let f = 3;
f(4);")
(run "an unfinished block" "while 1 { print 1;")
(run "a strange character" "let x = 1;
let y = $;")
(run "an unfinished string" "print \"abc;")
(run "a missing operand" "print 1 + ;")
(run "types" "print \"a\" * 2;")
(run "division" "print 1 / 0;")
