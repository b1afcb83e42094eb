;;; count.scm -- recursion as deep as memory allows.
;;;
;;; Counts to ten million by a procedure that is not tail recursive: at its deepest, ten million
;;; calls wait for their answer. Calls live on a stack that grows into the heap, so the depth is
;;; bounded by the heap limit and not by the size of a stack.
;;;
;;;     cargo run --release -- examples/count.scm [DEPTH]
;;;
;;; prints DEPTH (10000000 when none is given).

(import (scheme base) (scheme write) (scheme process-context))

(define (count n)
  (if (= n 0)
      0
      (+ 1 (count (- n 1)))))

(define depth
  (if (pair? (cdr (command-line)))
      (string->number (cadr (command-line)))
      10000000))

(display (count depth))
(newline)
