;;; SRFI 151: the procedures that call procedures.

(define (bitwise-fold f initial bits)
  (let ((size (integer-length bits)))
    (let loop ((index 0) (result initial))
      (if (< index size)
          (loop (+ index 1) (f (bit-set? index bits) result))
          result))))

(define (bitwise-for-each f bits)
  (let ((size (integer-length bits)))
    (let loop ((index 0))
      (if (< index size)
          (begin
            (f (bit-set? index bits))
            (loop (+ index 1)))))))

(define (bitwise-unfold stop? bit next seed)
  (let loop ((seed seed) (index 0) (result 0))
    (if (stop? seed)
        result
        (loop (next seed)
              (+ index 1)
              (if (bit seed) (bitwise-ior result (arithmetic-shift 1 index)) result)))))

(define (make-bitwise-generator bits)
  (let ((index -1))
    (lambda ()
      (set! index (+ index 1))
      (bit-set? index bits))))
