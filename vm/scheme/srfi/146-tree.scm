;;; Weight-balanced trees, for SRFI 146 (Adams, Journal of Functional Programming 3:4, 1993, with the
;;; parameters of Hirai and Yamamoto, the same journal 21:3, 2011). They never change.

(define-library (srfi 146 tree)
  (export size-of key-of value-of left-of right-of tree-find tree-insert tree-delete leftmost
          rightmost tree-fold tree-fold-right tree-of)
  (import (scheme base))
  (begin

    ;; Trees: #f, or #(size key value left right).

    (define (size-of tree) (if tree (vector-ref tree 0) 0))
    (define (key-of tree) (vector-ref tree 1))
    (define (value-of tree) (vector-ref tree 2))
    (define (left-of tree) (vector-ref tree 3))
    (define (right-of tree) (vector-ref tree 4))

    (define (node key value left right)
      (vector (+ 1 (size-of left) (size-of right)) key value left right))

    (define (balanced? a b) (>= (* 3 (+ 1 (size-of a))) (+ 1 (size-of b))))
    (define (single? a b) (< (+ 1 (size-of a)) (* 2 (+ 1 (size-of b)))))

    ;; One side may be too heavy by one insertion or deletion.
    (define (balance key value left right)
      (cond ((not (balanced? left right))
             (let ((inner (left-of right))
                   (outer (right-of right)))
               (if (single? inner outer)
                   (node (key-of right) (value-of right) (node key value left inner) outer)
                   (node (key-of inner) (value-of inner)
                         (node key value left (left-of inner))
                         (node (key-of right) (value-of right) (right-of inner) outer)))))
            ((not (balanced? right left))
             (let ((inner (right-of left))
                   (outer (left-of left)))
               (if (single? inner outer)
                   (node (key-of left) (value-of left) outer (node key value inner right))
                   (node (key-of inner) (value-of inner)
                         (node (key-of left) (value-of left) outer (left-of inner))
                         (node key value (right-of inner) right)))))
            (else (node key value left right))))

    ;; The node of a key, or #f.
    (define (tree-find before? tree key)
      (and tree
           (cond ((before? key (key-of tree)) (tree-find before? (left-of tree) key))
                 ((before? (key-of tree) key) (tree-find before? (right-of tree) key))
                 (else tree))))

    (define (tree-insert before? tree key value)
      (if (not tree)
          (node key value #f #f)
          (let ((here (key-of tree)))
            (cond ((before? key here)
                   (balance here (value-of tree)
                            (tree-insert before? (left-of tree) key value) (right-of tree)))
                  ((before? here key)
                   (balance here (value-of tree)
                            (left-of tree) (tree-insert before? (right-of tree) key value)))
                  (else (node key value (left-of tree) (right-of tree)))))))

    (define (tree-delete before? tree key)
      (and tree
           (let ((here (key-of tree)))
             (cond ((before? key here)
                    (balance here (value-of tree)
                             (tree-delete before? (left-of tree) key) (right-of tree)))
                   ((before? here key)
                    (balance here (value-of tree)
                             (left-of tree) (tree-delete before? (right-of tree) key)))
                   (else (glue (left-of tree) (right-of tree)))))))

    (define (glue left right)
      (cond ((not left) right)
            ((not right) left)
            (else
             (let ((first (leftmost right)))
               (balance (key-of first) (value-of first) left (without-leftmost right))))))

    (define (leftmost tree) (if (left-of tree) (leftmost (left-of tree)) tree))
    (define (rightmost tree) (if (right-of tree) (rightmost (right-of tree)) tree))
    (define (without-leftmost tree)
      (if (left-of tree)
          (balance (key-of tree) (value-of tree)
                   (without-leftmost (left-of tree)) (right-of tree))
          (right-of tree)))

    (define (tree-fold f state tree)
      (if tree
          (tree-fold f
                     (f (key-of tree) (value-of tree) (tree-fold f state (left-of tree)))
                     (right-of tree))
          state))

    (define (tree-fold-right f state tree)
      (if tree
          (tree-fold-right f
                           (f (key-of tree) (value-of tree)
                              (tree-fold-right f state (right-of tree)))
                           (left-of tree))
          state))

    ;; From a vector of pairs in order.
    (define (tree-of entries)
      (let build ((start 0) (end (vector-length entries)))
        (and (< start end)
             (let* ((middle (quotient (+ start end) 2))
                    (entry (vector-ref entries middle)))
               (node (car entry) (cdr entry) (build start middle) (build (+ middle 1) end))))))))
