;;; mandelbrot.scm -- a picture of the Mandelbrot set, its rows computed by several threads.
;;;
;;; The threads take the number of the next row from a counter under a mutex, and each row's
;;; pixels go into a bytevector that only its thread writes. Uses SRFI 18.
;;;
;;;     cargo run --release -- examples/mandelbrot.scm FILE.ppm [SIDE] [THREADS]
;;;
;;; writes a SIDE by SIDE picture (400) with THREADS threads (4), and prints how many of its
;;; points belong to the set, which does not depend on the number of threads.

(import (scheme base) (scheme file) (scheme write) (scheme process-context) (srfi 18))

(define most-steps 200)

(define (argument position default)
  (if (> (length (command-line)) position)
      (string->number (list-ref (command-line) position))
      default))

;;; The step at which the point leaves the circle of radius 2, or `most-steps`.
(define (steps-to-leave c-re c-im)
  (let loop ((re 0.0) (im 0.0) (step 0))
    (let ((re2 (* re re)) (im2 (* im im)))
      (if (or (= step most-steps) (> (+ re2 im2) 4.0))
          step
          (loop (+ (- re2 im2) c-re) (+ (* 2.0 re im) c-im) (+ step 1))))))

;;; Computes one row as red, green and blue bytes; answers how many of its points are inside.
(define (draw-row! pixels row side)
  (let ((c-im (- (/ (* 2.5 (+ row 0.5)) side) 1.25)))
    (let loop ((column 0) (inside 0))
      (if (= column side)
          inside
          (let* ((c-re (- (/ (* 2.5 (+ column 0.5)) side) 1.9))
                 (steps (steps-to-leave c-re c-im))
                 (inside? (= steps most-steps)))
            (bytevector-u8-set! pixels (* 3 column) (if inside? 0 (modulo (* 3 steps) 256)))
            (bytevector-u8-set! pixels (+ (* 3 column) 1) (if inside? 0 (modulo (* 7 steps) 256)))
            (bytevector-u8-set! pixels (+ (* 3 column) 2) (if inside? 0 (- 255 steps)))
            (loop (+ column 1) (if inside? (+ inside 1) inside)))))))

;;; A vector of the rows' pixels, and how many points are inside.
(define (draw side threads)
  (let ((rows (make-vector side #f))
        (lock (make-mutex))
        (next 0))
    (define (take-row!)
      (mutex-lock! lock)
      (let ((row next))
        (set! next (+ next 1))
        (mutex-unlock! lock)
        row))
    (define (work)
      (let loop ((inside 0))
        (let ((row (take-row!)))
          (if (>= row side)
              inside
              (let ((pixels (make-bytevector (* 3 side) 0)))
                (vector-set! rows row pixels)
                (loop (+ inside (draw-row! pixels row side))))))))
    (let ((workers (let start ((n threads))
                     (if (= n 0)
                         '()
                         (cons (thread-start! (make-thread work)) (start (- n 1)))))))
      (let ((inside (apply + (map thread-join! workers))))
        (values rows inside)))))

(define (write-ppm name side rows)
  (let ((port (open-binary-output-file name))
        (size (number->string side)))
    (write-bytevector (string->utf8 (string-append "P6\n" size " " size "\n255\n")) port)
    (vector-for-each (lambda (pixels) (write-bytevector pixels port)) rows)
    (close-port port)))

(define (main name side threads)
  (let-values (((rows inside) (draw side threads)))
    (write-ppm name side rows)
    (display inside)
    (display " of ")
    (display (* side side))
    (display " points are in the set")
    (newline)))

(if (> (length (command-line)) 1)
    (main (cadr (command-line)) (argument 2 400) (argument 3 4))
    (begin
      (display "usage: mandelbrot.scm FILE.ppm [SIDE] [THREADS]" (current-error-port))
      (newline (current-error-port))
      (exit 1)))
