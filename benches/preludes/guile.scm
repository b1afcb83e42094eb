;;; Guile: libraries, and the bitwise operations of SRFI 151 by their names in SRFI 60.
(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme inexact)
        (scheme process-context) (scheme time) (srfi 60) (srfi 69))
(let ()
;;; BODY
)
