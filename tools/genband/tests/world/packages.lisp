;;; Packages of the small world.

(define-package #:common-lisp (:nicknames #:cl) (:use)
  (:export #:car #:cdr #:defun #:lambda #:nil #:t))
(define-package #:keyword (:nicknames) (:use) (:external t))
(define-package #:si (:nicknames #:system-internals) (:use #:common-lisp) (:external t))
(define-package #:compiler (:nicknames) (:use #:common-lisp) (:external t))
(define-package #:common-lisp-user (:nicknames #:cl-user) (:use #:common-lisp))
