;;; SRFI 160: homogeneous vectors of numbers; here what the document calls the base library. The other
;;; libraries are made from 160-type.scm.
;;;
;;; A vector of numbers is a record around the bytes that hold them; a u8vector is a bytevector.

(define-library (srfi 160 base)
  (export
   make-u8vector u8vector u8vector? u8vector-length u8vector-ref u8vector-set! u8vector->list
   list->u8vector u8? make-s8vector s8vector s8vector? s8vector-length s8vector-ref
   s8vector-set! s8vector->list list->s8vector s8? make-u16vector u16vector u16vector?
   u16vector-length u16vector-ref u16vector-set! u16vector->list list->u16vector u16?
   make-s16vector s16vector s16vector? s16vector-length s16vector-ref s16vector-set!
   s16vector->list list->s16vector s16? make-u32vector u32vector u32vector? u32vector-length
   u32vector-ref u32vector-set! u32vector->list list->u32vector u32? make-s32vector s32vector
   s32vector? s32vector-length s32vector-ref s32vector-set! s32vector->list list->s32vector s32?
   make-u64vector u64vector u64vector? u64vector-length u64vector-ref u64vector-set!
   u64vector->list list->u64vector u64? make-s64vector s64vector s64vector? s64vector-length
   s64vector-ref s64vector-set! s64vector->list list->s64vector s64? make-f32vector f32vector
   f32vector? f32vector-length f32vector-ref f32vector-set! f32vector->list list->f32vector f32?
   make-f64vector f64vector f64vector? f64vector-length f64vector-ref f64vector-set!
   f64vector->list list->f64vector f64? make-c64vector c64vector c64vector? c64vector-length
   c64vector-ref c64vector-set! c64vector->list list->c64vector c64? make-c128vector c128vector
   c128vector? c128vector-length c128vector-ref c128vector-set! c128vector->list
   list->c128vector c128?)
  (import (scheme base) (scheme complex) (srfi 227) (lisle internal))
  (begin

    (define (real-ref bytes index kind) (%number-ref bytes index kind))
    (define (real-set! bytes index kind number) (%number-set! bytes index kind number))

    (define (complex-ref bytes index kind)
      (make-rectangular (%number-ref bytes (* 2 index) kind)
                        (%number-ref bytes (+ 1 (* 2 index)) kind)))
    (define (complex-set! bytes index kind number)
      (and (number? number)
           (%number-set! bytes (* 2 index) kind (inexact (real-part number)))
           (%number-set! bytes (+ 1 (* 2 index)) kind (inexact (imag-part number)))))

    ;; Rationals become floats on the way in.
    (define (stored number)
      (if (and (real? number) (exact? number) (not (integer? number))) (inexact number) number))

    (define-syntax define-vector
      (syntax-rules ()
        ((_ name (get kind) put! width expected
            make construct is? length-of ref set to-list from-list element?)
         (begin
           (define-record-type name (wrap bytes) is? (bytes bytes-of))
           (define (element? obj)
             (and (number? obj) (put! (make-bytevector width 0) 0 kind (stored obj)) #t))
           (define (check who position v)
             (if (not (is? v)) (%wrong-type who position (symbol->string 'construct) v)))
           (define-optionals* (make size (fill 0))
             (%check-size 'make 1 size)
             (let ((v (wrap (make-bytevector (* width size) 0))))
               (if (not (eqv? fill 0))
                   (let loop ((index 0))
                     (if (< index size)
                         (begin
                           (set v index fill)
                           (loop (+ index 1))))))
               v))
           (define (length-of v)
             (check 'length-of 1 v)
             (quotient (bytevector-length (bytes-of v)) width))
           (define (ref v index)
             (check 'ref 1 v)
             (%check-index 'ref 2 index 0 (- (length-of v) 1))
             (get (bytes-of v) index kind))
           (define (set v index number)
             (check 'set 1 v)
             (%check-index 'set 2 index 0 (- (length-of v) 1))
             (if (not (put! (bytes-of v) index kind (stored number)))
                 (%wrong-type 'set 3 expected number)))
           (define-optionals* (to-list v (start 0) (end (length-of v)))
             (%check-range 'to-list 3 start end (length-of v))
             (let loop ((index (- end 1)) (items '()))
               (if (< index start)
                   items
                   (loop (- index 1) (cons (ref v index) items)))))
           (define (from-list items)
             (%check-list 'from-list 1 items)
             (let ((v (make (length items))))
               (let loop ((index 0) (items items))
                 (if (pair? items)
                     (begin
                       (set v index (car items))
                       (loop (+ index 1) (cdr items)))
                     v))))
           (define (construct . items) (from-list items))))))

    (define make-u8vector make-bytevector)
    (define u8vector bytevector)
    (define u8vector? bytevector?)
    (define u8vector-length bytevector-length)
    (define u8vector-ref bytevector-u8-ref)
    (define u8vector-set! bytevector-u8-set!)
    (define-optionals* (u8vector->list v (start 0) (end (bytevector-length v)))
      (%check-range 'u8vector->list 3 start end (bytevector-length v))
      (let loop ((index (- end 1)) (items '()))
        (if (< index start)
            items
            (loop (- index 1) (cons (bytevector-u8-ref v index) items)))))
    (define (list->u8vector items) (apply bytevector items))
    (define (u8? obj) (and (exact-integer? obj) (<= 0 obj 255)))

    (define-vector <s8vector> (real-ref 1) real-set! 1 "exact integer that fits"
      make-s8vector s8vector s8vector? s8vector-length s8vector-ref s8vector-set!
      s8vector->list list->s8vector s8?)
    (define-vector <u16vector> (real-ref 2) real-set! 2 "exact integer that fits"
      make-u16vector u16vector u16vector? u16vector-length u16vector-ref u16vector-set!
      u16vector->list list->u16vector u16?)
    (define-vector <s16vector> (real-ref 3) real-set! 2 "exact integer that fits"
      make-s16vector s16vector s16vector? s16vector-length s16vector-ref s16vector-set!
      s16vector->list list->s16vector s16?)
    (define-vector <u32vector> (real-ref 4) real-set! 4 "exact integer that fits"
      make-u32vector u32vector u32vector? u32vector-length u32vector-ref u32vector-set!
      u32vector->list list->u32vector u32?)
    (define-vector <s32vector> (real-ref 5) real-set! 4 "exact integer that fits"
      make-s32vector s32vector s32vector? s32vector-length s32vector-ref s32vector-set!
      s32vector->list list->s32vector s32?)
    (define-vector <u64vector> (real-ref 6) real-set! 8 "exact integer that fits"
      make-u64vector u64vector u64vector? u64vector-length u64vector-ref u64vector-set!
      u64vector->list list->u64vector u64?)
    (define-vector <s64vector> (real-ref 7) real-set! 8 "exact integer that fits"
      make-s64vector s64vector s64vector? s64vector-length s64vector-ref s64vector-set!
      s64vector->list list->s64vector s64?)
    (define-vector <f32vector> (real-ref 8) real-set! 4 "real number"
      make-f32vector f32vector f32vector? f32vector-length f32vector-ref f32vector-set!
      f32vector->list list->f32vector f32?)
    (define-vector <f64vector> (real-ref 9) real-set! 8 "real number"
      make-f64vector f64vector f64vector? f64vector-length f64vector-ref f64vector-set!
      f64vector->list list->f64vector f64?)
    (define-vector <c64vector> (complex-ref 8) complex-set! 8 "complex number"
      make-c64vector c64vector c64vector? c64vector-length c64vector-ref c64vector-set!
      c64vector->list list->c64vector c64?)
    (define-vector <c128vector> (complex-ref 9) complex-set! 16 "complex number"
      make-c128vector c128vector c128vector? c128vector-length c128vector-ref c128vector-set!
      c128vector->list list->c128vector c128?)))

(define-library (srfi 160)
  (export
   make-u8vector u8vector u8vector? u8vector-length u8vector-ref u8vector-set! u8vector->list
   list->u8vector u8? make-s8vector s8vector s8vector? s8vector-length s8vector-ref
   s8vector-set! s8vector->list list->s8vector s8? make-u16vector u16vector u16vector?
   u16vector-length u16vector-ref u16vector-set! u16vector->list list->u16vector u16?
   make-s16vector s16vector s16vector? s16vector-length s16vector-ref s16vector-set!
   s16vector->list list->s16vector s16? make-u32vector u32vector u32vector? u32vector-length
   u32vector-ref u32vector-set! u32vector->list list->u32vector u32? make-s32vector s32vector
   s32vector? s32vector-length s32vector-ref s32vector-set! s32vector->list list->s32vector s32?
   make-u64vector u64vector u64vector? u64vector-length u64vector-ref u64vector-set!
   u64vector->list list->u64vector u64? make-s64vector s64vector s64vector? s64vector-length
   s64vector-ref s64vector-set! s64vector->list list->s64vector s64? make-f32vector f32vector
   f32vector? f32vector-length f32vector-ref f32vector-set! f32vector->list list->f32vector f32?
   make-f64vector f64vector f64vector? f64vector-length f64vector-ref f64vector-set!
   f64vector->list list->f64vector f64? make-c64vector c64vector c64vector? c64vector-length
   c64vector-ref c64vector-set! c64vector->list list->c64vector c64? make-c128vector c128vector
   c128vector? c128vector-length c128vector-ref c128vector-set! c128vector->list
   list->c128vector c128?)
  (import (srfi 160 base)))
