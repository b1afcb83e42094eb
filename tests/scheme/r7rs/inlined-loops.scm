;; expect: 17 checks
;;; Library procedures with a written-out procedure become loops. They must do what a call does.

(import (scheme base) (scheme write) (srfi 1))
(include "../check.scm")

(define-syntax gives
  (syntax-rules ()
    ((_ expected expression) (check expression expected))))

;; Values
(gives '(2 3 4) (map (lambda (x) (+ x 1)) '(1 2 3)))
(gives '(5 7) (map (lambda (x y) (+ x y)) '(1 2 3) '(4 5)))
(gives '(1 2 3) (let ((seen '())) (for-each (lambda (x) (set! seen (cons x seen))) '(3 2 1)) seen))
(gives #(1 4 9) (vector-map (lambda (x) (* x x)) #(1 2 3)))
(gives 6 (let ((sum 0)) (vector-for-each (lambda (x) (set! sum (+ sum x))) #(1 2 3)) sum))
(gives '(1 3) (filter (lambda (x) (odd? x)) '(1 2 3)))
(gives 10 (fold (lambda (x sum) (+ x sum)) 0 '(1 2 3 4)))
(gives #t (every (lambda (x) (> x 0)) '(1 2 3)))
(gives 2 (any (lambda (x) (and (even? x) x)) '(1 2 3)))
(gives '(#\c #\b #\a)
       (let ((seen '())) (string-for-each (lambda (c) (set! seen (cons c seen))) "abc") seen))

;; Each call has variables of its own, which closures may keep and assign.
(gives '(1 2 3)
       (map (lambda (get) (get)) (map (lambda (x) (lambda () x)) '(1 2 3))))
(gives '(11 12 1)
       (let* ((counters (map (lambda (x) (lambda () (set! x (+ x 10)) x)) '(1 2)))
              (first (map (lambda (next) (next)) counters)))
         (append first (map (lambda (x) x) '(1)))))

;; A body that calls the same procedure again.
(gives '((2 3) (3 4))
       (map (lambda (x) (map (lambda (y) (+ x y)) '(1 2))) '(1 2)))

;; A continuation captured in the body goes on with the same walk, however often, and lists that
;; were returned stay as they were.
(define resume #f)
(define times 0)
(define results '())
(let ((result (map (lambda (x)
                     (call-with-current-continuation
                      (lambda (k)
                        (if (= x 2) (set! resume k))
                        x)))
                   '(1 2 3))))
  (set! results (cons result results))
  (set! times (+ times 1))
  (if (< times 3) (resume (* times 100))))
(gives '((1 200 3) (1 100 3) (1 2 3)) results)

;; The names can be bound to something else.
(gives 'mine (let ((map (lambda (f items) 'mine))) (map (lambda (x) x) '(1))))

;; What is no list is an error, as in a call.
(gives #t (guard (e ((error-object? e) #t)) (for-each (lambda (x) x) '(1 . 2))))
(gives #t (guard (e ((error-object? e) #t)) (map (lambda (x y) x) '(1))))

(report)
