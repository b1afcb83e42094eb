;; divide: 100
;; R7RS 5.5: record types
;; expect: 25 checks
(import (scheme base) (scheme write) (scheme process-context))
(include "../check.scm")
(include "../size.scm")

(define-record-type <pare>
  (kons x y)
  pare?
  (x kar set-kar!)
  (y kdr))

(check (pare? (kons 1 2)) #t)
(check (pare? (cons 1 2)) #f)
(check (kar (kons 1 2)) 1)
(check (kdr (kons 1 2)) 2)
(check (let ((k (kons 1 2))) (set-kar! k 3) (kar k)) 3)
(check-raises (kar (cons 1 2)))
(check-raises (kar 5))
(check-raises (set-kar! 'x 1))
(check-raises (kons 1))
(check (pair? (kons 1 2)) #f)
(check (vector? (kons 1 2)) #f)
(check (procedure? (kons 1 2)) #f)

;; Fields may be set by position, in another order, or not at all.
(define-record-type point
  (make-point y x)
  point?
  (x point-x)
  (y point-y set-point-y!)
  (label point-label set-point-label!))
(check (let ((p (make-point 1 2))) (list (point-x p) (point-y p))) '(2 1))
(check (let ((p (make-point 1 2)))
         (set-point-label! p 'here)
         (set-point-y! p 10)
         (list (point-x p) (point-y p) (point-label p)))
       '(2 10 here))
(check (point? (kons 1 2)) #f)
(check (pare? (make-point 1 2)) #f)
(check-raises (kar (make-point 1 2)))

;; Types with the same name and fields are distinct, each time the definition is evaluated.
(define (make-type)
  (define-record-type thing (make-thing a) thing? (a thing-a))
  (list make-thing thing? thing-a))
(define one (make-type))
(define two (make-type))
(check ((cadr one) ((car one) 1)) #t)
(check ((cadr two) ((car one) 1)) #f)
(check ((list-ref one 2) ((car one) 5)) 5)
(define-record-type empty (make-empty) empty?)
(check (empty? (make-empty)) #t)
(check (eqv? (make-empty) (make-empty)) #f)
(check (let ((e (make-empty))) (eqv? e e)) #t)

(define-record-type <node> (make-node value next) node? (value node-value) (next node-next set-node-next!))
(define (build n)
  (let loop ((i 0) (node #f))
    (if (= i n) node (loop (+ i 1) (make-node i node)))))
(check (let loop ((node (build (size 100000))) (sum 0))
         (if node (loop (node-next node) (+ sum (node-value node))) sum))
       (/ (* (size 100000) (- (size 100000) 1)) 2))
(check (let ((node (make-node 1 #f))) (set-node-next! node node) (eq? node (node-next (node-next node)))) #t)

(report)
