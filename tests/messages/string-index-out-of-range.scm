(define (last-char s) (string-ref s (string-length s)))
(display (list (last-char "abc")))
