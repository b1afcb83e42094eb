;;; binary-trees.scm -- builds and counts many short-lived complete trees beside a long-lived one.
;;; Size: depth.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define (make-tree depth)
  (if (= depth 0)
      (vector #f #f)
      (vector (make-tree (- depth 1)) (make-tree (- depth 1)))))

(define (count-nodes tree)
  (if (vector-ref tree 0)
      (+ 1 (count-nodes (vector-ref tree 0)) (count-nodes (vector-ref tree 1)))
      1))

(define (count-of-trees depth repetitions)
  (let loop ((left repetitions) (sum 0))
    (if (= left 0)
        sum
        (loop (- left 1) (+ sum (count-nodes (make-tree depth)))))))

(define (nodes depth) (- (expt 2 (+ depth 1)) 1))

(run-benchmark "binary-trees" 14
  (lambda (most)
    (let ((long-lived (make-tree most)))
      (let loop ((depth 4))
        (if (> depth most)
            (= (count-nodes long-lived) (nodes most))
            (let ((repetitions (expt 2 (- (+ most 4) depth))))
              (and (= (count-of-trees depth repetitions) (* repetitions (nodes depth)))
                   (loop (+ depth 2)))))))))
