;;; SRFI 144: flonums, double-precision floats.

(define-library (srfi 144)
  (export
   fl-e fl-1/e fl-e-2 fl-e-pi/4 fl-log2-e fl-log10-e fl-log-2 fl-1/log-2 fl-log-3 fl-log-pi
   fl-log-10 fl-1/log-10 fl-pi fl-1/pi fl-2pi fl-pi/2 fl-pi/4 fl-pi-squared fl-degree fl-2/pi
   fl-2/sqrt-pi fl-sqrt-2 fl-sqrt-3 fl-sqrt-5 fl-sqrt-10 fl-1/sqrt-2 fl-cbrt-2 fl-cbrt-3
   fl-4thrt-2 fl-phi fl-log-phi fl-1/log-phi fl-euler fl-e-euler fl-sin-1 fl-cos-1
   fl-gamma-1/2 fl-gamma-1/3 fl-gamma-2/3
   fl-greatest fl-least fl-epsilon fl-fast-fl+* fl-integer-exponent-zero
   fl-integer-exponent-nan
   flonum fladjacent flcopysign make-flonum
   flinteger-fraction flexponent flinteger-exponent flnormalized-fraction-exponent flsign-bit
   flonum? fl=? fl<? fl>? fl<=? fl>=? flunordered? flmax flmin flinteger? flzero? flpositive?
   flnegative? flodd? fleven? flfinite? flinfinite? flnan? flnormalized? fldenormalized?
   fl+ fl* fl+* fl- fl/ flabs flabsdiff flposdiff flsgn flnumerator fldenominator flfloor
   flceiling flround fltruncate
   flexp flexp2 flexp-1 flsquare flsqrt flcbrt flhypot flexpt fllog fllog1+ fllog2 fllog10
   make-fllog-base
   flsin flcos fltan flasin flacos flatan flsinh flcosh fltanh flasinh flacosh flatanh
   flquotient flremainder flremquo
   flgamma flloggamma flfirst-bessel flsecond-bessel flerf flerfc)
  (import (scheme base) (lisle flonum) (lisle internal))
  (begin

    (define (check who position x)
      (if (not (flonum? x)) (%wrong-type who position "flonum" x)))

    ;; Constants

    (define fl-e 2.718281828459045)
    (define fl-1/e 0.36787944117144233)
    (define fl-e-2 7.38905609893065)
    (define fl-e-pi/4 2.1932800507380155)
    (define fl-log2-e 1.4426950408889634)
    (define fl-log10-e 0.4342944819032518)
    (define fl-log-2 0.6931471805599453)
    (define fl-1/log-2 1.4426950408889634)
    (define fl-log-3 1.0986122886681098)
    (define fl-log-pi 1.1447298858494002)
    (define fl-log-10 2.302585092994046)
    (define fl-1/log-10 0.4342944819032518)
    (define fl-pi 3.141592653589793)
    (define fl-1/pi 0.3183098861837907)
    (define fl-2pi 6.283185307179586)
    (define fl-pi/2 1.5707963267948966)
    (define fl-pi/4 0.7853981633974483)
    (define fl-pi-squared 9.869604401089358)
    (define fl-degree 0.017453292519943295)
    (define fl-2/pi 0.6366197723675814)
    (define fl-2/sqrt-pi 1.1283791670955126)
    (define fl-sqrt-2 1.4142135623730951)
    (define fl-sqrt-3 1.7320508075688772)
    (define fl-sqrt-5 2.23606797749979)
    (define fl-sqrt-10 3.1622776601683795)
    (define fl-1/sqrt-2 0.7071067811865476)
    (define fl-cbrt-2 1.2599210498948732)
    (define fl-cbrt-3 1.4422495703074083)
    (define fl-4thrt-2 1.189207115002721)
    (define fl-phi 1.618033988749895)
    (define fl-log-phi 0.48121182505960347)
    (define fl-1/log-phi 2.0780869212350277)
    (define fl-euler 0.5772156649015329)
    (define fl-e-euler 1.781072417990198)
    (define fl-sin-1 0.8414709848078965)
    (define fl-cos-1 0.5403023058681398)
    (define fl-gamma-1/2 1.772453850905516)
    (define fl-gamma-1/3 2.678938534707747)
    (define fl-gamma-2/3 1.3541179394264005)

    (define fl-greatest 1.7976931348623157e308)
    (define fl-least 5e-324)
    (define fl-epsilon 2.220446049250313e-16)
    (define fl-fast-fl+* #f)
    (define fl-integer-exponent-zero -2147483648)
    (define fl-integer-exponent-nan -2147483648)

    ;; Construction and parts

    (define (flonum x)
      (if (not (real? x)) (%wrong-type 'flonum 1 "real number" x))
      (inexact x))

    (define (flinteger-fraction x)
      (check 'flinteger-fraction 1 x)
      (let ((whole (fltruncate x)))
        (values whole (if (flinfinite? x) (flcopysign 0.0 x) (flcopysign (fl- x whole) x)))))

    (define (flexponent x)
      (check 'flexponent 1 x)
      (cond ((flzero? x) -inf.0)
            ((flinfinite? x) +inf.0)
            ((flnan? x) x)
            (else (inexact (%flexponent x)))))

    (define (flinteger-exponent x)
      (check 'flinteger-exponent 1 x)
      (cond ((flzero? x) fl-integer-exponent-zero)
            ((flnan? x) fl-integer-exponent-nan)
            ((flinfinite? x) 2147483647)
            (else (%flexponent x))))

    ;; The fraction is between 1/2 and 1.
    (define (flnormalized-fraction-exponent x)
      (check 'flnormalized-fraction-exponent 1 x)
      (if (or (flzero? x) (not (flfinite? x)))
          (values x 0)
          (let ((exponent (+ 1 (%flexponent x))))
            (values (make-flonum x (- exponent)) exponent))))

    ;; Predicates

    (define (flunordered? x y)
      (or (flnan? x) (flnan? y)))

    (define least-normal 2.2250738585072014e-308)

    (define (flnormalized? x)
      (and (flfinite? x) (fl>=? (flabs x) least-normal)))

    (define (fldenormalized? x)
      (and (not (flzero? x)) (fl<? (flabs x) least-normal)))

    ;; Arithmetic

    (define (flabsdiff x y) (flabs (fl- x y)))
    (define (flposdiff x y) (if (fl>? x y) (fl- x y) (if (flunordered? x y) +nan.0 0.0)))
    (define (flsgn x) (flcopysign 1.0 x))

    (define (flnumerator x)
      (check 'flnumerator 1 x)
      (if (or (not (flfinite? x)) (flzero? x))
          x
          (inexact (numerator (exact x)))))

    (define (fldenominator x)
      (check 'fldenominator 1 x)
      (cond ((flnan? x) x)
            ((flinfinite? x) 1.0)
            (else (inexact (denominator (exact x))))))

    (define (make-fllog-base base)
      (check 'make-fllog-base 1 base)
      (if (not (fl>? base 1.0)) (%out-of-range 'make-fllog-base 1 base))
      (lambda (x)
        (check 'fllog-base 1 x)
        (cond ((fl=? base 2.0) (fllog2 x))
              ((fl=? base 10.0) (fllog10 x))
              (else (fl/ (fllog x) (fllog base))))))

    (define (flquotient x y) (fltruncate (fl/ x y)))

    ;; Exact, so that nothing is lost when the quotient is large.
    (define (flremainder x y)
      (check 'flremainder 1 x)
      (check 'flremainder 2 y)
      (cond ((or (not (flfinite? x)) (flnan? y) (flzero? y)) +nan.0)
            ((flinfinite? y) x)
            (else
             (let ((x* (exact x))
                   (y* (exact y)))
               (flcopysign (inexact (- x* (* y* (truncate (/ x* y*))))) x)))))

    ;; The remainder of division rounded to the nearest, and low bits of the quotient.
    (define (flremquo x y)
      (check 'flremquo 1 x)
      (check 'flremquo 2 y)
      (cond ((or (not (flfinite? x)) (flnan? y) (flzero? y)) (values +nan.0 0))
            ((flinfinite? y) (values x 0))
            (else
             (let* ((x* (exact x))
                    (y* (exact y))
                    (quotient (round (/ x* y*)))
                    (rest (- x* (* y* quotient))))
               (values (if (= rest 0) (flcopysign 0.0 x) (inexact rest))
                       (* (if (negative? quotient) -1 1)
                          (modulo (abs quotient) 1073741824)))))))

    (define (flloggamma x)
      (values (%flloggamma x) (%flgamma-sign x)))))
