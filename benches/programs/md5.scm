;;; md5.scm -- the MD5 digest of 120 kB: fixnum arithmetic, bytevectors, bitwise operations.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme inexact) (scheme process-context) (srfi 151))
(include "support/harness.scm")

(define mask #xFFFFFFFF)

(define sines
  (let ((table (make-vector 64 0)))
    (do ((i 0 (+ i 1)))
        ((= i 64) table)
      (vector-set! table i (exact (floor (* 4294967296.0 (abs (sin (+ i 1.0))))))))))

(define shifts
  '#(7 12 17 22 7 12 17 22 7 12 17 22 7 12 17 22
     5 9 14 20 5 9 14 20 5 9 14 20 5 9 14 20
     4 11 16 23 4 11 16 23 4 11 16 23 4 11 16 23
     6 10 15 21 6 10 15 21 6 10 15 21 6 10 15 21))

(define (rotate x count)
  (bitwise-ior (bitwise-and mask (arithmetic-shift x count))
               (arithmetic-shift x (- count 32))))

(define (word bytes offset)
  (+ (bytevector-u8-ref bytes offset)
     (* 256 (bytevector-u8-ref bytes (+ offset 1)))
     (* 65536 (bytevector-u8-ref bytes (+ offset 2)))
     (* 16777216 (bytevector-u8-ref bytes (+ offset 3)))))

(define (mix step b c d)
  (cond ((< step 16) (bitwise-ior (bitwise-and b c) (bitwise-and (bitwise-xor b mask) d)))
        ((< step 32) (bitwise-ior (bitwise-and d b) (bitwise-and (bitwise-xor d mask) c)))
        ((< step 48) (bitwise-xor b c d))
        (else (bitwise-xor c (bitwise-ior b (bitwise-xor d mask))))))

(define (word-index step)
  (bitwise-and 15
               (cond ((< step 16) step)
                     ((< step 32) (+ (* 5 step) 1))
                     ((< step 48) (+ (* 3 step) 5))
                     (else (* 7 step)))))

(define (add-to-state! state index x)
  (vector-set! state index (bitwise-and mask (+ x (vector-ref state index)))))

(define (digest-block! state bytes offset)
  (let loop ((step 0)
             (a (vector-ref state 0)) (b (vector-ref state 1))
             (c (vector-ref state 2)) (d (vector-ref state 3)))
    (if (= step 64)
        (begin
          (add-to-state! state 0 a)
          (add-to-state! state 1 b)
          (add-to-state! state 2 c)
          (add-to-state! state 3 d))
        (let ((sum (bitwise-and mask
                                (+ a
                                   (mix step b c d)
                                   (vector-ref sines step)
                                   (word bytes (+ offset (* 4 (word-index step))))))))
          (loop (+ step 1)
                d
                (bitwise-and mask (+ b (rotate sum (vector-ref shifts step))))
                b
                c)))))

;;; The message with its padding: a one bit, zeros, and the length in bits.
(define (padded bytes length)
  (let* ((total (* 64 (+ 1 (quotient (+ length 8) 64))))
         (result (make-bytevector total 0)))
    (do ((i 0 (+ i 1)))
        ((= i length))
      (bytevector-u8-set! result i (bytevector-u8-ref bytes i)))
    (bytevector-u8-set! result length 128)
    (let loop ((i (- total 8)) (bits (* 8 length)))
      (if (> bits 0)
          (begin
            (bytevector-u8-set! result i (remainder bits 256))
            (loop (+ i 1) (quotient bits 256)))))
    result))

(define (digest bytes length)
  (let ((message (padded bytes length))
        (state (vector #x67452301 #xEFCDAB89 #x98BADCFE #x10325476)))
    (do ((offset 0 (+ offset 64)))
        ((= offset (bytevector-length message)) state)
      (digest-block! state message offset))))

(define (yes-lines count)
  (let ((bytes (make-bytevector (* 2 count) 10)))
    (do ((i 0 (+ i 1)))
        ((= i count) bytes)
      (bytevector-u8-set! bytes (* 2 i) 121))))

;;; What md5sum says of these lines, as four little-endian words.
(define expected '#(1765939687 1348500415 2729546672 1866933758))

(run-benchmark "md5" 5
  (lambda (repetitions)
    (let ((bytes (yes-lines 60000)))
      (repeatedly repetitions
        (lambda () (equal? (digest bytes 120000) expected))))))
