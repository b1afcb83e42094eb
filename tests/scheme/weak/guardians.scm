;; Guardians give back what died, in order, and only that.
;; expect: 21 checks
;; skip-stress: what dies in which collection depends on when they are
(import (scheme base) (scheme write) (lisle weak))
(include "../check.scm")

(define (drain g)
  (let ((obj (g)))
    (if obj (cons obj (drain g)) '())))

(define g (make-guardian))
(check (g) #f)
(define kept (list 'kept))
(g kept)
(define (register from to)
  (do ((n from (+ n 1))) ((= n to)) (g (list n))))
(register 0 5)
(collect-garbage)
(check (drain g) '((0) (1) (2) (3) (4)))
(check (g) #f)
(collect-garbage)
(check (g) #f)
(register 5 8)
(collect-garbage 'minor)
(check (drain g) '((5) (6) (7)))
(set! kept #f)
(collect-garbage)
(check (drain g) '((kept)))

;; Given back, an object is as good as new, and can be given again.
(define (resurrect)
  (register 1 2)
  (collect-garbage)
  (let ((back (g)))
    (g back)
    (collect-garbage)
    (check (g) #f)
    (car back)))
(check (resurrect) 1)
(collect-garbage)
(check (drain g) '((1)))

;; Twice given, twice given back.
(let ((obj (list 'twice)))
  (g obj)
  (g obj))
(collect-garbage)
(check (drain g) '((twice) (twice)))

;; Two guardians.
(define h (make-guardian))
(let ((obj (list 'shared)))
  (g obj)
  (h obj))
(collect-garbage)
(check (eq? (g) (h)) #t)

;; A representative is given back instead.
(define died #f)
(let ((obj (list 'object)))
  (set! died (make-weak-box obj))
  (g obj (list 'representative)))
(check (g) #f)
(collect-garbage)
(check (g) '(representative))
(check (weak-box-value died 'gone) 'gone)

;; Weak references to what was given back are whole until it dies for good.
(define weak #f)
(let ((obj (list 'weakly)))
  (set! weak (weak-cons obj 1))
  (g obj))
(collect-garbage)
(check (car weak) '(weakly))
(check (g) '(weakly))
(collect-garbage)
(check (bwp-object? (car weak)) #t)

;; A cycle, and one object in another: all are given back at once.
(let* ((inner (list 'inner))
       (outer (vector inner 'outer)))
  (set-cdr! inner outer)
  (g outer)
  (g inner))
(collect-garbage)
(let* ((first (g)) (second (g)))
  (check (eq? (vector-ref first 0) second) #t)
  (check (eq? (cdr second) first) #t))

;; What cannot die is not watched.
(g 5)
(g 'symbol)
(collect-garbage)
(check (g) #f)
(check-raises (g 1 2 3))
(report)
