;;; nbody.scm -- the sun and four planets in motion: flonums in vectors.
;;; Size: thousands of steps.

(import (scheme base) (scheme write) (scheme inexact) (scheme process-context))
(include "support/harness.scm")

(define pi 3.141592653589793)
(define solar-mass (* 4.0 pi pi))
(define days-per-year 365.24)

;;; A body is #(x y z vx vy vz mass).
(define (body x y z vx vy vz mass)
  (vector x y z
          (* vx days-per-year) (* vy days-per-year) (* vz days-per-year)
          (* mass solar-mass)))

(define (make-system)
  (let ((system
         (vector
          (vector 0.0 0.0 0.0 0.0 0.0 0.0 solar-mass)
          (body 4.84143144246472090 -1.16032004402742839 -0.103622044471123109
                0.00166007664274403694 0.00769901118419740425 -0.0000690460016972063023
                0.000954791938424326609)
          (body 8.34336671824457987 4.12479856412430479 -0.403523417114321381
                -0.00276742510726411030 0.00499852801234917238 0.0000230417297573763929
                0.000285885980666130812)
          (body 12.8943695621391310 -15.1111514016986312 -0.223307578892655734
                0.00296460137564761618 0.00237847173959480950 -0.0000296589568540237556
                0.0000436624404335156298)
          (body 15.3796971148509165 -25.9193146099879641 0.179258772950371181
                0.00268067772490389322 0.00162824170038242295 -0.0000951592254519715870
                0.0000515138902046611451))))
    (offset-momentum! system)
    system))

(define (offset-momentum! system)
  (do ((axis 3 (+ axis 1)))
      ((= axis 6))
    (let loop ((i 0) (momentum 0.0))
      (if (< i 5)
          (let ((b (vector-ref system i)))
            (loop (+ i 1) (+ momentum (* (vector-ref b axis) (vector-ref b 6)))))
          (vector-set! (vector-ref system 0) axis (- (/ momentum solar-mass)))))))

(define (energy system)
  (let outer ((i 0) (sum 0.0))
    (if (= i 5)
        sum
        (let* ((a (vector-ref system i))
               (vx (vector-ref a 3)) (vy (vector-ref a 4)) (vz (vector-ref a 5))
               (kinetic (* 0.5 (vector-ref a 6) (+ (* vx vx) (* vy vy) (* vz vz)))))
          (let inner ((j (+ i 1)) (sum (+ sum kinetic)))
            (if (= j 5)
                (outer (+ i 1) sum)
                (let* ((b (vector-ref system j))
                       (dx (- (vector-ref a 0) (vector-ref b 0)))
                       (dy (- (vector-ref a 1) (vector-ref b 1)))
                       (dz (- (vector-ref a 2) (vector-ref b 2)))
                       (distance (sqrt (+ (* dx dx) (* dy dy) (* dz dz)))))
                  (inner (+ j 1)
                         (- sum (/ (* (vector-ref a 6) (vector-ref b 6)) distance))))))))))

(define (add-to! v i amount)
  (vector-set! v i (+ (vector-ref v i) amount)))

(define (advance! system dt)
  (do ((i 0 (+ i 1)))
      ((= i 5))
    (let ((a (vector-ref system i)))
      (do ((j (+ i 1) (+ j 1)))
          ((= j 5))
        (let* ((b (vector-ref system j))
               (dx (- (vector-ref a 0) (vector-ref b 0)))
               (dy (- (vector-ref a 1) (vector-ref b 1)))
               (dz (- (vector-ref a 2) (vector-ref b 2)))
               (d2 (+ (* dx dx) (* dy dy) (* dz dz)))
               (magnitude (/ dt (* d2 (sqrt d2))))
               (pull-of-b (* (vector-ref b 6) magnitude))
               (pull-of-a (* (vector-ref a 6) magnitude)))
          (add-to! a 3 (- (* dx pull-of-b)))
          (add-to! a 4 (- (* dy pull-of-b)))
          (add-to! a 5 (- (* dz pull-of-b)))
          (add-to! b 3 (* dx pull-of-a))
          (add-to! b 4 (* dy pull-of-a))
          (add-to! b 5 (* dz pull-of-a))))))
  (do ((i 0 (+ i 1)))
      ((= i 5))
    (let ((a (vector-ref system i)))
      (add-to! a 0 (* dt (vector-ref a 3)))
      (add-to! a 1 (* dt (vector-ref a 4)))
      (add-to! a 2 (* dt (vector-ref a 5))))))

(define (near? a b) (< (abs (- a b)) 1e-9))

(run-benchmark "nbody" 400
  (lambda (thousands)
    (let ((system (make-system)))
      (define (thousand-steps)
        (do ((step 0 (+ step 1))) ((= step 1000)) (advance! system 0.01)))
      (and (near? (energy system) -0.169075163828524)
           (begin (thousand-steps) (near? (energy system) -0.169087605234606))
           (begin
             (do ((n 1 (+ n 1))) ((>= n thousands)) (thousand-steps))
             (< (abs (- (energy system) -0.16908)) 1e-4))))))
