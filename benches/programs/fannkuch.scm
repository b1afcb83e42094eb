;;; fannkuch.scm -- pancake flips over all permutations: vector swaps, integer loops.
;;; Size: pancakes, 5 to 10.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

;;; A pair: the checksum of all flips with alternating sign, and the most flips of one permutation.
(define (fannkuch n)
  (let ((permutation (make-vector n 0)) (work (make-vector n 0)) (turns (make-vector n 0)))
    (define (copy-to-work!)
      (do ((i 0 (+ i 1))) ((= i n)) (vector-set! work i (vector-ref permutation i))))
    (define (reverse-first! count)
      (let loop ((low 0) (high (- count 1)))
        (if (< low high)
            (let ((held (vector-ref work low)))
              (vector-set! work low (vector-ref work high))
              (vector-set! work high held)
              (loop (+ low 1) (- high 1))))))
    (define (count-flips)
      (copy-to-work!)
      (let loop ((first (vector-ref work 0)) (flips 0))
        (if (= first 0)
            flips
            (begin
              (reverse-first! (+ first 1))
              (loop (vector-ref work 0) (+ flips 1))))))
    (define (rotate-first! count)
      (let ((first (vector-ref permutation 0)))
        (do ((i 0 (+ i 1)))
            ((= i (- count 1)))
          (vector-set! permutation i (vector-ref permutation (+ i 1))))
        (vector-set! permutation (- count 1) first)))
    ;; Goes on to the next permutation; #f after the last.
    (define (advance!)
      (let loop ((level 1))
        (if (= level n)
            #f
            (begin
              (rotate-first! (+ level 1))
              (vector-set! turns level (+ (vector-ref turns level) 1))
              (if (<= (vector-ref turns level) level)
                  #t
                  (begin (vector-set! turns level 0) (loop (+ level 1))))))))
    (do ((i 0 (+ i 1))) ((= i n)) (vector-set! permutation i i))
    (let loop ((even? #t) (checksum 0) (most 0))
      (let* ((flips (count-flips))
             (checksum (if even? (+ checksum flips) (- checksum flips)))
             (most (if (> flips most) flips most)))
        (if (advance!)
            (loop (not even?) checksum most)
            (cons checksum most))))))

(define answers
  '((5 11 . 7) (6 49 . 10) (7 228 . 16) (8 1616 . 22) (9 8629 . 30) (10 73196 . 38)))

(run-benchmark "fannkuch" 9
  (lambda (n) (equal? (fannkuch n) (cdr (assv n answers)))))
