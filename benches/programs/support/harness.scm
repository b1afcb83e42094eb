;;; harness.scm -- what every benchmark ends with: take the size from the command line, run,
;;; check, report.

(define (run-benchmark name default-size run)
  (let* ((arguments (command-line))
         (size (if (and (pair? arguments) (pair? (cdr arguments)))
                   (string->number (cadr arguments))
                   default-size)))
    (cond ((run size)
           (display "ok ") (display name) (display " ") (display size) (newline))
          (else
           (display "WRONG ") (display name) (display " ") (display size) (newline)
           (exit 1)))))

;;; True when `run` answers true each of the `count` times it is called.
(define (repeatedly count run)
  (let loop ((left count))
    (cond ((= left 0) #t)
          ((run) (loop (- left 1)))
          (else #f))))
