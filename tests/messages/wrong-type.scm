(define (age person) (+ 1 (cdr (assq 'age person))))
(age '((name . "Ada") (age . "36")))
