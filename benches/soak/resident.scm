;;; resident.scm -- runs programs over and over in one virtual machine, for `lisle-benches soak`.
;;;
;;; Reads lists (PATH ARGUMENT ...) from standard input. A program is compiled when it is first
;;; named, as the body of one procedure, so that programs do not see each other's definitions; it
;;; runs with these arguments as its command line, and what it prints is caught. Then the heap is
;;; verified. The answer is a line with the outcome and the number of bytes printed, then the bytes.
;;; To the symbol `alive` it is how many bytes are in use after a full collection, as if printed.

(import (lisle base) (lisle probe))
(include "../../tests/scheme/body.scm")

(define programs (make-equal-hash-table))

(define (program-of path)
  (or (hash-table-ref/default programs path #f)
      (let ((program (compiled path)))
        (hash-table-set! programs path program)
        program)))

;;; Answers the outcome; what was printed is in `port`.
(define (run path arguments port)
  (guard (e ((error-object? e) (cons (error-object-message e) (error-object-irritants e)))
            (#t (list 'raised e)))
    (parameterize ((current-output-port port))
      ((program-of path)
       (lambda () (cons path arguments))
       (lambda status (error "it wanted to exit" status))))
    'ended))

(define (answer outcome text)
  (write (bytevector-length (string->utf8 text)))
  (write-char #\space)
  (write outcome)
  (newline)
  (write-string text)
  (flush-output-port))

;;; The second collection takes what finalizers of the first one let go.
(define (alive)
  (probe-collect-full!)
  (probe-collect-full!)
  (number->string (probe-used-bytes)))

(let loop ((request (read)))
  (cond ((eof-object? request))
        ((eq? request 'alive)
         (answer 'ended (alive))
         (loop (read)))
        (else
         (let* ((port (open-output-string))
                (outcome (run (car request) (cdr request) port)))
           (probe-verify)
           (answer outcome (get-output-string port))
           (loop (read))))))
