(define (f) (raise (list 'my-error 42)))
(display (list (f)))
