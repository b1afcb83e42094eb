;;; trees.scm -- threads that build and count complete trees of depth 14.
;;; Arguments: threads, trees of each.

(import (scheme base) (scheme write) (scheme process-context) (srfi 18))
(include "../support/threads.scm")

(define (make-tree depth)
  (if (= depth 0)
      (vector #f #f)
      (vector (make-tree (- depth 1)) (make-tree (- depth 1)))))

(define (count-nodes tree)
  (if (vector-ref tree 0)
      (+ 1 (count-nodes (vector-ref tree 0)) (count-nodes (vector-ref tree 1)))
      1))

(run-threads-benchmark "trees"
  (lambda (threads count)
    (in-threads threads
      (lambda ()
        (let loop ((left count))
          (or (= left 0)
              (and (= 32767 (count-nodes (make-tree 14)))
                   (loop (- left 1)))))))))
