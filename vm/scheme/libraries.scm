;;; The names that each library exports. All of them, procedures and syntax, are defined in one
;;; internal library, some by primitives and some by the other files here.
;;;
;;; `(lisle base)` comes last: every name that a library listed before it exports, and its own.

((scheme base)
 * + - ... / < <= = => > >= _ abs and append apply assoc assq assv begin binary-port? boolean=?
 boolean? bytevector bytevector-append bytevector-copy bytevector-copy! bytevector-length
 bytevector-u8-ref bytevector-u8-set! bytevector? caar cadr call-with-current-continuation
 call-with-port call-with-values call/cc car case cdar cddr cdr ceiling char->integer char-ready?
 char<=? char<? char=? char>=? char>? char? close-input-port close-output-port close-port
 complex? cond cond-expand cons current-error-port current-input-port current-output-port define
 define-record-type define-syntax define-values denominator do dynamic-wind else eof-object
 eof-object? eq? equal? eqv? error error-object-irritants error-object-message error-object?
 even? exact exact-integer-sqrt exact-integer? exact? expt features file-error? floor
 floor-quotient floor-remainder floor/ flush-output-port for-each gcd get-output-bytevector
 get-output-string guard if include include-ci inexact inexact? input-port-open? input-port?
 integer->char integer? lambda lcm length let let* let*-values let-syntax let-values letrec
 letrec* letrec-syntax list list->string list->vector list-copy list-ref list-set! list-tail
 list? make-bytevector make-list make-parameter make-string make-vector map max member memq memv
 min modulo negative? newline not null? number->string number? numerator odd?
 open-input-bytevector open-input-string open-output-bytevector open-output-string or
 output-port-open? output-port? pair? parameterize peek-char peek-u8 port? positive? procedure?
 quasiquote quote quotient raise raise-continuable rational? rationalize read-bytevector
 read-bytevector! read-char read-error? read-line read-string read-u8 real? remainder reverse
 round set! set-car! set-cdr! square string string->list string->number string->symbol
 string->utf8 string->vector string-append string-copy string-copy! string-fill! string-for-each
 string-length string-map string-ref string-set! string<=? string<? string=? string>=? string>?
 string? substring symbol->string symbol=? symbol? syntax-error syntax-rules textual-port?
 truncate truncate-quotient truncate-remainder truncate/ u8-ready? unless unquote
 unquote-splicing utf8->string values vector vector->list vector->string vector-append
 vector-copy vector-copy! vector-fill! vector-for-each vector-length vector-map vector-ref
 vector-set! vector? when with-exception-handler write-bytevector write-char write-string
 write-u8 zero?)

((scheme case-lambda) case-lambda)

((scheme char)
 char-alphabetic? char-ci<=? char-ci<? char-ci=? char-ci>=? char-ci>? char-downcase char-foldcase
 char-lower-case? char-numeric? char-upcase char-upper-case? char-whitespace? digit-value
 string-ci<=? string-ci<? string-ci=? string-ci>=? string-ci>? string-downcase string-foldcase
 string-upcase)

((scheme complex) angle imag-part magnitude make-polar make-rectangular real-part)

((scheme cxr)
 caaaar caaadr caaar caadar caaddr caadr cadaar cadadr cadar caddar cadddr caddr cdaaar cdaadr
 cdaar cdadar cdaddr cdadr cddaar cddadr cddar cdddar cddddr cdddr)

((scheme eval) environment eval)

((scheme file)
 call-with-input-file call-with-output-file delete-file file-exists? open-binary-input-file
 open-binary-output-file open-input-file open-output-file with-input-from-file
 with-output-to-file)

((scheme inexact) acos asin atan cos exp finite? infinite? log nan? sin sqrt tan)

((scheme lazy) delay delay-force force make-promise promise?)

((scheme load) load)

((scheme process-context)
 command-line emergency-exit exit get-environment-variable get-environment-variables)

((scheme read) read)

((scheme repl) interaction-environment)

((scheme time) current-jiffy current-second jiffies-per-second)

((scheme write) display write write-shared write-simple)

((scheme r5rs)
 * + - ... / < <= = => > >= _ abs acos and angle append apply asin assoc assq assv atan begin
 boolean? caaaar caaadr caaar caadar caaddr caadr caar cadaar cadadr cadar caddar cadddr caddr
 cadr call-with-current-continuation call-with-input-file call-with-output-file call-with-values
 car case cdaaar cdaadr cdaar cdadar cdaddr cdadr cdar cddaar cddadr cddar cdddar cddddr cdddr cddr
 cdr ceiling char->integer char-alphabetic? char-ci<=? char-ci<? char-ci=? char-ci>=? char-ci>?
 char-downcase char-lower-case? char-numeric? char-ready? char-upcase char-upper-case?
 char-whitespace? char<=? char<? char=? char>=? char>? char? close-input-port close-output-port
 complex? cond cons cos current-input-port current-output-port define define-syntax delay denominator
 display do dynamic-wind else eof-object? eq? equal? eqv? eval even? exact->inexact exact? exp
 expt floor for-each force gcd if imag-part inexact->exact inexact? input-port? integer->char
 integer? interaction-environment lambda lcm length let let* let-syntax letrec letrec-syntax list
 list->string list->vector list-ref list-tail list? load log magnitude make-polar
 make-rectangular make-string make-vector map max member memq memv min modulo negative? newline
 not null-environment null? number->string number? numerator odd? open-input-file
 open-output-file or output-port? pair? peek-char positive? procedure? quasiquote quote quotient
 rational? rationalize read read-char real-part real? remainder reverse round
 scheme-report-environment set! set-car! set-cdr! sin sqrt string string->list string->number
 string->symbol string-append string-ci<=? string-ci<? string-ci=? string-ci>=? string-ci>?
 string-copy string-fill! string-length string-ref string-set! string<=? string<? string=?
 string>=? string>? string? substring symbol->string symbol? syntax-rules tan truncate unquote
 unquote-splicing values vector vector->list vector-fill! vector-length vector-ref vector-set!
 vector? with-input-from-file with-output-to-file write write-char zero?)

((srfi 1)
 alist-cons alist-copy alist-delete alist-delete! any append append! append-map append-map!
 append-reverse append-reverse! assoc assq assv break break! caaaar caaadr caaar caadar caaddr
 caadr caar cadaar cadadr cadar caddar cadddr caddr cadr car car+cdr cdaaar cdaadr cdaar cdadar
 cdaddr cdadr cdar cddaar cddadr cddar cdddar cddddr cdddr cddr cdr circular-list circular-list?
 concatenate concatenate! cons cons* count delete delete! delete-duplicates delete-duplicates!
 dotted-list? drop drop-right drop-right! drop-while eighth every fifth filter filter! filter-map
 find find-tail first fold fold-right for-each fourth iota last last-pair length length+ list
 list-copy list-index list-ref list-tabulate list= lset-adjoin lset-diff+intersection
 lset-diff+intersection! lset-difference lset-difference! lset-intersection lset-intersection!
 lset-union lset-union! lset-xor lset-xor! lset<= lset= make-list map map! map-in-order member
 memq memv ninth not-pair? null-list? null? pair-fold pair-fold-right pair-for-each pair?
 partition partition! proper-list? reduce reduce-right remove remove! reverse reverse! second
 set-car! set-cdr! seventh sixth span span! split-at split-at! take take! take-right take-while
 take-while! tenth third unfold unfold-right unzip1 unzip2 unzip3 unzip4 unzip5 xcons zip)

((srfi 0) cond-expand)

((srfi 2) and-let*)

((srfi 6) get-output-string open-input-string open-output-string)

((srfi 8) receive)

((srfi 9) define-record-type)

((srfi 11) let*-values let-values)

((srfi 16) case-lambda)

((srfi 18)
 current-thread thread? make-thread thread-name thread-specific thread-specific-set!
 thread-start! thread-yield! thread-sleep! thread-terminate! thread-join! mutex? make-mutex
 mutex-name mutex-specific mutex-specific-set! mutex-state mutex-lock! mutex-unlock!
 condition-variable? make-condition-variable condition-variable-name condition-variable-specific
 condition-variable-specific-set! condition-variable-signal! condition-variable-broadcast!
 current-time time? time->seconds seconds->time current-exception-handler with-exception-handler
 raise join-timeout-exception? abandoned-mutex-exception? terminated-thread-exception?
 uncaught-exception? uncaught-exception-reason)

((srfi 23) error)

((srfi 26) cut cute <...> <>)

((srfi 28) format)

((srfi 30))

((srfi 31) rec)

((srfi 34) guard raise with-exception-handler => else)

((srfi 39) make-parameter parameterize)

((srfi 62))

((srfi 69)
 make-hash-table hash-table? alist->hash-table hash-table-equivalence-function
 hash-table-hash-function hash-table-ref hash-table-ref/default hash-table-set!
 hash-table-delete! hash-table-exists? hash-table-update! hash-table-update!/default
 hash-table-size hash-table-keys hash-table-values hash-table-walk hash-table-fold
 hash-table->alist hash-table-copy hash-table-merge! hash string-hash string-ci-hash
 hash-by-identity)

((srfi 87) case => else)

((srfi 98) get-environment-variable get-environment-variables)

((srfi 111) box box? unbox set-box!)

((srfi 124)
 ephemeron-broken? ephemeron-datum ephemeron-key ephemeron? make-ephemeron reference-barrier)

((srfi 151)
 bitwise-not bitwise-and bitwise-ior bitwise-xor bitwise-eqv bitwise-nand bitwise-nor
 bitwise-andc1 bitwise-andc2 bitwise-orc1 bitwise-orc2 arithmetic-shift bit-count integer-length
 bitwise-if bit-set? copy-bit bit-swap any-bit-set? every-bit-set? first-set-bit bit-field
 bit-field-any? bit-field-every? bit-field-clear bit-field-set bit-field-replace
 bit-field-replace-same bit-field-rotate bit-field-reverse bits->list list->bits bits->vector
 vector->bits bits bitwise-fold bitwise-for-each bitwise-unfold make-bitwise-generator)

((srfi 211 explicit-renaming) define-syntax er-macro-transformer let-syntax letrec-syntax)

((srfi 211 syntax-case)
 ... _ bound-identifier=? datum->syntax define-syntax free-identifier=? generate-temporaries
 identifier? let-syntax letrec-syntax quasisyntax syntax syntax->datum syntax-case syntax-violation
 unsyntax unsyntax-splicing with-syntax)

((srfi 211 identifier-syntax) define-syntax identifier-syntax let-syntax letrec-syntax)

((srfi 211 variable-transformer)
 define-syntax let-syntax letrec-syntax make-variable-transformer)

((srfi 139) define-syntax-parameter syntax-parameterize)

((lisle syntax)
 ... _ begin-for-syntax bound-identifier=? datum->syntax define-syntax define-syntax-parameter
 er-macro-transformer free-identifier=? generate-temporaries identifier-syntax identifier?
 let-syntax letrec-syntax make-variable-transformer quasisyntax syntax syntax->datum syntax-case
 syntax-parameterize syntax-violation unsyntax unsyntax-splicing with-syntax)

((lisle control)
 call-with-current-continuation call/cc call-with-escape-continuation call/ec within-continuation
 dynamic-wind call-with-values values make-prompt-tag default-prompt-tag prompt-available?
 call-with-prompt abort-to-prompt call/reset call/shift call/prompt call/control
 make-coroutine-generator)

((lisle channel)
 channel-capacity channel-close! channel-closed-exception? channel-closed? channel-length
 channel-name channel-receive! channel-select channel-send! channel-try-receive!
 channel-try-send! channel?
 make-channel deadlock-exception?)

((lisle weak)
 bwp-object bwp-object? collect-garbage ephemeron-broken? ephemeron-cons ephemeron-datum
 ephemeron-key ephemeron-pair? ephemeron? hash-table-weak? make-ephemeron make-guardian
 make-weak-box make-weak-eq-hash-table make-weak-equal-hash-table make-weak-eqv-hash-table
 reference-barrier weak-box-value weak-box? weak-cons weak-pair?)

((lisle fixnum)
 fixnum->flonum fixnum? fx* fx+ fx- fx< fx<= fx<=? fx<? fx= fx=? fx> fx>= fx>=? fx>? fxabs fxand
 fxarithmetic-shift fxarithmetic-shift-left fxarithmetic-shift-right fxbit-count fxdiv fxeven?
 fxfirst-set-bit fxior fxlength fxmax fxmin fxmod fxmodulo fxneg fxnegative? fxnot fxodd?
 fxpositive? fxquotient fxremainder fxsqrt fxsquare fxxor fxzero?)

((lisle flonum)
 fl* fl+ fl+* fl- fl/ fl< fl<= fl<=? fl<? fl= fl=? fl> fl>= fl>=? fl>? flabs flacos flasin flatan
 flcbrt flceiling flcos fleven? flexp flexpt flfinite? flfloor flinfinite? flinteger? fllog flmax
 flmin flnan? flnegative? flodd? flonum? flpositive? flround flsin flsqrt flsquare fltan
 fltruncate flzero?)

;; What the libraries in srfi/ need of the core. No one else imports it.
((lisle internal)
 %number-ref %number-set!
 %box-add! %box-and! %box-cas! %box-ior! %box-swap! %box-xor! %memory-fence
 %flexponent %flgamma-sign %flloggamma fladjacent flcopysign make-flonum flsign-bit flexp2
 flexp-1 flhypot fllog1+ fllog2 fllog10 flsinh flcosh fltanh flasinh flacosh flatanh flgamma
 flfirst-bessel flsecond-bessel flerf flerfc
 %char-category %char-has? %char-ranges
 %make-promise-eager
 %absent %check-function %check-index %check-list %check-range %check-size %check-string
 %check-vector %hash-table-entries %out-of-range %record-type-name %vectors-row %wrong-type)

((lisle base)
 * + - -1+ ... / 1+ < <...> <= <> = => > >= _ abandoned-mutex-exception? abort-to-prompt abs acos
 alist->hash-table alist-cons alist-copy alist-delete alist-delete! and and-let* angle any
 any-bit-set? append append! append-map append-map! append-reverse append-reverse! apply
 arithmetic-shift asin assert assoc assq assv atan begin binary-port? bit-count bit-field
 bit-field-any? bit-field-clear bit-field-every? bit-field-replace bit-field-replace-same
 bit-field-reverse bit-field-rotate bit-field-set bit-set? bit-swap bits bits->list bits->vector
 bitwise-and bitwise-andc1 bitwise-andc2 bitwise-eqv bitwise-fold bitwise-for-each bitwise-if
 bitwise-ior bitwise-nand bitwise-nor bitwise-not bitwise-orc1 bitwise-orc2 bitwise-unfold
 bitwise-xor boolean=? boolean? box box? break break! bytevector bytevector->list
 bytevector-append bytevector-copy bytevector-copy! bytevector-fill! bytevector-length
 bytevector-u8-ref bytevector-u8-set! bytevector? caaaar caaadr caaar caadar caaddr caadr caar
 cadaar cadadr cadar caddar cadddr caddr cadr call-with-current-continuation
 call-with-escape-continuation call-with-input-file call-with-input-string call-with-output-file
 call-with-output-string call-with-port call-with-prompt call-with-values call/cc call/control
 call/ec call/prompt call/reset call/shift car car+cdr case case-lambda cdaaar cdaadr cdaar
 cdadar cdaddr cdadr cdar cddaar cddadr cddar cdddar cddddr cdddr cddr cdr ceiling
 channel-capacity channel-close! channel-closed-exception? channel-closed? channel-length
 channel-name channel-receive! channel-select channel-send! channel-try-receive!
 channel-try-send! channel?
 char->integer char-alphabetic? char-ci<=? char-ci<? char-ci=? char-ci>=? char-ci>? char-downcase
 char-foldcase char-lower-case? char-numeric? char-ready? char-upcase char-upper-case?
 char-whitespace? char<=? char<? char=? char>=? char>? char? circular-list circular-list?
 close-input-port close-output-port close-port command-line complex? concatenate concatenate!
 cond cond-expand condition-variable-broadcast! condition-variable-name
 condition-variable-signal! condition-variable-specific condition-variable-specific-set!
 condition-variable? condition/report-string cons cons* cons-stream continuation? copy-bit cos
 count create-directory current-directory current-error-port current-exception-handler
 current-input-port current-jiffy current-output-port current-process-id current-second
 current-thread current-time cut cute deadlock-exception? default-prompt-tag define
 define-record-type define-syntax define-values delay delay-force delete delete! delete-directory
 delete-duplicates delete-duplicates! delete-file denominator digit-value directory-list display
 do dotted-list? drop drop-right drop-right! drop-while dynamic-wind eighth else emergency-exit
 environment environment? eof-object eof-object? eq-hash eq? equal-hash equal? eqv-hash eqv?
 error error-object-irritants error-object-message error-object? eval even? every every-bit-set?
 exact exact->inexact exact-integer-sqrt exact-integer? exact-nonnegative-integer?
 exact-rational? exact? except-last-pair exit exp expt features fifth file-directory? file-error?
 file-exists? filter filter! filter-map find find-tail finite? first first-set-bit fixnum->flonum
 fixnum? fl* fl+ fl+* fl- fl/ fl< fl<= fl<=? fl<? fl= fl=? fl> fl>= fl>=? fl>? flabs flacos
 flasin flatan flcbrt flceiling flcos fleven? flexp flexpt flfinite? flfloor flinfinite?
 flinteger? fllog flmax flmin flnan? flnegative? flodd? flonum? floor floor-quotient
 floor-remainder floor/ flpositive? flround flsin flsqrt flsquare fltan fltruncate fluid-let
 flush-output flush-output-port flzero? fold fold-left fold-right for-each force format fourth
 fx* fx+ fx- fx< fx<= fx<=? fx<? fx= fx=? fx> fx>= fx>=? fx>? fxabs fxand fxarithmetic-shift
 fxarithmetic-shift-left fxarithmetic-shift-right fxbit-count fxdiv fxeven? fxfirst-set-bit fxior
 fxlength fxmax fxmin fxmod fxmodulo fxneg fxnegative? fxnot fxodd? fxpositive? fxquotient
 fxremainder fxsqrt fxsquare fxxor fxzero? gcd generate-uninterned-symbol gensym
 get-environment-variable get-environment-variables get-output-bytevector get-output-string guard
 hash hash-by-identity hash-table->alist hash-table-clear! hash-table-contains? hash-table-copy
 hash-table-count hash-table-delete! hash-table-empty? hash-table-equivalence-function
 hash-table-exists? hash-table-fold hash-table-hash-function hash-table-intern! hash-table-keys
 hash-table-merge! hash-table-ref hash-table-ref/default hash-table-remove! hash-table-set!
 hash-table-size hash-table-update! hash-table-update!/default hash-table-values hash-table-walk
 hash-table-weak? hash-table? heap-exhausted? if imag-part include include-ci inexact
 inexact->exact inexact? infinite? input-port-open? input-port? integer->char integer-length
 integer? interaction-environment intern iota jiffies-per-second join-timeout-exception? lambda
 last last-pair lcm length length+ let let* let*-values let-syntax let-values letrec letrec*
 letrec-syntax list list* list->bits list->bytevector list->string list->vector list-copy
 list-head list-index list-merge list-merge! list-ref list-set! list-sort list-sort! list-sorted?
 list-stable-sort list-tabulate list-tail list= list? load log lset-adjoin lset-diff+intersection
 lset-diff+intersection! lset-difference lset-difference! lset-intersection lset-intersection!
 lset-union lset-union! lset-xor lset-xor! lset<= lset= magnitude make-bitwise-generator
 make-bytevector make-channel make-condition-variable make-coroutine-generator make-eq-hash-table
 make-equal-hash-table make-eqv-hash-table make-hash-table make-list make-mutex make-parameter
 make-polar make-promise make-prompt-tag make-rectangular make-string make-string-hash-table
 make-thread make-vector make-weak-eq-hash-table make-weak-eqv-hash-table map map! map-in-order
 max member memq memv min modulo mutex-lock! mutex-name mutex-specific mutex-specific-set!
 mutex-state mutex-unlock! mutex? named-lambda nan? negative? newline ninth not not-pair?
 null-environment null-list? null? number->string number? numerator odd? open-binary-input-file
 open-binary-output-file open-input-bytevector open-input-file open-input-string
 open-output-bytevector open-output-file open-output-string or output-port-open? output-port?
 pair-fold pair-fold-right pair-for-each pair? parameterize partition partition! peek-char
 peek-u8 port? positive? procedure? promise? prompt-available? proper-list? quasiquote quote
 quotient raise raise-continuable random random-integer random-real rational? rationalize read
 read-bytevector read-bytevector! read-char read-error? read-line read-string read-u8 real-part
 real-time real? rec receive reduce reduce-right remainder remove remove! rename-file reverse
 reverse! reverse-vector->list round runtime scheme-report-environment second seconds->time set!
 set-box! set-car! set-cdr! seventh sin sixth sort sort! sorted? span span! split-at split-at!
 sqrt square stable-sort string string->list string->number string->symbol
 string->uninterned-symbol string->utf8 string->vector string-any string-append string-ci-hash
 string-ci<=? string-ci<? string-ci=? string-ci>=? string-ci>? string-concatenate string-contains
 string-copy string-copy! string-count string-downcase string-every string-fill! string-filter
 string-fold string-foldcase string-for-each string-hash string-head string-index
 string-index-right string-join string-length string-map string-null? string-pad-left
 string-pad-right string-prefix-length string-prefix? string-ref string-remove string-reverse
 string-search-all string-search-backward string-search-forward string-set! string-split
 string-suffix? string-tabulate string-tail string-upcase string<=? string<? string=? string>=?
 string>? string? substring subvector symbol->string symbol-append symbol-hash symbol<? symbol=?
 symbol? syntax-error syntax-rules take take! take-right take-while take-while! tan tenth
 terminated-thread-exception? textual-port? third thread-join! thread-name thread-sleep!
 thread-specific thread-specific-set! thread-start! thread-state thread-terminate! thread-yield!
 thread? time->seconds time? truncate truncate-quotient truncate-remainder truncate/ u8-ready?
 unbox uncaught-exception-reason uncaught-exception? unfold unfold-right unless unquote
 unquote-splicing unzip1 unzip2 unzip3 unzip4 unzip5 utf8->string values vector vector->bits
 vector->list vector->string vector-any vector-append vector-binary-search vector-copy
 vector-copy! vector-count vector-every vector-fill! vector-fold vector-for-each vector-grow
 vector-head vector-index vector-length vector-map vector-map! vector-merge vector-ref
 vector-reverse! vector-set! vector-sort vector-sort! vector-sorted? vector-stable-sort
 vector-stable-sort! vector-swap! vector-tabulate vector-tail vector? void when
 with-exception-handler with-input-from-file with-input-from-string with-output-to-file
 with-output-to-string within-continuation write write-bytevector write-char write-shared
 write-simple write-string write-u8 xcons zero? zip)
