;; Whatever fills the heap, the program is told so and goes on; memory outside the heap counts.
;; flags: --heap-limit 24M
;; seconds: 120
;; skip-stress: fills the heap many times
;; expect: 24 checks
(import (lisle base) (lisle weak))
(include "../check.scm")

(define text (make-string 1000 #\a))
(define (attempt thunk)
  (guard (e ((heap-exhausted? e)
             (if (= 10000 (length (vector->list (make-vector 10000 1)))) 'full 'wrong))
            ((error-object? e) (error-object-message e)))
    (thunk)))
(define-syntax fills
  (syntax-rules ()
    ((_ expression) (check (attempt (lambda () expression)) 'full))))

(fills (let loop ((l '())) (loop (cons 1 l))))
(fills (let loop ((n 0)) (+ 1 (loop (+ n 1)))))
(fills (let loop ((s "abcd")) (loop (string-append s s))))
(fills (let loop ((s "ab\x3bb;d")) (loop (string-append s s))))
(fills (let loop ((x 1) (bits 1000)) (loop (arithmetic-shift x bits) (* 2 bits))))
(fills (make-vector (expt 10 12)))
(fills (make-string (expt 10 12) #\a))
(fills (make-bytevector (expt 10 12)))
(fills (make-list (expt 10 9)))
(fills (let loop ((v (vector 1))) (loop (vector-append v v))))
(fills (let ((t (make-equal-hash-table)))
         (let loop ((n 0)) (hash-table-set! t (list n) n) (loop (+ n 1)))))
(fills (let ((t (make-weak-eq-hash-table)))
         (let loop ((n 0) (l '()))
           (let ((k (list n))) (hash-table-set! t k n) (loop (+ n 1) (cons k l))))))
(fills (let ((g (make-guardian))) (let loop ((l '())) (g l) (loop (cons 1 l)))))
(fills (let ((p (open-output-string))) (let loop () (write-string text p) (loop))))
(fills (let ((p (open-output-bytevector)) (b (make-bytevector 100000 1)))
         (let loop () (write-bytevector b p) (loop))))
(fills (let loop ((l '())) (loop (cons (open-output-string) l))))
(fills (let loop ((l '())) (loop (cons (open-input-string (make-string 10000 #\a)) l))))
(fills (let loop ((n 0) (l '())) (loop (+ n 1) (cons (string->symbol (number->string n)) l))))
(fills (string->list (make-string 5000000 #\a)))
(fills (let loop ((ks '())) (loop (cons (call/cc (lambda (k) k)) ks))))
(fills (read-bytevector 1000000000000 (open-binary-input-file "/dev/zero")))
(fills (read-string 1000000000000 (open-input-file "/dev/zero")))
(fills (read-line (open-input-file "/dev/zero")))

;; What is dropped is free again, inside the heap and outside.
(define (with-port n)
  (let ((port (open-output-string)))
    (do ((n 0 (+ n 1))) ((= n 100)) (write-string (make-string 10000 #\a) port))
    (string-length (get-output-string port))))
(check (apply + (map with-port (iota 100))) 100000000)
(report)
