(define (sign n)
  (cnd ((< n 0) 'negative)
       (else 'positive)))
(display (sign 4))
