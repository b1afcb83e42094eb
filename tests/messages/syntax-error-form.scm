(define-syntax unless-zero
  (syntax-rules ()
    ((_ 0 body) (syntax-error "the test is the constant 0" body))
    ((_ n body) (if (zero? n) #f body))))
(unless-zero 0 (display 1))
