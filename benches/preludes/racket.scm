#lang r5rs
;;; Racket: R5RS with what the programs use of R7RS, SRFI 69 and SRFI 151.
(#%require (only racket/base
                 exit error raise when unless let-values with-handlers
                 open-output-string get-output-string write-string
                 current-command-line-arguments current-inexact-milliseconds
                 bitwise-and bitwise-ior bitwise-xor arithmetic-shift
                 make-bytes bytes-ref bytes-set! bytes-length
                 make-hash make-hasheqv hash-set! hash-ref hash-count hash-for-each)
           (only srfi/9 define-record-type))
(define (command-line) (cons "program" (vector->list (current-command-line-arguments))))
(define (exact x) (inexact->exact x))
(define (inexact x) (exact->inexact x))
(define make-bytevector make-bytes)
(define bytevector-u8-ref bytes-ref)
(define bytevector-u8-set! bytes-set!)
(define bytevector-length bytes-length)
(define (make-hash-table same?) (if (eq? same? string=?) (make-hash) (make-hasheqv)))
(define (hash-table-set! table key value) (hash-set! table key value))
(define (hash-table-ref/default table key default) (hash-ref table key default))
(define (hash-table-size table) (hash-count table))
(define (hash-table-walk table procedure) (hash-for-each table procedure))
(define-syntax guard
  (syntax-rules ()
    ((_ (thrown (test answer)) body)
     (with-handlers (((lambda (thrown) test) (lambda (thrown) answer))) body))))
(define (current-jiffy) (inexact->exact (floor (* 1000 (current-inexact-milliseconds)))))
(define (jiffies-per-second) 1000000)
;;; BODY
