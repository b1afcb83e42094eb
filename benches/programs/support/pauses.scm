;;; pauses.scm -- what the programs have in common that run to have their pauses looked at: short
;;; lists to make, two sizes from the command line, a check, a report.

(define (numbers count)
  (let loop ((i 0) (list '()))
    (if (= i count) list (loop (+ i 1) (cons i list)))))

;;; Makes so many million pairs, of which a thousand are alive at a time.
(define (make-lists millions)
  (let loop ((left (* 1000 millions)))
    (or (= left 0)
        (and (= 999 (car (numbers 1000)))
             (loop (- left 1))))))

;;; Tells the runner that what is to be kept is there now, and that pauses count from here on.
(define (measure-from-here)
  (write-string "measure from here\n" (current-error-port)))

(define (run-pauses-benchmark name run)
  (let* ((arguments (command-line))
         (first (string->number (list-ref arguments 1)))
         (second (string->number (list-ref arguments 2))))
    (cond ((run first second)
           (display "ok ") (display name)
           (display " ") (display first)
           (display " ") (display second) (newline))
          (else
           (display "WRONG ") (display name) (newline)
           (exit 1)))))
