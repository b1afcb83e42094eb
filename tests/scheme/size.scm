;; included: by programs that do less in the stress modes (`divide` in their first lines)

;; How often, or how much: N, divided by the argument of the program if there is one.
(define (size n)
  (let ((arguments (cdr (command-line))))
    (if (pair? arguments) (quotient n (string->number (car arguments))) n)))
