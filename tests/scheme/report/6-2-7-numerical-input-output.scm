;; R7RS 6.2.5, 6.2.7, 7.1.1: the syntax of numbers, number->string and string->number
;; expect: 752 checks
(import (scheme base) (scheme write) (scheme inexact) (scheme complex) (scheme read))
(include "../check.scm")

(define (written obj) (let ((p (open-output-string))) (write obj p) (get-output-string p)))
;; The text, read and converted, is this number; written it is one of the texts after it, and reads back.
(define (same? a b) (or (eqv? a b) (and (complex? a) (not (real? a)) (eqv? (real-part a) (real-part b)) (eqv? (imag-part a) (imag-part b)))))
(define (check-text text number out)
  (check-equal (list 'string->number text) (string->number text) number)
  (check-equal (list 'read text) (read (open-input-string text)) number)
  (check-equal (list 'written text) (written (string->number text)) out)
  (check-equal (list 'back text) (same? (string->number out) number) #t))
(define-syntax texts
  (syntax-rules () ((_ (text number out) ...) (begin (check-text text number out) ...))))
(texts
 ("1" 1 "1") ("+1" 1 "1") ("-1" -1 "-1") ("#i1" 1.0 "1.0") ("#I1" 1.0 "1.0") ("#i-1" -1.0 "-1.0") ("007" 7 "7")
 ("1.0" 1.0 "1.0") ("1." 1.0 "1.0") (".1" 0.1 "0.1") ("-.1" -0.1 "-0.1") ("-.0" -0.0 "-0.0") ("-0." -0.0 "-0.0") ("#i1.0" 1.0 "1.0")
 ("#e1.0" 1 "1") ("#e-.0" 0 "0") ("#e-0." 0 "0") ("1e2" 100.0 "100.0") ("1E2" 100.0 "100.0") ("1.0e2" 100.0 "100.0") ("1.e2" 100.0 "100.0")
 (".1e2" 10.0 "10.0") ("1.0e-2" 0.01 "0.01") ("1.5e+3" 1500.0 "1500.0") ("#e1e3" 1000 "1000") ("#e1e-3" 1/1000 "1/1000") ("#e1.2e-3" 3/2500 "3/2500") ("#e.5" 1/2 "1/2")
 ("#e-1.25" -5/4 "-5/4") ("#E1.5" 3/2 "3/2") ("#i1/2" 0.5 "0.5") ("#i10" 10.0 "10.0")
 ("+inf.0" +inf.0 "+inf.0") ("-inf.0" -inf.0 "-inf.0") ("+InF.0" +inf.0 "+inf.0") ("-INF.0" -inf.0 "-inf.0") ("#i+inf.0" +inf.0 "+inf.0")
 ("1/2" 1/2 "1/2") ("#e1/2" 1/2 "1/2") ("10/2" 5 "5") ("-1/2" -1/2 "-1/2") ("0/10" 0 "0") ("#e0/10" 0 "0") ("#i3/2" 1.5 "1.5") ("6/4" 3/2 "3/2") ("+3/6" 1/2 "1/2")
 ("1+2i" 1+2i "1+2i") ("1+2I" 1+2i "1+2i") ("1-2i" 1-2i "1-2i") ("-1+2i" -1+2i "-1+2i") ("-1-2i" -1-2i "-1-2i") ("+i" +i "+i") ("0+i" +i "+i") ("0+1i" +i "+i") ("-i" -i "-i") ("0-i" -i "-i")
 ("0-1i" -i "-i") ("+2i" +2i "+2i") ("-2i" -2i "-2i") ("1+i" 1+i "1+i") ("1-i" 1-i "1-i") ("3+0i" 3 "3") ("1/2+3/4i" 1/2+3/4i "1/2+3/4i") ("1/2-i" 1/2-i "1/2-i") ("-3/4i" -3/4i "-3/4i")
 ("1.0+2.0i" 1.0+2.0i "1.0+2.0i") ("1.5+2i" 1.5+2.0i "1.5+2.0i") ("1+2.5i" 1.0+2.5i "1.0+2.5i") ("1e2+1.0i" 100.0+1.0i "100.0+1.0i") ("1.0+1e2i" 1.0+100.0i "1.0+100.0i") ("1.0+1.0e2i" 1.0+100.0i "1.0+100.0i")
 ("0.5+3/4i" 0.5+0.75i "0.5+0.75i") ("+inf.0+inf.0i" +inf.0+inf.0i "+inf.0+inf.0i") ("-inf.0-inf.0i" -inf.0-inf.0i "-inf.0-inf.0i") ("1.0+inf.0i" 1.0+inf.0i "1.0+inf.0i") ("1.0-inf.0i" 1.0-inf.0i "1.0-inf.0i")
 ("+inf.0-1.5i" +inf.0-1.5i "+inf.0-1.5i") ("+inf.0+i" +inf.0+1.0i "+inf.0+1.0i") ("+inf.0-i" +inf.0-1.0i "+inf.0-1.0i") ("#e1.5+2.5i" 3/2+5/2i "3/2+5/2i") ("#i1+2i" 1.0+2.0i "1.0+2.0i")
 ("1@0" 1 "1") ("2@0" 2 "2") ("-1/2@0" -1/2 "-1/2") ("0@5" 0 "0")
 ("#x11" 17 "17") ("#X11" 17 "17") ("#d11" 11 "11") ("#D11" 11 "11") ("#o11" 9 "9") ("#O11" 9 "9") ("#b11" 3 "3") ("#B11" 3 "3") ("#d7" 7 "7") ("#xff" 255 "255") ("#xFF" 255 "255")
 ("#x-ff" -255 "-255") ("#x+ff" 255 "255") ("#x-ff/2" -255/2 "-255/2") ("#b1/10" 1/2 "1/2") ("#o7/10" 7/8 "7/8") ("#xa/b" 10/11 "10/11") ("#x10+11i" 16+17i "16+17i") ("#x+i" +i "+i") ("#b-i" -i "-i")
 ("#d1.0+1.0i" 1.0+1.0i "1.0+1.0i") ("#d10/20" 1/2 "1/2") ("#e#x11" 17 "17") ("#x#e11" 17 "17") ("#i#x10" 16.0 "16.0") ("#x#i10" 16.0 "16.0") ("#i#x1/2" 0.5 "0.5") ("#d#e1.5" 3/2 "3/2") ("#e#d1.5" 3/2 "3/2") ("#xAbC" 2748 "2748")
 ("#xdeadbeefdeadbeefdeadbeef" 68915718021581205938132336367 "68915718021581205938132336367") ("#x1e2" 482 "482") ("#b-1010101010101010101010101010101010101010101010101010101010101010101010" -787061080478274202282 "-787061080478274202282")
 ("1e400" +inf.0 "+inf.0") ("-1e400" -inf.0 "-inf.0") ("1e-400" 0.0 "0.0") ("-1e-400" -0.0 "-0.0") ("1e308" 1e308 "1e308") ("5e-324" 5e-324 "5e-324") ("4.9406564584124654e-324" 5e-324 "5e-324")
 ("1.7976931348623157e308" 1.7976931348623157e308 "1.7976931348623157e308") ("2.2250738585072014e-308" 2.2250738585072014e-308 "2.2250738585072014e-308") ("0.1" 0.1 "0.1") ("0.3" .3 "0.3") ("123.456" 123.456 "123.456") ("1e21" 1e21 "1e21") ("1e22" 1e22 "1e22") ("123456789.123" 123456789.123 "123456789.123")
 ("9007199254740993.0" 9007199254740992.0 "9007199254740992.0") ("100000000000000000000" 100000000000000000000 "100000000000000000000") ("-9223372036854775808" -9223372036854775808 "-9223372036854775808")
 ("0.1e1" 1.0 "1.0") ("00.500" 0.5 "0.5") ("#e1e20" 100000000000000000000 "100000000000000000000"))

(check (map nan? (map string->number '("+nan.0" "-nan.0" "+NaN.0" "#i+nan.0"))) '(#t #t #t #t))
(check (written +nan.0) "+nan.0")
(check (written (string->number "+nan.0+nan.0i")) "+nan.0+nan.0i")
(check (let ((z (string->number "+inf.0i"))) (list (infinite? z) (real? z) (zero? (real-part z)) (imag-part z))) '(#t #f #t +inf.0))
(check (let ((z (string->number "-inf.0i"))) (imag-part z)) -inf.0)
(check (let ((z (string->number "1@2"))) (list (< (abs (- (magnitude z) 1)) 1e-15) (< (abs (- (angle z) 2)) 1e-15))) '(#t #t))
(check (let ((z (string->number "1.5@-1"))) (list (< (abs (- (magnitude z) 1.5)) 1e-15) (< (abs (+ (angle z) 1)) 1e-15))) '(#t #t))
(check (let ((z (string->number "-1@+1.5"))) (< (abs (- (real-part z) (- (cos 1.5)))) 1e-15)) #t)
(check (= (string->number "#e1e1000") (expt 10 1000)) #t)
(check (= (string->number "#e1.5e-300") (/ 15 (expt 10 301))) #t)
(check (exact? (string->number "#e1@0")) #t)

;; No numbers
(for-each
 (lambda (text) (check-equal text (string->number text) #f))
 '("" "+" "-" "." ".." "..." "a" "1a" "1/" "/2" "1/2/3" "1//2" "+/2" "1e" "1e+" "e1" ".e1" "1.2.3" "1e1.5" "1/2e3" "1.5/2" "1/1.5" "--1" "+-1" "1+" "1-" "1+2" "1+2j" "i" "2i" "1i" "+1+1" "1+i2" "+ii" "1@" "@1" "1@2@3"
   "1@2i" "+i@1" "#" "#x" "#e" "#b2" "#o8" "#d a" "#xg" "#x#x1" "#e#i1" "#e#e1" "#d#x#e1" "#z1" "1 " " 1" "1 2" "+inf" "inf.0" "+inf.1" "+inf.0.0" "nan.0" "+nan" "-inf.0x" "0x10" "1_000" "#b1e1" "1/0" "-5/0" "0/0" "#e+inf.0" "#e-nan.0"
   "#e1+inf.0i" "१" "٣" "½" "∞" "abc" "10#" "#t" "+.+" "+.i" "'1" "(1)" "1.5e2e3"))
(check (string->number "1/0") #f)
(check (string->number "ff") #f)
(check (string->number "ff" 16) 255)
(check (string->number "FF" 16) 255)
(check (string->number "100" 2) 4)
(check (string->number "100" 8) 64)
(check (string->number "100" 10) 100)
(check (string->number "100" 16) 256)
(check (string->number "1e2") 100.0)
(check (string->number "#x10" 8) 16)
(check (string->number "#b10" 16) 2)
(check (string->number "12" 2) #f)
(check (string->number "-ff/1" 16) -255)
(check (string->number "1/10" 2) 1/2)
(check (string->number "+a+bi" 16) 10+11i)
(check (string->number "e" 16) 14)
(check (string->number "+inf.0" 16) +inf.0)
(check-raises (string->number 'a)) (check-raises (string->number "1" 'a)) (check-raises (number->string "1")) (check-raises (number->string 1 "2")) (check-raises (number->string))

;; number->string
(check (map number->string '(10 -10 1/2 1.5 -0.0 100.0 1+2i 1.5-2.5i 0)) '("10" "-10" "1/2" "1.5" "-0.0" "100.0" "1+2i" "1.5-2.5i" "0"))
(check (map (lambda (r) (number->string 255 r)) '(2 8 10 16)) '("11111111" "377" "255" "ff"))
(check (map (lambda (r) (number->string -255/256 r)) '(2 8 10 16)) '("-11111111/100000000" "-377/400" "-255/256" "-ff/100"))
(check (map (lambda (r) (number->string 10+11i r)) '(2 8 10 16)) '("1010+1011i" "12+13i" "10+11i" "a+bi"))
(check (number->string (expt 2 100) 16) "10000000000000000000000000")
(check (number->string (- (expt 10 50))) "-100000000000000000000000000000000000000000000000000")
(check (map number->string (list +inf.0 -inf.0 +nan.0)) '("+inf.0" "-inf.0" "+nan.0"))
;; Every number reads back.
(define (back n r) (eqv? n (string->number (number->string n r) r)))
(for-each
 (lambda (n) (for-each (lambda (r) (check-equal (list n r) (back n r) #t)) '(2 8 10 16)))
 (list 0 1 -1 255 (expt 7 60) (- (expt 3 90)) 1/3 -22/7 (/ (expt 3 50) (expt 2 60)) 1+2i -1/2-2/3i))
(for-each
 (lambda (x) (check-equal x (back x 10) #t))
 (list 0.0 -0.0 1.0 0.1 1e21 1e22 1e23 123456789012345678.0 5e-324 1.7976931348623157e308 2.2250738585072014e-308 4.35 0.000001 1e-7 3.141592653589793 -1e-10 1/3 (sqrt 2) (exp 1) +inf.0 -inf.0 1.5+2.5i (/ 1.0 3) 9007199254740993.0 1e15 1e16 1e17 1e100 -2.5e-100))
;; The shortest text that reads back.
(check (map number->string (list 0.1 0.2 (+ 0.1 0.2) 1e23 4.35 5e-324 1e100 123456.789 (/ 2.0 3))) '("0.1" "0.2" "0.30000000000000004" "1e23" "4.35" "5e-324" "1e100" "123456.789" "0.6666666666666666"))
(report)
