;;; rewrite.scm -- a theorem prover after Boyer's: terms rewritten by lemmas, then a tautology test.
;;; Size: repetitions.

(import (scheme base) (scheme write) (scheme process-context))
(include "support/harness.scm")

;;; A rule is (left right); variables of rules are symbols, terms are (operator argument ...).
(define lemmas
  '(((and p q) (if p (if q (true) (false)) (false)))
    ((or p q) (if p (true) (if q (true) (false))))
    ((not p) (if p (false) (true)))
    ((implies p q) (if p (if q (true) (false)) (true)))
    ((iff p q) (and (implies p q) (implies q p)))
    ((if (if a b c) d e) (if a (if b d e) (if c d e)))
    ((plus (plus x y) z) (plus x (plus y z)))
    ((plus (zero) y) y)
    ((plus (next x) y) (next (plus x y)))
    ((times (zero) y) (zero))
    ((times (next x) y) (plus y (times x y)))
    ((times (plus x y) z) (plus (times x z) (times y z)))
    ((difference x x) (zero))
    ((difference (plus x y) (plus x z)) (difference y z))
    ((difference (next x) (next y)) (difference x y))
    ((less (plus x y) (plus x z)) (less y z))
    ((less (zero) (next x)) (true))
    ((less x (zero)) (false))
    ((less (next x) (next y)) (less x y))
    ((equal (plus a b) (zero)) (and (equal a (zero)) (equal b (zero))))
    ((equal (plus a b) (plus a c)) (equal b c))
    ((equal (next x) (next y)) (equal x y))
    ((equal x x) (true))
    ((append (append x y) z) (append x (append y z)))
    ((append (nil) y) y)
    ((append (cons x y) z) (cons x (append y z)))
    ((reverse (append a b)) (append (reverse b) (reverse a)))
    ((reverse (nil)) (nil))
    ((reverse (cons x y)) (append (reverse y) (cons x (nil))))
    ((length (append a b)) (plus (length a) (length b)))
    ((length (nil)) (zero))
    ((length (cons x y)) (next (length y)))
    ((length (reverse x)) (length x))
    ((member x (append a b)) (or (member x a) (member x b)))
    ((member x (reverse y)) (member x y))
    ((member x (nil)) (false))))

;;; Rules of one operator, in an association list kept as the original kept property lists.
(define rules-by-operator
  (let loop ((rules (reverse lemmas)) (table '()))
    (if (null? rules)
        table
        (let* ((operator (car (car (car rules)))) (entry (assq operator table)))
          (if entry
              (begin (set-cdr! entry (cons (car rules) (cdr entry)))
                     (loop (cdr rules) table))
              (loop (cdr rules) (cons (list operator (car rules)) table)))))))

(define (rules-of operator)
  (let ((entry (assq operator rules-by-operator)))
    (if entry (cdr entry) '())))

(define (all-equal? a b)
  (cond ((null? a) (null? b))
        ((null? b) #f)
        ((term-equal? (car a) (car b)) (all-equal? (cdr a) (cdr b)))
        (else #f)))

(define (term-equal? a b)
  (cond ((symbol? a) (eq? a b))
        ((symbol? b) #f)
        ((eq? (car a) (car b)) (all-equal? (cdr a) (cdr b)))
        (else #f)))

;;; The bindings that make `pattern` equal to `term`, or #f.
(define (match pattern term bindings)
  (cond ((symbol? pattern)
         (let ((known (assq pattern bindings)))
           (cond ((not known) (cons (cons pattern term) bindings))
                 ((term-equal? (cdr known) term) bindings)
                 (else #f))))
        ((symbol? term) #f)
        ((eq? (car pattern) (car term)) (match-all (cdr pattern) (cdr term) bindings))
        (else #f)))

(define (match-all patterns terms bindings)
  (cond ((null? patterns) bindings)
        ((match (car patterns) (car terms) bindings)
         => (lambda (bindings) (match-all (cdr patterns) (cdr terms) bindings)))
        (else #f)))

(define (substitute bindings term)
  (if (symbol? term)
      (let ((known (assq term bindings))) (if known (cdr known) term))
      (cons (car term) (substitute-all bindings (cdr term)))))

(define (substitute-all bindings terms)
  (if (null? terms)
      '()
      (cons (substitute bindings (car terms)) (substitute-all bindings (cdr terms)))))

(define rewrites 0)

(define (rewrite term)
  (set! rewrites (+ rewrites 1))
  (if (symbol? term)
      term
      (rewrite-by (cons (car term) (rewrite-all (cdr term))) (rules-of (car term)))))

(define (rewrite-all terms)
  (if (null? terms)
      '()
      (cons (rewrite (car terms)) (rewrite-all (cdr terms)))))

(define (rewrite-by term rules)
  (if (null? rules)
      term
      (let ((bindings (match (car (car rules)) term '())))
        (if bindings
            (rewrite (substitute bindings (cadr (car rules))))
            (rewrite-by term (cdr rules))))))

(define (member-term? term terms)
  (cond ((null? terms) #f)
        ((term-equal? term (car terms)) #t)
        (else (member-term? term (cdr terms)))))

(define (true-term? term known)
  (or (and (pair? term) (eq? (car term) 'true)) (member-term? term known)))

(define (false-term? term known)
  (or (and (pair? term) (eq? (car term) 'false)) (member-term? term known)))

(define (tautology? term trues falses)
  (cond ((true-term? term trues) #t)
        ((false-term? term falses) #f)
        ((or (symbol? term) (not (eq? (car term) 'if))) #f)
        (else
         (let ((test (list-ref term 1)) (then (list-ref term 2)) (else-term (list-ref term 3)))
           (cond ((true-term? test trues) (tautology? then trues falses))
                 ((false-term? test falses) (tautology? else-term trues falses))
                 (else
                  (and (tautology? then (cons test trues) falses)
                       (tautology? else-term trues (cons test falses)))))))))

(define theorem
  '(implies (and (implies u v) (and (implies v w) (and (implies w x) (implies x y))))
            (implies u y)))

(define facts
  '((u . (equal (plus (plus a b) (plus c (zero))) (plus a (plus b d))))
    (v . (less (length (append (append k l) (reverse m))) (plus (length k) n)))
    (w . (member e (reverse (append k (append l (nil))))))
    (x . (equal (times (next (next a)) (plus b c)) (times (plus a b) (plus c d))))
    (y . (not (less (difference (plus a b) (plus a c)) (next (length (cons e k))))))))

(run-benchmark "rewrite" 2
  (lambda (repetitions)
    (repeatedly repetitions
      (lambda ()
        (set! rewrites 0)
        (and (tautology? (rewrite (substitute facts theorem)) '() '())
             (= rewrites 1357603))))))
