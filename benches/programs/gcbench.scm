;;; gcbench.scm -- trees built top down and bottom up beside a long-lived tree and vector.
;;; Size: depth.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

(define-record-type node
  (make-node left right)
  node?
  (left node-left set-node-left!)
  (right node-right set-node-right!))

(define (populate! depth node)
  (if (> depth 0)
      (begin
        (set-node-left! node (make-node #f #f))
        (set-node-right! node (make-node #f #f))
        (populate! (- depth 1) (node-left node))
        (populate! (- depth 1) (node-right node)))))

(define (make-tree depth)
  (if (= depth 0)
      (make-node #f #f)
      (make-node (make-tree (- depth 1)) (make-tree (- depth 1)))))

(define (count-nodes node)
  (if node
      (+ 1 (count-nodes (node-left node)) (count-nodes (node-right node)))
      0))

(define (nodes depth) (- (expt 2 (+ depth 1)) 1))

(run-benchmark "gcbench" 16
  (lambda (most)
    (let ((long-lived (make-node #f #f)) (array (make-vector 100000 0.0)))
      (populate! (- most 2) long-lived)
      (do ((i 0 (+ i 1))) ((= i 50000)) (vector-set! array i (/ 1.0 (+ i 1.0))))
      (let loop ((depth 4))
        (if (> depth most)
            (and (= (count-nodes long-lived) (nodes (- most 2)))
                 (= (vector-ref array 999) 0.001))
            (let ((repetitions (quotient (* 2 (nodes most)) (nodes depth))))
              (and (repeatedly repetitions
                     (lambda ()
                       (let ((root (make-node #f #f)))
                         (populate! depth root)
                         (node? (node-left root)))))
                   (repeatedly repetitions
                     (lambda () (node? (node-left (make-tree depth)))))
                   (loop (+ depth 2)))))))))
