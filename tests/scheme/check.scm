;; included: by the test programs
;;
;; A check that fails says so; (report) prints how many were made.

(define check-count 0)

(define (check-equal expression actual expected)
  (set! check-count (+ check-count 1))
  (if (not (equal? actual expected))
      (begin
        (write expression)
        (display " gave ")
        (write actual)
        (display ", not ")
        (write expected)
        (newline))))

(define-syntax check
  (syntax-rules ()
    ((_ expression expected)
     (check-equal 'expression expression expected))))

;; Compares all values of the expression, as a list.
(define-syntax check-values
  (syntax-rules ()
    ((_ expression expected)
     (check-equal 'expression (call-with-values (lambda () expression) list) expected))))

;; Holds if evaluating the expression raises something.
(define-syntax check-raises
  (syntax-rules ()
    ((_ expression)
     (check-equal 'expression
                  (call-with-current-continuation
                   (lambda (k)
                     (with-exception-handler
                      (lambda (obj) (k 'raised))
                      (lambda () expression 'returned))))
                  'raised))))

(define (report)
  (display check-count)
  (display " checks")
  (newline))
