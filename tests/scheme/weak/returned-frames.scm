;; Frames that were moved to the heap and have come back keep nothing alive there, however deep the stack
;; was meanwhile and is still.
;; divide: 100
;; expect: 4 checks
(import (scheme base) (scheme write) (scheme process-context) (lisle weak))
(include "../check.scm")
(include "../size.scm")

(define (deep n) (if (= n 0) 0 (+ 1 (deep (- n 1)))))

;; A weak box of what was needed until a moment ago.
(define (box-of-used)
  (let* ((key (list 'key)) (box (make-weak-box key)))
    (deep (size 1000000))
    (reference-barrier key)
    box))

(define (check-gone)
  (let ((box (box-of-used)))
    (collect-garbage)
    (check (weak-box-value box 'gone) 'gone)
    0))

(define (below n thunk) (if (= n 0) (thunk) (+ 0 (below (- n 1) thunk))))

(check-gone)
(below 2000 check-gone)
;; Twice, with other frames above the same ones in between.
(below 2000 (lambda () (check-gone) (+ 0 (below 10 check-gone))))
(report)
