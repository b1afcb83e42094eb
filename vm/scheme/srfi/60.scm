;;; SRFI 60: integers as bits. Most of it is SRFI 151 under other names.

(define-library (srfi 60)
  (export
   bitwise-and (rename bitwise-and logand) bitwise-ior (rename bitwise-ior logior)
   bitwise-xor (rename bitwise-xor logxor) bitwise-not (rename bitwise-not lognot)
   bitwise-if (rename bitwise-if bitwise-merge)
   (rename any-bit-set? any-bits-set?) (rename any-bit-set? logtest)
   (rename count-bits bit-count) (rename count-bits logcount) integer-length
   first-set-bit (rename first-set-bit log2-binary-factors)
   bit-set? (rename bit-set? logbit?) copy-bit
   bit-field copy-bit-field arithmetic-shift (rename arithmetic-shift ash)
   rotate-bit-field reverse-bit-field
   integer->list list->integer booleans->integer)
  (import (scheme base) (srfi 151) (srfi 227) (lisle internal))
  (begin

    ;; Of a negative number the bits that are 0.
    (define (count-bits n)
      (if (negative? n) (bit-count (bitwise-not n)) (bit-count n)))

    (define (copy-bit-field to from start end)
      (bit-field-replace to from start end))

    (define (rotate-bit-field n count start end)
      (bit-field-rotate n count start end))

    (define (reverse-bit-field n start end)
      (bit-field-reverse n start end))

    ;; The most significant bit comes first.
    (define-optionals* (integer->list n (size (integer-length n)))
      (%check-size 'integer->list 2 size)
      (let loop ((index 0) (bits '()))
        (if (= index size)
            bits
            (loop (+ index 1) (cons (bit-set? index n) bits)))))

    (define (list->integer bits)
      (%check-list 'list->integer 1 bits)
      (let loop ((rest bits) (n 0))
        (if (null? rest)
            n
            (loop (cdr rest) (+ (* 2 n) (if (car rest) 1 0))))))

    (define (booleans->integer . bits) (list->integer bits))))
