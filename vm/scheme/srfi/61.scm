;;; SRFI 61: `cond` with clauses (generator guard => receiver).

(define-library (srfi 61)
  (export (rename general-cond cond) => else)
  (import (scheme base))
  (begin
    (define-syntax general-cond
      (syntax-rules (=> else)
        ((_ (else result1 result2 ...))
         (begin result1 result2 ...))
        ((_ (generator guard => receiver) clause ...)
         (call-with-values
          (lambda () generator)
          (lambda results
            (if (apply guard results)
                (apply receiver results)
                (rest clause ...)))))
        ((_ (test => receiver) clause ...)
         (let ((value test))
           (if value (receiver value) (rest clause ...))))
        ((_ (test) clause ...)
         (or test (rest clause ...)))
        ((_ (test result1 result2 ...) clause ...)
         (if test
             (begin result1 result2 ...)
             (rest clause ...)))))

    (define-syntax rest
      (syntax-rules ()
        ((_) (if #f #f))
        ((_ clause ...) (general-cond clause ...))))))
