;;; MIT Scheme's interpreter: its command line, and SRFI 151's shift.
(define (command-line) (cons "program" (command-line-arguments)))
;;; BODY
