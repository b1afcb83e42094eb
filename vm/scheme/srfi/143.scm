;;; SRFI 143: fixnums, of 61 bits. Arithmetic that leaves their range is an error.

(define-library (srfi 143)
  (export
   fx-width fx-greatest fx-least fixnum?
   fx=? fx<? fx>? fx<=? fx>=? fxzero? fxpositive? fxnegative? fxodd? fxeven? fxmax fxmin
   fx+ fx- fxneg fx* fxquotient fxremainder fxabs fxsquare fxsqrt
   fx+/carry fx-/carry fx*/carry
   fxnot fxand fxior fxxor fxarithmetic-shift fxarithmetic-shift-left
   fxarithmetic-shift-right fxbit-count fxlength fxif fxbit-set? fxcopy-bit fxfirst-set-bit
   fxbit-field fxbit-field-rotate fxbit-field-reverse)
  (import (scheme base) (except (lisle fixnum) fxsqrt)
          (only (srfi 151) bitwise-if bit-set? copy-bit bit-field bit-field-rotate
                bit-field-reverse)
          (lisle internal))
  (begin

    (define fx-width 61)
    (define fx-greatest 1152921504606846975)
    (define fx-least -1152921504606846976)

    (define (check who position n)
      (if (not (fixnum? n)) (%wrong-type who position "fixnum" n)))

    (define (check-result who n)
      (if (fixnum? n)
          n
          (error (string-append (symbol->string who) ": the result is no fixnum") n)))

    (define (check-bit who position n)
      (%check-index who position n 0 fx-width))

    (define (fxsqrt n)
      (check 'fxsqrt 1 n)
      (if (fxnegative? n) (%out-of-range 'fxsqrt 1 n))
      (exact-integer-sqrt n))

    ;; The balanced remainder by two to the width, and what is carried.
    (define (with-carry n)
      (let* ((base (expt 2 fx-width))
             (low (modulo n base))
             (low (if (> low fx-greatest) (- low base) low)))
        (values low (quotient (- n low) base))))

    (define (fx+/carry i j k)
      (check 'fx+/carry 1 i) (check 'fx+/carry 2 j) (check 'fx+/carry 3 k)
      (with-carry (+ i j k)))
    (define (fx-/carry i j k)
      (check 'fx-/carry 1 i) (check 'fx-/carry 2 j) (check 'fx-/carry 3 k)
      (with-carry (- i j k)))
    (define (fx*/carry i j k)
      (check 'fx*/carry 1 i) (check 'fx*/carry 2 j) (check 'fx*/carry 3 k)
      (with-carry (+ (* i j) k)))

    (define (fxif mask i j)
      (check 'fxif 1 mask) (check 'fxif 2 i) (check 'fxif 3 j)
      (bitwise-if mask i j))

    (define (fxbit-set? index i)
      (check-bit 'fxbit-set? 1 index) (check 'fxbit-set? 2 i)
      (bit-set? index i))

    (define (fxcopy-bit index i bit)
      (check-bit 'fxcopy-bit 1 index) (check 'fxcopy-bit 2 i)
      (check-result 'fxcopy-bit (copy-bit index i bit)))

    (define (fxbit-field i start end)
      (check 'fxbit-field 1 i) (check-bit 'fxbit-field 2 start) (check-bit 'fxbit-field 3 end)
      (bit-field i start end))

    (define (fxbit-field-rotate i count start end)
      (check 'fxbit-field-rotate 1 i)
      (check 'fxbit-field-rotate 2 count)
      (check-bit 'fxbit-field-rotate 3 start)
      (check-bit 'fxbit-field-rotate 4 end)
      (check-result 'fxbit-field-rotate (bit-field-rotate i count start end)))

    (define (fxbit-field-reverse i start end)
      (check 'fxbit-field-reverse 1 i)
      (check-bit 'fxbit-field-reverse 2 start)
      (check-bit 'fxbit-field-reverse 3 end)
      (check-result 'fxbit-field-reverse (bit-field-reverse i start end)))))
