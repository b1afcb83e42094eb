(define-record-type point (make-point x y) point? (x point-x) (y point-y))
(define-record-type size (make-size w h) size? (w size-w) (h size-h))
(display (+ 1 (point-x (make-size 3 4))))
