;;; Arrays.
;;;
;;; The instructions deal with simple arrays: one dimension, nothing else. What is here
;;; deals with full arrays, whose boxed words name an array that holds the elements, an
;;; offset into it, the size, a fill pointer and the dimensions (docs/objects-and-storage.md),
;;; and makes both.

(in-package :si)

;; Bits of a full array's header, as %array-rank-bits gives them.
(defconstant array-adjustable-bit 8)
(defconstant array-displaced-bit 16)
(defconstant array-fill-pointer-bit 32)

(defconstant array-rank-limit 8)
(defconstant array-dimension-limit 16777216)
(defconstant array-total-size-limit 16777216)

(defun full-array-p (x) (and (arrayp x) (not (%array-simple-p x))))

(defun check-array (x)
  (if (arrayp x) x (wrong-type-argument x 'array)))

(defun full-array-bit-p (array bit)
  (and (not (%array-simple-p (check-array array)))
       (not (eql 0 (logand (%array-rank-bits array) bit)))))

(defun vector-data (array)
  "The simple array that holds the elements of ARRAY, and the offset of its element 0."
  (if (%array-simple-p array)
      (values array 0)
      (let ((data (%array-word array 1)) (offset (%array-word array 2)))
        (do () ((%array-simple-p data) (values data offset))
          (setq offset (+ offset (%array-word data 2))
                data (%array-word data 1))))))

(defun vector-length (vector)
  "Length of a full vector: its fill pointer, or its dimension."
  (or (%array-word vector 4) (%array-word vector 5)))

;;; Element types and array type codes

(defun integer-range-code (low high)
  (cond ((not (and (integerp low) (integerp high))) 7)
        ((>= low 0)
         (cond ((<= high 1) 1) ((<= high 3) 2) ((<= high 15) 3) ((<= high 255) 4)
               ((<= high 65535) 5)
               ((<= high 4294967295) 6)
               (t 7)))
        ((and (>= low -128) (<= high 127)) 13)
        ((and (>= low -32768) (<= high 32767)) 14)
        ((and (eql low -2147483648) (<= high 2147483647)) 15)
        (t 7)))

(defun array-type-code (type)
  "The array type code for elements of TYPE."
  (let* ((type (expand-type type)) (name (if (consp type) (car type) type))
         (first (if (consp type) (cadr type) '*)))
    (case name
      ((t * symbol list cons fixnum null) 7)
      ((character extended-char) 10)
      ((base-char standard-char) 9)
      ((bit) 1)
      ((unsigned-byte)
       (cond ((not (integerp first)) 7)
             (t (integer-range-code 0 (1- (ash 1 first))))))
      ((signed-byte)
       (cond ((not (integerp first)) 7)
             (t (integer-range-code (- (ash 1 (1- first))) (1- (ash 1 (1- first)))))))
      ((mod) (integer-range-code 0 (1- first)))
      ((integer)
       (if (consp type)
           (let ((low first) (high (caddr type)))
             (integer-range-code (if (consp low) (1+ (car low)) low)
                                 (if (consp high) (1- (car high)) high)))
           7))
      ((single-float short-float) 11)
      ((double-float long-float) 12)
      ((member eql)
       (if (every #'characterp (cdr type)) 10 7))
      ((nil) 10)
      (t 7))))

(defun code-element-type (code)
  (case code
    (1 'bit)
    (2 '(unsigned-byte 2))
    (3 '(unsigned-byte 4))
    (4 '(unsigned-byte 8))
    (5 '(unsigned-byte 16))
    (6 '(unsigned-byte 32))
    (9 'base-char)
    (10 'character)
    (11 'single-float)
    (12 'double-float)
    (13 '(signed-byte 8))
    (14 '(signed-byte 16))
    (15 '(signed-byte 32))
    (t t)))

(defun upgraded-array-element-type (type &optional environment)
  (declare (ignore environment))
  (code-element-type (array-type-code type)))

(defun array-element-type (array)
  (code-element-type (%array-type (check-array array))))

;;; Making arrays

(defun check-dimensions (dimensions)
  "DIMENSIONS as a list, and their product."
  (let ((list (if (listp dimensions) dimensions (list dimensions))) (size 1))
    (dolist (d list)
      (setq size (* size (check-index d))))
    (unless (fixnump size)
      (error 'simple-error :format-control "An array cannot have the dimensions ~s"
                           :format-arguments (list dimensions)))
    (when (>= (length list) array-rank-limit)
      (error "An array cannot have ~d dimensions; the limit is ~d"
             (length list) (1- array-rank-limit)))
    (values list size)))

(defun install-full-array (array data offset size fill-pointer dimensions)
  (%set-array-word data array 1)
  (%set-array-word offset array 2)
  (%set-array-word size array 3)
  (%set-array-word fill-pointer array 4)
  (let ((k 5))
    (dolist (d dimensions)
      (%set-array-word d array k)
      (setq k (1+ k))))
  array)

(defun fill-from-contents (data dimensions contents)
  "Stores nested sequences in row-major order."
  (let ((index 0))
    (labels ((walk (dims contents)
               (if (null dims)
                   (progn (%aset-1 contents data index) (setq index (1+ index)))
                   (progn
                     (unless (eql (length contents) (car dims))
                       (error "The initial contents ~s do not have ~d elements"
                              contents (car dims)))
                     (%do-elements (x i contents 0 (length contents))
                       (walk (cdr dims) x))))))
      (walk dimensions contents))
    data))

(defun make-array (dimensions &key (element-type t) (initial-element nil element-given)
                                (initial-contents nil contents-given)
                                adjustable fill-pointer displaced-to
                                (displaced-index-offset 0))
  (if (and (fixnump dimensions) (not contents-given) (not adjustable) (not fill-pointer)
           (not displaced-to))
      (let ((array (%make-simple-array (if (eq element-type t) 7 (array-type-code element-type))
                                       (check-index dimensions))))
        (if (and element-given (> dimensions 0)) (fill array initial-element) array))
      (multiple-value-bind (dims size) (check-dimensions dimensions)
        (let* ((rank (length dims)) (code (array-type-code element-type))
               (fill (fill-pointer-value fill-pointer dims)))
          (when (and displaced-to (or element-given contents-given))
            (error "A displaced array has no initial contents of its own"))
          (when displaced-to
            (unless (eql code (%array-type (check-array displaced-to)))
              (error "An array of ~s cannot be displaced to one of ~s"
                     element-type (array-element-type displaced-to)))
            (unless (<= (+ (check-index displaced-index-offset) size)
                        (array-total-size displaced-to))
              (error "~s is too small for the array displaced to it" displaced-to)))
          (let ((data (or displaced-to (%make-simple-array code size))))
            (when contents-given (fill-from-contents data dims initial-contents))
            (when (and element-given (> size 0)) (fill data initial-element))
            (if (and (eql rank 1) (not adjustable) (not fill) (not displaced-to))
                data
                (install-full-array
                 (%make-full-array code
                                   (logior rank
                                           (if adjustable array-adjustable-bit 0)
                                           (if displaced-to array-displaced-bit 0)
                                           (if fill array-fill-pointer-bit 0))
                                   rank)
                 data (if displaced-to displaced-index-offset 0) size fill dims)))))))

(defun fill-pointer-value (fill-pointer dimensions)
  (cond ((null fill-pointer) nil)
        ((not (eql (length dimensions) 1))
         (error "Only a vector can have a fill pointer"))
        ((eq fill-pointer t) (car dimensions))
        ((and (fixnump fill-pointer) (<= 0 fill-pointer (car dimensions))) fill-pointer)
        (t (error "~s is no fill pointer for a vector of length ~d"
                  fill-pointer (car dimensions)))))

(defun vector (&rest elements)
  (let ((v (%make-simple-array 7 (length elements))) (i 0))
    (dolist (x elements v)
      (%svset x v i)
      (setq i (1+ i)))))

;;; Asking

(defun array-rank (array)
  (if (%array-simple-p (check-array array)) 1 (logand (%array-rank-bits array) 7)))

(defun array-dimension (array axis)
  (if (and (fixnump axis) (< -1 axis (array-rank array)))
      (if (%array-simple-p array) (%simple-length array) (%array-word array (+ 5 axis)))
      (error "~s has no axis ~s" array axis)))

(defun array-dimensions (array)
  (let ((list nil))
    (do ((i (1- (array-rank array)) (1- i))) ((minusp i) list)
      (setq list (cons (array-dimension array i) list)))))

(defun array-total-size (array)
  (if (%array-simple-p (check-array array)) (%simple-length array) (%array-word array 3)))

(defun array-has-fill-pointer-p (array) (full-array-bit-p array array-fill-pointer-bit))
(defun adjustable-array-p (array) (full-array-bit-p array array-adjustable-bit))

(defun array-displacement (array)
  (if (full-array-bit-p array array-displaced-bit)
      (values (%array-word array 1) (%array-word array 2))
      (values nil 0)))

(defun fill-pointer (vector)
  (if (and (arrayp vector) (array-has-fill-pointer-p vector))
      (%array-word vector 4)
      (wrong-type-argument vector '(and vector (satisfies array-has-fill-pointer-p)))))

(defun %set-fill-pointer (new vector)
  (fill-pointer vector)
  (unless (and (fixnump new) (<= 0 new (%array-word vector 5)))
    (error "~s is no fill pointer for ~s" new vector))
  (%set-array-word new vector 4))

(defun array-in-bounds-p (array &rest subscripts)
  (unless (eql (length subscripts) (array-rank array))
    (subscript-count-error array subscripts))
  (let ((axis 0))
    (dolist (s subscripts t)
      (unless (and (fixnump s) (< -1 s (array-dimension array axis))) (return nil))
      (setq axis (1+ axis)))))

;;; Access

(defun %aref-1-slow (array index)
  (multiple-value-bind (data position) (locate-element array index)
    (%aref-1 data position)))

(defun %aset-1-slow (new array index)
  (multiple-value-bind (data position) (locate-element array index)
    (%aset-1 (check-element new data) data position)))

(defun locate-element (array index)
  "Where element INDEX of a vector is, after the checks that the instruction left."
  (check-array array)
  (if (%array-simple-p array)
      (if (and (fixnump index) (< -1 index (%simple-length array)))
          (values array index)
          (index-error index array))
      (if (not (eql (array-rank array) 1))
          (subscript-count-error array (list index))
          (if (and (fixnump index) (< -1 index (%array-word array 5)))
              (multiple-value-bind (data offset) (vector-data array)
                (values data (+ offset index)))
              (index-error index array)))))

(defun check-element (new data)
  "NEW, if the simple array DATA can hold it."
  (let ((code (%array-type data)))
    (if (or (eql code 7) (typep new (code-element-type code))
            (and (eql code 9) (characterp new) (< (char-code new) 256)))
        new
        (wrong-type-argument new (code-element-type code)))))

(defun row-major-index-of (array subscripts)
  (if (eql (length subscripts) (array-rank array))
      (let ((index 0) (axis 0))
        (dolist (s subscripts index)
          (let ((d (array-dimension array axis)))
            (unless (and (fixnump s) (< -1 s d)) (index-error s array axis))
            (setq index (+ (* index d) s) axis (1+ axis)))))
      (subscript-count-error array subscripts)))

(defun array-row-major-index (array &rest subscripts)
  (row-major-index-of (check-array array) subscripts))

(defun row-major-aref (array index)
  (if (and (fixnump index) (< -1 index (array-total-size array)))
      (multiple-value-bind (data offset) (vector-data array)
        (%aref-1 data (+ offset index)))
      (index-error index array)))

(defun %set-row-major-aref (new array index)
  (if (and (fixnump index) (< -1 index (array-total-size array)))
      (multiple-value-bind (data offset) (vector-data array)
        (%aset-1 new data (+ offset index)))
      (index-error index array)))

(defun aref (array &rest subscripts)
  (if (and subscripts (null (cdr subscripts)))
      (%aref-1 array (car subscripts))
      (row-major-aref array (row-major-index-of (check-array array) subscripts))))

(defun %aset (new array &rest subscripts)
  (if (and subscripts (null (cdr subscripts)))
      (%aset-1 new array (car subscripts))
      (%set-row-major-aref new array (row-major-index-of (check-array array) subscripts))))

(defun bit (array &rest subscripts) (apply #'aref array subscripts))
(defun sbit (array &rest subscripts) (apply #'aref array subscripts))

;;; Vectors with fill pointers

(defun vector-push (new vector)
  (let ((fill (fill-pointer vector)))
    (if (< fill (%array-word vector 5))
        (progn
          (%set-array-word (1+ fill) vector 4)
          (%aset-1 new vector fill)
          fill)
        nil)))

(defun vector-push-extend (new vector &optional extension)
  (let ((fill (fill-pointer vector)) (size (%array-word vector 5)))
    (when (eql fill size)
      (unless (adjustable-array-p vector)
        (error "~s is full and cannot be adjusted" vector))
      (adjust-array vector (+ size (or extension (max 8 size)))))
    (%set-array-word (1+ fill) vector 4)
    (%aset-1 new vector fill)
    fill))

(defun vector-pop (vector)
  (let ((fill (fill-pointer vector)))
    (when (eql fill 0) (error "There is nothing to pop from ~s" vector))
    (%set-array-word (1- fill) vector 4)
    (%aref-1 vector (1- fill))))

;;; Adjusting

(defun adjust-array (array dimensions &key (element-type nil element-type-given)
                                        (initial-element nil element-given)
                                        (initial-contents nil contents-given)
                                        fill-pointer displaced-to (displaced-index-offset 0))
  (multiple-value-bind (dims size) (check-dimensions dimensions)
    (unless (eql (length dims) (array-rank array))
      (error "~s cannot be adjusted to the dimensions ~s" array dimensions))
    (when (and element-type-given
               (not (eql (array-type-code element-type) (%array-type array))))
      (error "~s does not have elements of type ~s" array element-type))
    (let* ((code (%array-type array))
           (old-fill (if (array-has-fill-pointer-p array) (%array-word array 4) nil))
           (fill (cond (fill-pointer (fill-pointer-value fill-pointer dims))
                       (old-fill (if (<= old-fill size)
                                     old-fill
                                     (error "The fill pointer of ~s is beyond ~s"
                                            array dimensions)))
                       (t nil)))
           (data (cond (displaced-to displaced-to)
                       (t (let ((new (%make-simple-array code size)))
                            (when (and element-given (> size 0)) (fill new initial-element))
                            (if contents-given
                                (fill-from-contents new dims initial-contents)
                                (copy-common-elements array new dims))
                            new)))))
      (if (adjustable-array-p array)
          (progn
            (set-displaced-bit array (if displaced-to t nil))
            (install-full-array array data (if displaced-to displaced-index-offset 0)
                                size fill dims))
          (if (and (%array-simple-p array) (not displaced-to))
              data
              (install-full-array
               (%make-full-array code (logior (length dims)
                                              (if displaced-to array-displaced-bit 0)
                                              (if fill array-fill-pointer-bit 0))
                                 (length dims))
               data (if displaced-to displaced-index-offset 0) size fill dims))))))

(defun set-displaced-bit (array on)
  "Displacement is marked in the header; an array that changes it gets its bit anew."
  (unless (eq on (full-array-bit-p array array-displaced-bit))
    (%set-array-displaced array on)))

(defun %set-array-displaced (array on)
  (declare (ignore on))
  (error "~s: an adjustable array that was not displaced cannot become so, nor the reverse; ~
make a new array" array))

(defun copy-common-elements (old new dimensions)
  "Copies what the old and the new dimensions have in common into the simple array NEW."
  (let ((old-dimensions (array-dimensions old)))
    (multiple-value-bind (data offset) (vector-data old)
      (labels ((walk (old-dims new-dims old-base new-base)
                 (if (null old-dims)
                     (%aset-1 (%aref-1 data (+ offset old-base)) new new-base)
                     (if (null (cdr old-dims))
                         (let ((n (min (car old-dims) (car new-dims))))
                           (%copy-elements data (+ offset old-base) new new-base n))
                         (let ((old-stride (reduce #'* (cdr old-dims)))
                               (new-stride (reduce #'* (cdr new-dims))))
                           (dotimes (i (min (car old-dims) (car new-dims)))
                             (walk (cdr old-dims) (cdr new-dims)
                                   (+ old-base (* i old-stride))
                                   (+ new-base (* i new-stride)))))))))
        (walk old-dimensions dimensions 0 0)))))

;;; Bit arrays

(defun bit-operation (a b result operation)
  (let ((target (cond ((eq result t) a)
                      ((null result)
                       (make-array (array-dimensions a) :element-type 'bit))
                      (t result))))
    (unless (and (equal (array-dimensions a) (array-dimensions target))
                 (or (null b) (equal (array-dimensions a) (array-dimensions b))))
      (error "Bit arrays of different dimensions: ~s, ~s" a (or b target)))
    (dotimes (i (array-total-size a) target)
      (setf (row-major-aref target i)
            (if b
                (funcall operation (row-major-aref a i) (row-major-aref b i))
                (funcall operation (row-major-aref a i)))))))

(defun bit-and (a b &optional result) (bit-operation a b result #'logand))
(defun bit-ior (a b &optional result) (bit-operation a b result #'logior))
(defun bit-xor (a b &optional result) (bit-operation a b result #'logxor))
(defun bit-eqv (a b &optional result)
  (bit-operation a b result (lambda (x y) (if (eql x y) 1 0))))
(defun bit-nand (a b &optional result)
  (bit-operation a b result (lambda (x y) (- 1 (logand x y)))))
(defun bit-nor (a b &optional result)
  (bit-operation a b result (lambda (x y) (- 1 (logior x y)))))
(defun bit-andc1 (a b &optional result)
  (bit-operation a b result (lambda (x y) (logand (- 1 x) y))))
(defun bit-andc2 (a b &optional result)
  (bit-operation a b result (lambda (x y) (logand x (- 1 y)))))
(defun bit-orc1 (a b &optional result)
  (bit-operation a b result (lambda (x y) (logior (- 1 x) y))))
(defun bit-orc2 (a b &optional result)
  (bit-operation a b result (lambda (x y) (logior x (- 1 y)))))
(defun bit-not (a &optional result)
  (bit-operation a nil result (lambda (x) (- 1 x))))
