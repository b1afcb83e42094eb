;; Classic macros by syntax-case; the answers are those of Guile and Chez.
;; expect-file: syntax-case-cases.txt
(import (scheme base) (scheme eval) (scheme write) (scheme cxr) (lisle syntax))
(include "syntax-case-cases.scm")

(define there (environment '(scheme base) '(scheme cxr) '(lisle syntax)))
(for-each (lambda (case) (write (eval case there)) (newline)) cases)
