;; Symbolic differentiation and simplification: expressions are read from infix texts, differentiated,
;; simplified to a normal form of polynomials over the other functions, and written in infix again.
;; expect-file: symbolic.txt
(import (scheme base) (scheme char) (scheme cxr) (scheme write))

;;; A parser for infix expressions, by precedence

(define (tokens text)
  (let loop ((chars (string->list text)) (found '()))
    (cond
     ((null? chars) (reverse found))
     ((char-whitespace? (car chars)) (loop (cdr chars) found))
     ((char-numeric? (car chars))
      (let-values (((word rest) (take-while char-numeric? chars)))
        (loop rest (cons (string->number word) found))))
     ((char-alphabetic? (car chars))
      (let-values (((word rest) (take-while char-alphabetic? chars)))
        (loop rest (cons (string->symbol word) found))))
     (else (loop (cdr chars) (cons (car chars) found))))))

(define (take-while p? chars)
  (let loop ((chars chars) (taken '()))
    (if (and (pair? chars) (p? (car chars)))
        (loop (cdr chars) (cons (car chars) taken))
        (values (list->string (reverse taken)) chars))))

(define functions '(sin cos exp ln sqrt))

(define (parse text)
  (define rest (tokens text))
  (define (peek) (and (pair? rest) (car rest)))
  (define (next!)
    (when (null? rest) (error "unexpected end" text))
    (let ((token (car rest))) (set! rest (cdr rest)) token))
  (define (expect! token)
    (unless (eqv? (next!) token) (error "something is missing" token text)))
  (define (sum)
    (let loop ((left (product)))
      (case (peek)
        ((#\+) (next!) (loop (list '+ left (product))))
        ((#\-) (next!) (loop (list '+ left (list '* -1 (product)))))
        (else left))))
  (define (product)
    (let loop ((left (signed)))
      (case (peek)
        ((#\*) (next!) (loop (list '* left (signed))))
        ((#\/) (next!) (loop (list '* left (list '^ (signed) -1))))
        (else left))))
  (define (signed)
    (if (eqv? (peek) #\-)
        (begin (next!) (list '* -1 (signed)))
        (power)))
  (define (power)
    (let ((base (atom)))
      (if (eqv? (peek) #\^)
          (begin (next!) (list '^ base (signed)))
          base)))
  (define (atom)
    (let ((token (next!)))
      (cond
       ((number? token) token)
       ((memq token functions)
        (expect! #\()
        (let ((argument (sum))) (expect! #\)) (list token argument)))
       ((symbol? token) token)
       ((eqv? token #\() (let ((inner (sum))) (expect! #\)) inner))
       (else (error "unexpected token" token text)))))
  (let ((result (sum)))
    (when (peek) (error "more than an expression" (peek) text))
    result))

;;; Differentiation

(define (derivative e x)
  (cond
   ((number? e) 0)
   ((symbol? e) (if (eq? e x) 1 0))
   (else
    (let ((a (cadr e)))
      (case (car e)
        ((+) (cons '+ (map (lambda (term) (derivative term x)) (cdr e))))
        ((*)
         (if (null? (cddr e))
             (derivative a x)
             (let ((rest (cons '* (cddr e))))
               (list '+ (list '* (derivative a x) rest) (list '* a (derivative rest x))))))
        ((^)
         (let ((n (caddr e)))
           (if (number? n)
               (list '* n (list '^ a (- n 1)) (derivative a x))
               (list '* e (derivative (list '* n (list 'ln a)) x)))))
        ((sin) (list '* (list 'cos a) (derivative a x)))
        ((cos) (list '* -1 (list 'sin a) (derivative a x)))
        ((exp) (list '* e (derivative a x)))
        ((ln) (list '* (list '^ a -1) (derivative a x)))
        ((sqrt) (list '* 1/2 (list '^ e -1) (derivative a x)))
        (else (error "no rule for" (car e))))))))

;;; Simplification. A term is (coefficient factor ...), a factor (base . exponent); a sum is a list of
;;; terms with different factors, in order.

(define (expression->key e)
  (let ((port (open-output-string))) (write e port) (get-output-string port)))
(define (before? a b) (string<? (expression->key a) (expression->key b)))

(define (insert item sorted less?)
  (cond ((null? sorted) (list item))
        ((less? item (car sorted)) (cons item sorted))
        (else (cons (car sorted) (insert item (cdr sorted) less?)))))
(define (sort-by less? items)
  (let loop ((items items) (sorted '()))
    (if (null? items) sorted (loop (cdr items) (insert (car items) sorted less?)))))

(define (add-sums a b)
  (if (null? a)
      b
      (add-sums (cdr a)
                (let loop ((terms b))
                  (cond
                   ((null? terms) (list (car a)))
                   ((equal? (cdar terms) (cdar a))
                    (let ((c (+ (caar terms) (caar a))))
                      (if (= c 0) (cdr terms) (cons (cons c (cdar terms)) (cdr terms)))))
                   (else (cons (car terms) (loop (cdr terms)))))))))

(define (multiply-factors a b)
  (if (null? a)
      (sort-by (lambda (x y) (before? (car x) (car y))) b)
      (multiply-factors
       (cdr a)
       (let loop ((factors b))
         (cond
          ((null? factors) (list (car a)))
          ((equal? (caar factors) (caar a))
           (let ((n (add-exponents (cdar factors) (cdar a))))
             (if (eqv? n 0) (cdr factors) (cons (cons (caar factors) n) (cdr factors)))))
          (else (cons (car factors) (loop (cdr factors)))))))))

(define (add-exponents m n)
  (if (and (number? m) (number? n)) (+ m n) (simplify (list '+ m n))))

(define (multiply-sums a b)
  (let loop ((a a) (result '()))
    (if (null? a)
        result
        (loop (cdr a)
              (add-sums
               (map (lambda (term)
                      (cons (* (caar a) (car term)) (multiply-factors (cdar a) (cdr term))))
                    b)
               result)))))

(define (sum-power sum n)
  (if (= n 0) '((1)) (multiply-sums sum (sum-power sum (- n 1)))))

(define (constant sum)
  (cond ((null? sum) 0)
        ((and (null? (cdr sum)) (null? (cdar sum))) (caar sum))
        (else #f)))

(define (expression->sum e)
  (cond
   ((number? e) (if (= e 0) '() (list (list e))))
   ((symbol? e) (list (list 1 (cons e 1))))
   (else
    (case (car e)
      ((+) (let loop ((terms (cdr e)) (sum '()))
             (if (null? terms) sum (loop (cdr terms) (add-sums (expression->sum (car terms)) sum)))))
      ((*) (let loop ((factors (cdr e)) (product '((1))))
             (if (null? factors) product (loop (cdr factors) (multiply-sums product (expression->sum (car factors)))))))
      ((^) (power->sum (expression->sum (cadr e)) (simplify (caddr e))))
      (else
       (let ((argument (simplify (cadr e))))
         (cond
          ((and (eqv? argument 0) (memq (car e) '(sin sqrt))) '())
          ((and (eqv? argument 0) (memq (car e) '(cos exp))) '((1)))
          ((and (eqv? argument 1) (eq? (car e) 'ln)) '())
          ((and (eq? (car e) 'ln) (pair? argument) (eq? (car argument) 'exp)) (expression->sum (cadr argument)))
          ((and (eq? (car e) 'exp) (pair? argument) (eq? (car argument) 'ln)) (expression->sum (cadr argument)))
          (else (list (list 1 (cons (list (car e) argument) 1)))))))))))

(define (power->sum base n)
  (let ((c (constant base)))
    (cond
     ((and (exact-integer? n) (>= n 0) (<= n 8)) (sum-power base n))
     ((and c (exact-integer? n) (not (= c 0))) (list (list (expt c n))))
     ((and (exact-integer? n) (pair? base) (null? (cdr base)))
      (list (cons (expt (caar base) n)
                  (map (lambda (f) (cons (car f) (simplify (list '* n (cdr f))))) (cdar base)))))
     (else (list (list 1 (cons (sum->expression base) n)))))))

(define (factor->expression factor)
  (if (eqv? (cdr factor) 1) (car factor) (list '^ (car factor) (cdr factor))))

(define (term->expression term)
  (let ((factors (map factor->expression (cdr term))))
    (cond
     ((null? factors) (car term))
     ((and (= (car term) 1) (null? (cdr factors))) (car factors))
     ((= (car term) 1) (cons '* factors))
     (else (cons '* (cons (car term) factors))))))

(define (degree term)
  (apply + (map (lambda (f) (if (number? (cdr f)) (cdr f) 1)) (cdr term))))

(define (sum->expression sum)
  (let ((sorted
         (sort-by (lambda (a b)
                    (let ((m (degree a)) (n (degree b)))
                      (or (> m n) (and (= m n) (before? (cdr a) (cdr b))))))
                  sum)))
    (cond
     ((null? sorted) 0)
     ((null? (cdr sorted)) (term->expression (car sorted)))
     (else (cons '+ (map term->expression sorted))))))

(define (simplify e) (sum->expression (expression->sum e)))

;;; Writing in infix

(define (infix e level)
  (define (wrap own text) (if (< own level) (string-append "(" text ")") text))
  (define (join operator items)
    (if (null? (cdr items))
        (car items)
        (string-append (car items) operator (join operator (cdr items)))))
  (cond
   ((and (number? e) (or (negative? e) (not (integer? e)))) (wrap 2 (number->string e)))
   ((number? e) (number->string e))
   ((symbol? e) (symbol->string e))
   (else
    (case (car e)
      ((+) (wrap 1 (join " + " (map (lambda (t) (infix t 1)) (cdr e)))))
      ((*) (wrap 2 (join "*" (map (lambda (f) (infix f 2)) (cdr e)))))
      ((^) (wrap 3 (string-append (infix (cadr e) 4) "^" (infix (caddr e) 4))))
      (else (string-append (symbol->string (car e)) "(" (infix (cadr e) 0) ")"))))))

(define (value e x at)
  (let eval ((e e))
    (cond ((number? e) e)
          ((symbol? e) (if (eq? e x) at (error "unknown" e)))
          ((eq? (car e) '+) (apply + (map eval (cdr e))))
          ((eq? (car e) '*) (apply * (map eval (cdr e))))
          ((eq? (car e) '^) (expt (eval (cadr e)) (eval (caddr e))))
          (else (error "no exact value" e)))))

;;; Tries

(define (show . texts) (for-each write-string texts) (newline))

(for-each
 (lambda (text)
   (let* ((e (parse text)) (d (simplify (derivative e 'x))))
     (show text)
     (show "  = " (infix (simplify e) 0))
     (show "  ' " (infix d 0))
     (show "  '' " (infix (simplify (derivative d 'x)) 0))))
 '("x^3 - 2*x + 5" "(x + 1)^3" "3*(x + 2)*(x - 2)" "x / x" "1/x" "sin(x)*cos(x)" "exp(2*x)" "ln(x^2)" "sqrt(x)" "x^x"
   "a*x^2 + b*x + c" "sin(x)^2 + cos(x)^2" "exp(ln(x))" "2^3 - 8" "(x+y)^2 - x^2 - 2*x*y - y^2" "-x^2" "x - -x" "x^-2 * x^3"))
(for-each
 (lambda (text)
   (show text ": " (guard (e ((error-object? e) (error-object-message e))) (infix (parse text) 0))))
 '("1 +" "(1" "1 2" "sin 1" ")" "x ^ 2 ^ 3"))
;; A difference quotient agrees with the derivative, exactly, for polynomials of degree two.
(let* ((e (parse "3*x^2 - 5*x + 7")) (d (simplify (derivative e 'x))) (h 1/1000))
  (write (list (value d 'x 2) (/ (- (value e 'x (+ 2 h)) (value e 'x (- 2 h))) (* 2 h))))
  (newline))
