;;; Checks of arguments, for the procedures written in Scheme. `who` is the procedure's name,
;;; positions count from 1; the message is that of the primitives.

(define (%check-vector who position obj)
  (if (not (vector? obj)) (%wrong-type who position "vector" obj)))

(define (%check-string who position obj)
  (if (not (string? obj)) (%wrong-type who position "string" obj)))

(define (%check-function who position obj)
  (if (not (procedure? obj)) (%wrong-type who position "procedure" obj)))

(define (%check-list who position obj)
  (if (not (list? obj)) (%wrong-type who position "list" obj)))

(define (%check-size who position obj)
  (if (not (exact-nonnegative-integer? obj))
      (%wrong-type who position "exact non-negative integer" obj)))

;; Is `obj` an exact integer from `low` to `high`?
(define (%check-index who position obj low high)
  (%check-size who position obj)
  (if (not (<= low obj high)) (%out-of-range who position obj)))

;; The arguments `start` and `end`, the latter at `position`, of a sequence of `size` elements.
(define (%check-range who position start end size)
  (%check-index who position end 0 size)
  (%check-index who (- position 1) start 0 end))

(define (%out-of-range who position obj)
  (raise (%make-condition 'out-of-range
                          (string-append (symbol->string who) ": argument "
                                         (number->string position) " is out of range")
                          (list obj))))
