;; Who has caught that the heap is exhausted and let go of what filled it is not told so once more.
;; flags: --heap-limit 16M
;; skip-stress: the limit is for memory without its marks
;; expect: #t
;; expect: 0
(import (scheme base) (scheme write))
(define data '())
(define (attempt)
  (guard (e (#t (set! data '()) 'full))
    ;; More than the reserve of a thread that was told.
    (set! data (cons (make-bytevector 1000000 1) data))
    'made))
(let loop ((n 0) (last 'made) (full 0) (twice 0))
  (if (< n 500)
      (let ((now (attempt)))
        (loop (+ n 1)
              now
              (if (eq? now 'full) (+ full 1) full)
              (if (and (eq? now 'full) (eq? last 'full)) (+ twice 1) twice)))
      (begin
        (write (> full 10))
        (newline)
        (write twice)
        (newline))))
