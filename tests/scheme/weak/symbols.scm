;; Symbols that nothing refers to are forgotten, those of `read` too; the others keep their identity.
;; flags: --heap-limit 32M
;; skip-stress: makes a million symbols
;; expect: 6 checks
(import (scheme base) (scheme read) (scheme write) (lisle base))
(include "../check.scm")

(define kept (string->symbol "kept-symbol"))
(define weak-kept (make-weak-box (string->symbol "another-kept-symbol")))

(define (churn from to)
  (do ((n from (+ n 1))) ((= n to))
    (string->symbol (string-append "a-rather-long-name-of-a-symbol-" (number->string n)))))
(churn 0 500000)
(check (eq? kept (string->symbol "kept-symbol")) #t)
(check (eq? (weak-box-value weak-kept 'another-kept-symbol) 'another-kept-symbol) #t)

(define (read-many from to)
  (do ((n from (+ n 1))) ((= n to))
    (read (open-input-string (string-append "(a-symbol-that-is-read-" (number->string n) ")")))))
(read-many 0 50000)
(check (eq? kept (car (read (open-input-string "(kept-symbol)")))) #t)

(define fresh (generate-uninterned-symbol))
(collect-garbage)
(check (eq? fresh fresh) #t)
(check (eq? fresh (string->symbol (symbol->string fresh))) #f)

;; Other threads intern the same names meanwhile.
(define (worker)
  (let loop ((n 0) (same #t))
    (if (= n 20000)
        same
        (let ((name (string-append "n" (number->string (modulo n 100)))))
          (loop (+ n 1) (and same (eq? (string->symbol name) (string->symbol name))))))))
(define threads (map (lambda (n) (thread-start! (make-thread worker))) '(1 2 3)))
(do ((n 0 (+ n 1))) ((= n 20)) (collect-garbage))
(check (map thread-join! threads) '(#t #t #t))
(report)
