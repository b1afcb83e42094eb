;; R7RS 5.2, 5.6: import forms and libraries
;; expect: 2
;; expect: #\A
;; expect: (#t #f 2)
;; expect: (3 2 1 (helped x))
;; expect: 5
;; expect: (helped y)
;; expect: 2
;; expect: r7rs
;; expect: my-own
;; expect: library-known
;; expect: full-unicode
(define-library (test counter)
  (export make-counter (rename counter-next next!) counter?)
  (import (scheme base))
  (begin
    (define-record-type counter (%make-counter n) counter? (n counter-n set-counter-n!))
    (define (make-counter) (%make-counter 0))
    (define (counter-next c)
      (set-counter-n! c (+ 1 (counter-n c)))
      (counter-n c))
    (define (hidden) 'secret)))

(define-library (test macros)
  (export swap! my-or visible)
  (import (scheme base))
  (begin
    (define (helper x) (list 'helped x))
    (define-syntax swap!
      (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
    (define-syntax my-or
      (syntax-rules () ((_) #f) ((_ e) e) ((_ e r ...) (let ((t e)) (if t t (my-or r ...))))))
    ;; Expands to a name that is not exported.
    (define-syntax visible
      (syntax-rules () ((_ x) (helper x))))))

(define-library (test user 2)
  (export run state bump!)
  (import (scheme base) (prefix (test counter) c:) (test macros))
  (begin
    (define state 0)
    (define (bump!) (set! state (+ state 1)) state)
    (define (run)
      (let ((c (c:make-counter)))
        (c:next! c)
        (c:next! c)
        (let ((a 1) (b 2))
          (swap! a b)
          (list (c:next! c) a b (visible 'x)))))))

(define-library (test conditional)
  (export answer)
  (import (scheme base))
  (cond-expand
    ((and r7rs (not no-such-feature)) (begin (define answer 'r7rs)))
    (else (begin (define answer 'other)))))

(import (except (scheme base) list-copy)
        (prefix (only (scheme base) vector-ref vector-length) v:)
        (rename (scheme write) (write print))
        (only (rename (scheme base) (newline new-line)) new-line))
(import (only (scheme char) char-upcase))
(import (test counter) (rename (test macros) (my-or either)) (test user 2) (test conditional))

(print (v:vector-ref #(1 2 3) 1)) (new-line)
(print (char-upcase #\a)) (new-line)
(define c (make-counter))
(next! c)
(print (list (counter? c) (counter? 1) (next! c))) (new-line)
(print (run)) (new-line)
(print (let ((t 5)) (either #f t))) (new-line)
(print (let ((helper 'mine)) (visible 'y))) (new-line)
(bump!)
(print (bump!)) (new-line)
(print answer) (new-line)
;; A name left out of an import is free to be defined.
(define (list-copy x) 'my-own)
(print (list-copy '(1))) (new-line)
(cond-expand
  ((library (test counter)) (print 'library-known))
  (else (print 'library-unknown)))
(new-line)
(cond-expand
  ((library (no such library)) (print 'found))
  ((or full-unicode no-such-feature) (print 'full-unicode))
  (else (print 'neither)))
(new-line)
