(define nothing (lambda (x)))
