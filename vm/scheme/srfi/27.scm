;;; SRFI 27: sources of random bits.
;;;
;;; The generator is MRG32k3a (L'Ecuyer, Operations Research 47, 1999): two recurrences of three
;;; integers below 2^32. A source holds its state in a box as one vector that never changes, replaced
;;; in one step: threads that share a source get the numbers of its sequence, each to one of them.

(define-library (srfi 27)
  (export random-integer random-real default-random-source make-random-source random-source?
          random-source-state-ref random-source-state-set! random-source-randomize!
          random-source-pseudo-randomize! random-source-make-integers random-source-make-reals)
  (import (scheme base) (scheme case-lambda) (srfi 111)
          (only (srfi 151) arithmetic-shift bitwise-and bitwise-xor)
          (rename (only (lisle base) random-integer) (random-integer system-random-integer))
          (lisle internal))
  (begin

    (define m1 4294967087)
    (define m2 4294944443)

    (define-record-type <random-source>
      (make-source state)
      random-source?
      (state source-box))

    (define (source-state source) (unbox (source-box source)))
    (define (set-source-state! source state) (set-box! (source-box source) state))

    (define (check-source who obj)
      (if (not (random-source? obj))
          (%wrong-type who 1 "random source" obj)))

    (define (make-random-source)
      (let ((source (make-source (box #f))))
        (random-source-pseudo-randomize! source 0 0)
        source))

    ;; A number from 0 to m1 - 1; changes the source.
    (define (next! source)
      (let* ((state (source-state source))
             (x (modulo (- (* 1403580 (vector-ref state 1)) (* 810728 (vector-ref state 2))) m1))
             (y (modulo (- (* 527612 (vector-ref state 3)) (* 1370589 (vector-ref state 5))) m2))
             (next (vector x (vector-ref state 0) (vector-ref state 1)
                           y (vector-ref state 3) (vector-ref state 4))))
        (if (eq? state (%box-cas! (source-box source) state next))
            (modulo (- x y) m1)
            (next! source))))

    (define (random-below! source n)
      (if (<= n m1)
          ;; Numbers beyond the last multiple of n are thrown away: all remain equally probable.
          (let ((limit (- m1 (modulo m1 n))))
            (let loop ((x (next! source)))
              (if (< x limit)
                  (modulo x n)
                  (loop (next! source)))))
          (let digits ((range 1) (x 0))
            (if (< range n)
                (digits (* range m1) (+ (* x m1) (next! source)))
                (let ((limit (- range (modulo range n))))
                  (if (< x limit)
                      (modulo x n)
                      (digits 1 0)))))))

    (define (random-source-make-integers source)
      (check-source 'random-source-make-integers source)
      (lambda (n)
        (if (not (and (exact-integer? n) (positive? n)))
            (%wrong-type 'random-integer 1 "exact positive integer" n))
        (random-below! source n)))

    (define random-source-make-reals
      (case-lambda
        ((source)
         (check-source 'random-source-make-reals source)
         (lambda ()
           ;; 53 bits, 0 excluded.
           (/ (inexact (+ 1 (random-below! source 9007199254740991))) 9007199254740992.0)))
        ((source unit)
         (check-source 'random-source-make-reals source)
         (if (not (and (real? unit) (< 0 unit 1)))
             (%wrong-type 'random-source-make-reals 2 "number between 0 and 1" unit))
         (let ((steps (- (exact (ceiling (/ 1 unit))) 1)))
           (if (exact? unit)
               (lambda () (* unit (+ 1 (random-below! source steps))))
               (lambda () (* unit (inexact (+ 1 (random-below! source steps))))))))))

    (define (random-source-state-ref source)
      (check-source 'random-source-state-ref source)
      (cons 'lisle-mrg32k3a (vector->list (source-state source))))

    (define (random-source-state-set! source state)
      (check-source 'random-source-state-set! source)
      (if (not (and (list? state)
                    (= (length state) 7)
                    (eq? (car state) 'lisle-mrg32k3a)
                    (valid-state? (list->vector (cdr state)))))
          (%wrong-type 'random-source-state-set! 2 "state of a random source" state))
      (set-source-state! source (list->vector (cdr state))))

    ;; Each half must hold numbers below its modulus, not all zero.
    (define (valid-state? state)
      (define (half? start modulus)
        (let ((a (vector-ref state start))
              (b (vector-ref state (+ start 1)))
              (c (vector-ref state (+ start 2))))
          (and (exact-integer? a) (exact-integer? b) (exact-integer? c)
               (<= 0 a) (<= 0 b) (<= 0 c)
               (< a modulus) (< b modulus) (< c modulus)
               (positive? (+ a b c)))))
      (and (half? 0 m1) (half? 3 m2)))

    (define (random-source-randomize! source)
      (check-source 'random-source-randomize! source)
      (set-source-state! source
                         (seeded (lambda () (system-random-integer 4294967296)))))

    (define (seeded next)
      (define (below modulus) (+ 1 (modulo (next) (- modulus 1))))
      (let* ((a (below m1)) (b (below m1)) (c (below m1))
             (d (below m2)) (e (below m2)) (f (below m2)))
        (vector a b c d e f)))

    ;; Six numbers from the mixing function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) make
    ;; the state for the stream (i, j).
    (define (random-source-pseudo-randomize! source i j)
      (check-source 'random-source-pseudo-randomize! source)
      (%check-size 'random-source-pseudo-randomize! 2 i)
      (%check-size 'random-source-pseudo-randomize! 3 j)
      (let ((state (mix (+ i (mix (+ j 1))))))
        (set-source-state! source
                           (seeded (lambda ()
                                     (set! state (+ state #x9e3779b97f4a7c15))
                                     (arithmetic-shift (mix state) -32))))))

    (define (low-64 x) (bitwise-and x #xffffffffffffffff))

    (define (mix x)
      (let* ((x (low-64 x))
             (x (low-64 (* (bitwise-xor x (arithmetic-shift x -30)) #xbf58476d1ce4e5b9)))
             (x (low-64 (* (bitwise-xor x (arithmetic-shift x -27)) #x94d049bb133111eb))))
        (bitwise-xor x (arithmetic-shift x -31))))

    (define default-random-source (make-random-source))
    (define random-integer (random-source-make-integers default-random-source))
    (define random-real (random-source-make-reals default-random-source))))
