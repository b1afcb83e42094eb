;;; destruct.scm -- lists cut up and joined again in place: set-car!, set-cdr!.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (make-rows rows columns)
  (let row-loop ((row 0) (result '()))
    (if (= row rows)
        (reverse result)
        (row-loop (+ row 1)
                  (cons (let column-loop ((column 0) (list '()))
                          (if (= column columns) list (column-loop (+ column 1) (cons column list))))
                        result)))))

(define (last-of list)
  (if (null? (cdr list)) list (last-of (cdr list))))

(define (join! a b)
  (if (null? a) b (begin (set-cdr! (last-of a) b) a)))

;;; Cuts `list` after `count` pairs and returns what came behind the cut.
(define (cut-after! list count)
  (if (= count 1)
      (let ((rest (cdr list))) (set-cdr! list '()) rest)
      (cut-after! (cdr list) (- count 1))))

;;; Moves the front half of each row to the end of the next row, marking what it passes.
(define (stir! rows round)
  (let loop ((here rows))
    (if (not (null? (cdr here)))
        (let* ((front (car here))
               (half (quotient (length front) 2)))
          (if (> half 0)
              (let ((back (cut-after! front half)))
                (do ((pair front (cdr pair)))
                    ((null? pair))
                  (set-car! pair (+ (car pair) round)))
                (set-car! here back)
                (set-car! (cdr here) (join! (car (cdr here)) front))))
          (loop (cdr here)))))
  ;; The long last row is dealt out again to the others.
  (let ((source (last-of rows)))
    (let deal ((here rows))
      (if (and (not (null? (cdr here))) (> (length (car source)) 20))
          (let* ((hand (car source)) (rest (cut-after! hand 10)))
            (set-car! source rest)
            (set-car! here (join! (car here) hand))
            (deal (cdr here)))))))

(define (sum-of rows)
  (let row-loop ((rows rows) (sum 0))
    (if (null? rows)
        sum
        (row-loop (cdr rows)
                  (let loop ((row (car rows)) (sum sum))
                    (if (null? row) sum (loop (cdr row) (+ sum (car row)))))))))

(define (count-of rows)
  (if (null? rows) 0 (+ (length (car rows)) (count-of (cdr rows)))))

(run-benchmark "destruct" 40
  (lambda (repetitions)
    (repeatedly repetitions
      (lambda ()
        (let ((rows (make-rows 12 100)))
          (do ((round 1 (+ round 1))) ((> round 100)) (stir! rows round))
          (and (= (count-of rows) 1200)
               (= (sum-of rows) 3410435)))))))
