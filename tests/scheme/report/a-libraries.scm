;; R7RS appendix A: every name, in its library; and none of the names in a library that lacks it
;; expect: 646 checks
(import (scheme base) (scheme cxr) (scheme eval) (scheme write))
(include "../check.scm")

(define (importable? name library) (guard (e (#t #f)) (environment (list 'only library name)) #t))
(define (value-of name library) (guard (e (#t 'no-value)) (eval name (environment library))))
(define tables '(
((scheme base)
 (_ ... => and begin case cond cond-expand define define-record-type define-syntax define-values do else guard if include include-ci
  lambda let let* let*-values let-syntax let-values letrec letrec* letrec-syntax or parameterize quasiquote quote set! syntax-error
  syntax-rules unless unquote unquote-splicing when)
 (* + - / < <= = > >= abs append apply assoc assq assv binary-port? boolean=? boolean? bytevector bytevector-append bytevector-copy
  bytevector-copy! bytevector-length bytevector-u8-ref bytevector-u8-set! bytevector? caar cadr call-with-current-continuation call-with-port
  call-with-values call/cc car cdar cddr cdr ceiling char->integer char-ready? char<=? char<? char=? char>=? char>? char? close-input-port
  close-output-port close-port complex? cons current-error-port current-input-port current-output-port denominator dynamic-wind eof-object
  eof-object? eq? equal? eqv? error error-object-irritants error-object-message error-object? even? exact exact-integer-sqrt exact-integer?
  exact? expt features file-error? floor floor-quotient floor-remainder floor/ flush-output-port for-each gcd get-output-bytevector
  get-output-string inexact inexact? input-port-open? input-port? integer->char integer? lcm length list list->string list->vector list-copy
  list-ref list-set! list-tail list? make-bytevector make-list make-parameter make-string make-vector map max member memq memv min modulo
  negative? newline not null? number->string number? numerator odd? open-input-bytevector open-input-string open-output-bytevector
  open-output-string output-port-open? output-port? pair? peek-char peek-u8 positive? procedure? quotient raise raise-continuable rational?
  rationalize read-bytevector read-bytevector! read-char read-error? read-line read-string read-u8 real? remainder reverse round set-car!
  set-cdr! square string string->list string->number string->symbol string->utf8 string->vector string-append string-copy string-copy!
  string-fill! string-for-each string-length string-map string-ref string-set! string<=? string<? string=? string>=? string>? string?
  substring symbol->string symbol=? symbol? textual-port? port? truncate truncate-quotient truncate-remainder truncate/ u8-ready? utf8->string
  values vector vector->list vector->string vector-append vector-copy vector-copy! vector-fill! vector-for-each vector-length vector-map
  vector-ref vector-set! vector? with-exception-handler write-bytevector write-char write-string write-u8 zero?))
((scheme case-lambda) (case-lambda) ())
((scheme char) ()
 (char-alphabetic? char-ci<=? char-ci<? char-ci=? char-ci>=? char-ci>? char-downcase char-foldcase char-lower-case? char-numeric? char-upcase
  char-upper-case? char-whitespace? digit-value string-ci<=? string-ci<? string-ci=? string-ci>=? string-ci>? string-downcase string-foldcase
  string-upcase))
((scheme complex) () (angle imag-part magnitude make-polar make-rectangular real-part))
((scheme cxr) ()
 (caaaar caaadr caaar caadar caaddr caadr cadaar cadadr cadar caddar cadddr caddr cdaaar cdaadr cdaar cdadar cdaddr cdadr cddaar cddadr cddar
  cdddar cddddr cdddr))
((scheme eval) () (environment eval))
((scheme file) ()
 (call-with-input-file call-with-output-file delete-file file-exists? open-binary-input-file open-binary-output-file open-input-file
  open-output-file with-input-from-file with-output-to-file))
((scheme inexact) () (acos asin atan cos exp finite? infinite? log nan? sin sqrt tan))
((scheme lazy) (delay delay-force) (force make-promise promise?))
((scheme load) () (load))
((scheme process-context) () (command-line emergency-exit exit get-environment-variable get-environment-variables))
((scheme read) () (read))
((scheme repl) () (interaction-environment))
((scheme time) () (current-jiffy current-second jiffies-per-second))
((scheme write) () (display write write-shared write-simple))
((scheme r5rs)
 (and begin case cond define define-syntax delay do else => ... _ if lambda let let* let-syntax letrec letrec-syntax or quasiquote quote set!
  syntax-rules unquote unquote-splicing)
 (* + - / < <= = > >= abs acos angle append apply asin assoc assq assv atan boolean? caaaar caaadr caaar caadar caaddr caadr caar cadaar cadadr
  cadar caddar cadddr caddr cadr call-with-current-continuation call-with-input-file call-with-output-file call-with-values car cdaaar cdaadr
  cdaar cdadar cdaddr cdadr cdar cddaar cddadr cddar cdddar cddddr cdddr cddr cdr ceiling char->integer char-alphabetic? char-ci<=? char-ci<?
  char-ci=? char-ci>=? char-ci>? char-downcase char-lower-case? char-numeric? char-ready? char-upcase char-upper-case? char-whitespace? char<=?
  char<? char=? char>=? char>? char? close-input-port close-output-port complex? cons cos current-input-port current-output-port denominator
  display dynamic-wind eof-object? eq? equal? eqv? eval even? exact->inexact exact? exp expt floor for-each force gcd imag-part inexact->exact
  inexact? input-port? integer->char integer? interaction-environment lcm length list list->string list->vector list-ref list-tail list? load
  log magnitude make-polar make-rectangular make-string make-vector map max member memq memv min modulo negative? newline not
  null-environment null? number->string number? numerator odd? open-input-file open-output-file output-port? pair? peek-char positive?
  procedure? quotient rational? rationalize read read-char real-part real? remainder reverse round scheme-report-environment set-car! set-cdr!
  sin sqrt string string->list string->number string->symbol string-append string-ci<=? string-ci<? string-ci=? string-ci>=? string-ci>?
  string-copy string-fill! string-length string-ref string-set! string<=? string<? string=? string>=? string>? string? substring
  symbol->string symbol? tan truncate values vector vector->list vector-fill! vector-length vector-ref vector-set! vector?
  with-input-from-file with-output-to-file write write-char zero?))))

(define (names table) (append (cadr table) (caddr table)))
;; Every syntactic keyword can be imported and has no value; every procedure is one.
(for-each
 (lambda (table)
   (let ((library (car table)))
     (for-each (lambda (name)
                 (check-equal (list name library) (importable? name library) #t)
                 (check-equal (list name library 'value) (value-of name library) 'no-value))
               (cadr table))
     (for-each (lambda (name) (check-equal (list name library) (procedure? (value-of name library)) #t)) (caddr table))))
 tables)
;; A name that another of the report's libraries has is in no library that does not list it.
(define all (apply append (map names tables)))
(for-each
 (lambda (table)
   (let ((library (car table)) (mine (names table)))
     (check-equal (list 'only-its-own library)
                  (let loop ((rest all) (extra '()))
                    (cond ((null? rest) extra)
                          ((or (memq (car rest) mine) (memq (car rest) extra) (not (importable? (car rest) library))) (loop (cdr rest) extra))
                          (else (loop (cdr rest) (cons (car rest) extra)))))
                  '())))
 tables)
;; One binding under one name, wherever it comes from.
(check (eq? (eval 'car (environment '(scheme base))) (eval 'car (environment '(scheme r5rs)))) #t)
(check (eval '(let () (define-values (a b) (values 1 2)) (list a b)) (environment '(scheme base) '(scheme r5rs) '(scheme cxr) '(scheme write) '(scheme read) '(scheme file) '(scheme char) '(scheme eval) '(scheme load) '(scheme lazy) '(scheme inexact) '(scheme complex) '(scheme time) '(scheme process-context) '(scheme case-lambda) '(scheme repl)))
       '(1 2))
(check (eval (quote (eval (quote (force (delay 5))) (scheme-report-environment 5))) (environment (quote (scheme r5rs)))) 5)
(check (eval (quote (eval (quote (let ((x 1)) (if x 2 3))) (null-environment 5))) (environment (quote (scheme r5rs)))) 2)
(report)
