;; A program without imports may define anew what Lisle has, anywhere: the definition holds for the
;; whole text, and until it is reached the name has its standard value
;; expect: (mine 1 2) (folded x)
;; expect: standard: 6 (0 1 2)
;; expect: mine: (my-fold + 0 (1 2 3)) (my-iota 3)
;; expect: (1 2 3) (asserted #f) (received 1 2)
;; expect: ((1) 2 3) kept

(define (combine a b) (reduce a b))
(define (summary x) (fold-right x))
(define (reduce a b) (list 'mine a b))
(begin
  (define (fold-right x) (list 'folded x)))
(write (combine 1 2)) (display " ") (write (summary 'x)) (newline)

;; used before the definition is reached
(define (total l) (fold + 0 l))
(define (count-up n) (iota n))
(display "standard: ") (write (total '(1 2 3))) (display " ") (write (count-up 3)) (newline)
(define old-iota iota)
(define (fold . arguments) (cons 'my-fold (cons '+ (cdr arguments))))
(define iota (lambda (n) (list 'my-iota n)))
(display "mine: ") (write (total '(1 2 3))) (display " ") (write (count-up 3)) (newline)
(write (old-iota 3 1)) (display " ")

;; syntax that is not the report's
(define (checked x) (assert x))
(define (both) (receive 1 2))
(define (assert x) (list 'asserted x))
(define (receive . x) (cons 'received x))
(write (checked #f)) (display " ") (write (both)) (newline)

;; a procedure of the report, and one with an instruction of its own
(define (wrapped l) (cons (car l) (cdr l)))
(define (cons a b) (let ((pair (list a))) (set-cdr! pair b) pair))
(define standard-car car)
(define (car l) (list (standard-car l)))
(write (wrapped '(1 2 3))) (display " ")
(write (let ((car 'kept)) car))
(newline)
