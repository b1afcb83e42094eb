;;; md5.scm -- the MD5 digest of a file, in Scheme.
;;;
;;; Reads the file in pieces with read-bytevector! and digests 64 bytes at a time. All numbers are
;;; 32-bit words and sums of a few of them, so all arithmetic is on small integers. Uses only
;;; R7RS and the bitwise operations of SRFI 151.
;;;
;;;     cargo run --release -- examples/md5.scm [FILE]
;;;
;;; prints what `md5sum FILE` prints; without FILE, or when it is "-", digests standard input.

(import (scheme base) (scheme file) (scheme inexact) (scheme write) (scheme process-context)
        (srfi 151))

(define mask #xFFFFFFFF)

;;; The constants of the 64 steps are the fractions of the sines of 1 to 64.
(define sines
  (let ((table (make-vector 64 0)))
    (do ((i 0 (+ i 1)))
        ((= i 64) table)
      (vector-set! table i (exact (floor (* 4294967296.0 (abs (sin (+ i 1.0))))))))))

(define shifts
  #(7 12 17 22 7 12 17 22 7 12 17 22 7 12 17 22
    5 9 14 20 5 9 14 20 5 9 14 20 5 9 14 20
    4 11 16 23 4 11 16 23 4 11 16 23 4 11 16 23
    6 10 15 21 6 10 15 21 6 10 15 21 6 10 15 21))

(define (rotate x count)
  (bitwise-ior (bitwise-and mask (arithmetic-shift x count))
               (arithmetic-shift x (- count 32))))

(define (little-endian-word bytes offset)
  (+ (bytevector-u8-ref bytes offset)
     (* #x100 (bytevector-u8-ref bytes (+ offset 1)))
     (* #x10000 (bytevector-u8-ref bytes (+ offset 2)))
     (* #x1000000 (bytevector-u8-ref bytes (+ offset 3)))))

(define (mix step b c d)
  (cond ((< step 16) (bitwise-ior (bitwise-and b c) (bitwise-and (bitwise-xor b mask) d)))
        ((< step 32) (bitwise-ior (bitwise-and d b) (bitwise-and (bitwise-xor d mask) c)))
        ((< step 48) (bitwise-xor b c d))
        (else (bitwise-xor c (bitwise-ior b (bitwise-xor d mask))))))

;;; Which of the block's sixteen words a step adds.
(define (word-of-step step)
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
    (if (< step 64)
        (let* ((word (little-endian-word bytes (+ offset (* 4 (word-of-step step)))))
               (sum (bitwise-and mask (+ a (mix step b c d) (vector-ref sines step) word))))
          (loop (+ step 1)
                d
                (bitwise-and mask (+ b (rotate sum (vector-ref shifts step))))
                b
                c))
        (begin
          (add-to-state! state 0 a)
          (add-to-state! state 1 b)
          (add-to-state! state 2 c)
          (add-to-state! state 3 d)))))

(define (digest-blocks! state bytes end)
  (do ((offset 0 (+ offset 64)))
      ((= offset end))
    (digest-block! state bytes offset)))

;;; Fills the buffer unless the input ends before; answers how many bytes it holds.
(define (read-full! buffer port)
  (let ((size (bytevector-length buffer)))
    (let loop ((filled 0))
      (if (= filled size)
          size
          (let ((got (read-bytevector! buffer port filled size)))
            (if (eof-object? got) filled (loop (+ filled got))))))))

;;; The last, incomplete piece: a one bit behind the message, zeros, and its length in bits.
(define (digest-end! state buffer filled total)
  (let* ((end (* 64 (+ 1 (quotient (+ filled 8) 64))))
         (last (make-bytevector end 0)))
    (bytevector-copy! last 0 buffer 0 filled)
    (bytevector-u8-set! last filled #x80)
    (let loop ((i (- end 8)) (bits (* 8 total)))
      (if (> bits 0)
          (begin
            (bytevector-u8-set! last i (remainder bits 256))
            (loop (+ i 1) (quotient bits 256)))))
    (digest-blocks! state last end)))

(define (digest port)
  (let ((state (vector #x67452301 #xEFCDAB89 #x98BADCFE #x10325476))
        (buffer (make-bytevector 65536)))
    (let loop ((total 0))
      (let* ((filled (read-full! buffer port)) (total (+ total filled)))
        (if (= filled (bytevector-length buffer))
            (begin
              (digest-blocks! state buffer filled)
              (loop total))
            (begin
              (digest-end! state buffer filled total)
              state))))))

(define (hexadecimal byte)
  (let ((digits (number->string byte 16)))
    (if (< byte 16) (string-append "0" digits) digits)))

(define (display-digest state)
  (vector-for-each
   (lambda (word)
     (do ((i 0 (+ i 1)) (word word (quotient word 256)))
         ((= i 4))
       (display (hexadecimal (remainder word 256)))))
   state))

(define name
  (if (pair? (cdr (command-line))) (cadr (command-line)) "-"))

;;; Standard input is opened by its name, because (current-input-port) is a port of characters.
(let ((port (open-binary-input-file (if (string=? name "-") "/dev/stdin" name))))
  (display-digest (digest port))
  (display "  ")
  (display name)
  (newline)
  (close-port port))
