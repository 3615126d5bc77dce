;;; Packing blocks into a 5 by 5 by 5 box by trial: two-dimensional arrays and deep search.
;;; The box lies in a space of 8 by 8 by 8 cells whose cells outside it count as full.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defconstant side 8)
(defconstant cells (* side side side))

(defvar *space* (make-array cells :initial-element t) "is the cell full?")
(defvar *pieces-left* (make-array 4 :initial-element 0))
(defvar *trials* 0)

(defun cell (x y z)
  (+ x (* side (+ y (* side z)))))

(defun make-piece (class dx dy dz)
  "A piece of that size, as the vector of the cells it fills from its corner on."
  (let ((filled (loop for z below dz
                      nconc (loop for y below dy
                                  nconc (loop for x below dx collect (cell x y z))))))
    (cons class (coerce (sort filled #'<) 'simple-vector))))

(defun turned (class a b c)
  "The piece in every way it can lie."
  (let ((sizes '()))
    (dolist (size (list (list a b c) (list a c b) (list b a c)
                        (list b c a) (list c a b) (list c b a))
                  (mapcar (lambda (size) (apply #'make-piece class size)) (nreverse sizes)))
      (pushnew size sizes :test #'equal))))

(defparameter *pieces*
  (coerce (append (turned 0 4 2 1) (turned 1 3 1 1) (turned 2 2 2 1) (turned 3 2 2 2))
          'simple-vector))

(defun fits (piece at)
  (loop for offset across (cdr piece)
        never (aref *space* (+ at offset))))

(defun fill-cells (piece at value)
  (loop for offset across (cdr piece)
        do (setf (aref *space* (+ at offset)) value)))

(defun first-hole (from)
  (position nil *space* :start from))

(defun solve (at)
  "Fills the box from the hole AT on."
  (incf *trials*)
  (loop for piece across *pieces*
        for class = (car piece)
        thereis (and (plusp (aref *pieces-left* class))
                     (fits piece at)
                     (progn
                       (fill-cells piece at t)
                       (decf (aref *pieces-left* class))
                       (let ((next (first-hole at)))
                         (or (null next)
                             (solve next)
                             (progn
                               (incf (aref *pieces-left* class))
                               (fill-cells piece at nil))))))))

(defun puzzle (width counts)
  (fill *space* t)
  (loop for x from 1 to width
        do (loop for y from 1 to width
                 do (loop for z from 1 to width
                          do (setf (aref *space* (cell x y z)) nil))))
  (replace *pieces-left* counts)
  (let ((solved (solve (cell 1 1 1))))
    (format t "~:[No way~;Solved~] after ~d trials; pieces left: ~{~d~^ ~}~%"
            solved *trials* (coerce *pieces-left* 'list))))

(if *small*
    (puzzle 3 '(1 1 2 1))
    (puzzle 5 '(13 3 1 1)))
