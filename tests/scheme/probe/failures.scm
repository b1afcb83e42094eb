;; skip-stress: the numbers of requests for memory are others then
;; Every request for memory that a piece of work makes fails once, each in a run of its own: the
;; condition comes out, and nothing is lost but the operation that failed.
;; expect: every work survived all its failures
(import (lisle base) (lisle control) (lisle probe))

;;; Runs WORK with the first request failing, then with the second, until none is left to fail. What
;;; it returns when it is not disturbed has to be EXPECTED each time; WHOLE? looks at the data that it
;;; leaves behind when it is. The answer is how many failures there were.
;;; MORE requests fail after it: with none, what the machine tries again after a collection succeeds,
;;; and has to have done nothing before; with one the condition comes out.
(define (survive name work whole? expected more)
  (let loop ((n 1))
    (let* ((failed #t)
           (result (guard (e ((heap-exhausted? e) 'failed))
                     (probe-fail-allocation! n more)
                     (let ((result (work)))
                       (set! failed (not (probe-failure-pending?)))
                       (probe-fail-allocation! 0 0)
                       result))))
      (probe-fail-allocation! 0 0)
      (if (not (or (eq? result 'failed) (equal? result expected)))
          (error "a wrong result" name n result))
      (if (not (whole?)) (error "something was lost" name n))
      (if (= 0 (modulo n 16)) (probe-verify))
      (if failed
          (loop (+ n 1))
          (begin
            (probe-verify)
            (- n 1))))))

(define (fine) #t)
(define (range n) (let loop ((i n) (l '())) (if (= i 0) l (loop (- i 1) (cons i l)))))

;; A hash table to which each run adds: what it counts is what is in it.
(define table (make-equal-hash-table))
(define (fill-table)
  (for-each (lambda (i) (hash-table-set! table (list 'key i) (number->string i))) (range 60))
  (hash-table-size table))
(define (table-is-whole?)
  (and (= (hash-table-size table) (length (hash-table->alist table)))
       (every (lambda (entry) (equal? (cdr entry) (number->string (cadar entry))))
              (hash-table->alist table))))
(define (fresh-table)
  (set! table (make-equal-hash-table))
  (fill-table))

;; A queue as a pair of pairs, changed in two steps.
(define port (open-output-string))
(define (write-to-port)
  (set! port (open-output-string))
  (write '(a "b" #\c 1.5 (nested (deeper 12345678901234567890))) port)
  (get-output-string port))

(define-record-type <account> (make-account owner balance) account?
  (owner account-owner) (balance account-balance set-account-balance!))
(define accounts (map (lambda (i) (make-account i 100)) (range 4)))
(define (transfer)
  (for-each
   (lambda (i)
     (let ((from (list-ref accounts (modulo i 4))) (to (list-ref accounts (modulo (* i 7) 4))))
       (let ((less (- (account-balance from) 1/3)))
         (set-account-balance! from less)
         (set-account-balance! to (+ (account-balance to) 0)))
       (set-account-balance! from (round (account-balance from)))))
   (range 12))
  (for-each (lambda (a) (set-account-balance! a 100)) accounts)
  'transferred)

(define level (make-parameter 0))
(define winds 0)
(define (wind)
  (dynamic-wind
   (lambda () (set! winds (+ winds 1)))
   (lambda () (parameterize ((level (+ (level) 1))) (apply + (level) (range 20))))
   (lambda () (set! winds (- winds 1)))))

(define (tree n) (if (= n 0) '() (list (tree (- n 1)) (tree (- n 1)))))
(define (leaves t) (if (null? t) 1 (apply + (map leaves t))))

(define (generated)
  (let ((g (make-coroutine-generator (lambda (yield) (for-each yield (range 8))))))
    (let loop ((sum 0))
      (let ((x (g)))
        (if (eof-object? x) sum (loop (+ sum x)))))))

(define (re-entered)
  (let ((k #f) (count 0))
    (let ((seen (call/cc (lambda (c) (set! k c) '()))))
      (set! count (+ count 1))
      (if (< (length seen) 5) (k (cons count seen)) (reverse seen)))))

(define (counters)
  (let* ((make (lambda () (let ((n 0)) (lambda () (set! n (+ n 1)) n))))
         (all (map (lambda (i) (make)) (range 6))))
    (for-each (lambda (c) (c)) all)
    (map (lambda (c) (c)) all)))

;; A mutex whose owner has ended. Without memory to say so it must not be locked: tried again, it would
;; wait for itself.
(define abandoned #f)
(define (abandon!)
  (set! abandoned (make-mutex))
  (thread-join! (thread-start! (make-thread (lambda () (mutex-lock! abandoned)))))
  #t)
(define (lock-abandoned)
  (guard (e ((abandoned-mutex-exception? e) 'told))
    (mutex-lock! abandoned 1)))
(abandon!)

(define works
  (list
   (list 'abandoned lock-abandoned abandon! 'told)
   (list 'lists (lambda () (length (append (range 40) (reverse (range 40))))) fine 80)
   (list 'table fill-table table-is-whole? 60)
   (list 'fresh-table fresh-table table-is-whole? 60)
   (list 'sort (lambda () (sort (range 40) >)) fine (reverse (range 40)))
   (list 'strings
         (lambda () (string-length (apply string-append (map number->string (range 50)))))
         fine 91)
   (list 'bignums (lambda () (quotient (expt 7 200) (expt 7 198))) fine 49)
   (list 'rationals (lambda () (apply + (map (lambda (i) (/ 1 i)) (range 6)))) fine 49/20)
   (list 'port write-to-port fine "(a \"b\" #\\c 1.5 (nested (deeper 12345678901234567890)))")
   (list 'reader (lambda () (read (open-input-string "(a #(b \"c\") . 1/2)"))) fine
         '(a #(b "c") . 1/2))
   (list 'records transfer
         (lambda () (every (lambda (a) (number? (account-balance a))) accounts)) 'transferred)
   (list 'winds wind (lambda () (and (= winds 0) (= (level) 0))) 211)
   (list 'tree (lambda () (leaves (tree 5))) fine 32)
   (list 'vectors (lambda () (vector-length (vector-map list (make-vector 30 0)))) fine 30)
   (list 'large (lambda () (vector-length (make-vector 5000 'x))) fine 5000)
   (list 'generator generated fine 36)
   (list 're-entered re-entered fine '(1 2 3 4 5))
   (list 'counters counters fine '(2 2 2 2 2 2))
   (list 'conditions
         (lambda () (guard (e ((and (error-object? e) (not (heap-exhausted? e))) (length (error-object-irritants e)))) (error "x" 1 2)))
         fine 2)
   (list 'values (lambda () (call-with-values (lambda () (apply values (range 30))) list)) fine
         (range 30))
   (list 'channel
         (lambda ()
           (let ((c (make-channel)))
             (for-each (lambda (i) (channel-send! c (list i))) (range 20))
             (let loop ((sum 0))
               (if (= 0 (channel-length c)) sum (loop (+ sum (car (channel-receive! c))))))))
         fine 210)
   (list 'select
         (lambda ()
           (let ((from (make-channel)) (to (make-channel)) (got '()))
             (for-each (lambda (i) (channel-send! from i)) '(1 2 3 4))
             (for-each (lambda (i)
                         (channel-select (list (list from (lambda (x) (set! got (cons x got))))))
                         (channel-select (list (list to i list))))
                       '(1 2))
             (list got (channel-length from) (channel-length to))))
         fine '((2 1) 2 2))
   (list 'promise (lambda () (force (delay (length (range 10))))) fine 10)
   (list 'eval (lambda () (eval '(let loop ((i 0)) (if (< i 3) (loop (+ i 1)) (list i)))
                                (interaction-environment)))
         fine '(3))))

(define (all more)
  (apply + (map (lambda (work) (apply survive (append work (list more)))) works)))
(define total (+ (all 0) (all 1)))
(if (pair? (cdr (command-line))) (begin (write total) (newline)))
(if (> total 1000) (begin (display "every work survived all its failures") (newline)))
