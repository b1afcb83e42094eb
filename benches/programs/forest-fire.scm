;;; forest-fire.scm -- a cellular automaton of growing and burning trees on a 100 by 100 grid.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define side 100)
(define empty 0)
(define tree 1)
(define fire 2)

(define seed 1)
(define (random-below limit)
  (set! seed (remainder (+ (* seed 16807) 11) 2147483647))
  (remainder seed limit))

(define (cell grid row column)
  (vector-ref (vector-ref grid row) column))

(define (wrap i) (cond ((< i 0) (- side 1)) ((= i side) 0) (else i)))

(define (neighbour-burns? grid row column)
  (let loop ((dr -1) (dc -1))
    (cond ((> dr 1) #f)
          ((> dc 1) (loop (+ dr 1) -1))
          ((and (= dr 0) (= dc 0)) (loop dr 1))
          ((= fire (cell grid (wrap (+ row dr)) (wrap (+ column dc)))) #t)
          (else (loop dr (+ dc 1))))))

(define (next-state grid row column)
  (let ((now (cell grid row column)))
    (cond ((= now fire) empty)
          ((= now tree)
           (if (or (neighbour-burns? grid row column) (= 0 (random-below 2000))) fire tree))
          ((= 0 (random-below 20)) tree)
          (else empty))))

(define (make-grid state-at)
  (let ((grid (make-vector side #f)))
    (do ((row 0 (+ row 1)))
        ((= row side) grid)
      (let ((cells (make-vector side empty)))
        (do ((column 0 (+ column 1)))
            ((= column side))
          (vector-set! cells column (state-at row column)))
        (vector-set! grid row cells)))))

(define (count grid state)
  (let loop ((row 0) (column 0) (sum 0))
    (cond ((= row side) sum)
          ((= column side) (loop (+ row 1) 0 sum))
          (else (loop row (+ column 1) (if (= state (cell grid row column)) (+ sum 1) sum))))))

(define (simulate steps)
  (set! seed 1)
  (let loop ((step 0)
             (grid (make-grid (lambda (row column) (if (= 0 (random-below 2)) tree empty)))))
    (if (= step steps)
        (list (count grid empty) (count grid tree) (count grid fire))
        (loop (+ step 1)
              (make-grid (lambda (row column) (next-state grid row column)))))))

(run-benchmark "forest-fire" 10
  (lambda (repetitions)
    (repeatedly repetitions (lambda () (equal? (simulate 50) '(6593 3122 285))))))
