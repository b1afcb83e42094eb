;;; SRFI 13: strings, made from SRFI 152. Where that takes a predicate, this takes a character, a set
;;; of characters or a predicate. Strings are never shared: the `/shared` procedures copy.

(define-library (srfi 13)
  (export
   string? string-null? string-every string-any
   make-string string string-tabulate string-unfold string-unfold-right
   string->list list->string reverse-list->string string-join
   string-length string-ref string-copy (rename string-copy substring/shared)
   string-copy! string-take string-take-right string-drop string-drop-right
   string-pad string-pad-right string-trim string-trim-right string-trim-both
   string-set! string-fill!
   string-compare string-compare-ci
   string<> string= string< string> string<= string>=
   string-ci<> string-ci= string-ci< string-ci> string-ci<= string-ci>=
   string-hash string-hash-ci
   string-prefix-length string-suffix-length string-prefix-length-ci string-suffix-length-ci
   string-prefix? string-suffix? string-prefix-ci? string-suffix-ci?
   string-index string-index-right string-skip string-skip-right string-count string-contains
   string-contains-ci
   string-titlecase string-upcase string-downcase
   string-titlecase! string-upcase! string-downcase!
   string-reverse string-reverse!
   string-append string-concatenate string-concatenate-reverse
   (rename string-append string-append/shared)
   (rename string-concatenate string-concatenate/shared)
   (rename string-concatenate-reverse string-concatenate-reverse/shared)
   string-map string-map! string-fold string-fold-right string-for-each string-for-each-index
   xsubstring string-xcopy! string-replace string-tokenize string-filter string-delete
   string-parse-start+end string-parse-final-start+end let-string-start+end
   check-substring-spec substring-spec-ok?
   make-kmp-restart-vector kmp-step string-kmp-partial-search)
  (import (except (scheme base) string-map string-for-each)
          (prefix (only (scheme char) string-upcase string-downcase) r7:)
          (only (scheme char) char-upcase char-downcase char-foldcase char-alphabetic?
                char-whitespace? string-foldcase)
          (only (lisle base) string-reverse)
          (prefix (only (lisle base) string-hash) core:)
          (srfi 14)
          (rename (except (srfi 152) string-map string-for-each)
                  (string-every every-char) (string-any any-char)
                  (string-trim trim) (string-trim-right trim-right) (string-trim-both trim-both)
                  (string-index index) (string-index-right index-right)
                  (string-skip skip) (string-skip-right skip-right)
                  (string-count count-chars) (string-filter filter-chars)
                  (string-remove remove-chars))
          (srfi 227) (lisle internal))
  (begin

    ;; The predicate for a criterion.
    (define (criterion who position obj)
      (cond ((procedure? obj) obj)
            ((char? obj) (lambda (char) (char=? char obj)))
            ((char-set? obj) (lambda (char) (char-set-contains? obj char)))
            (else (%wrong-type who position "character, character set or predicate" obj))))

    (define-optionals* (string-every test text (start 0) (end (string-length text)))
      (every-char (criterion 'string-every 1 test) text start end))
    (define-optionals* (string-any test text (start 0) (end (string-length text)))
      (any-char (criterion 'string-any 1 test) text start end))
    (define-optionals* (string-trim text (test char-whitespace?)
                                    (start 0) (end (string-length text)))
      (trim text (criterion 'string-trim 2 test) start end))
    (define-optionals* (string-trim-right text (test char-whitespace?)
                                          (start 0) (end (string-length text)))
      (trim-right text (criterion 'string-trim-right 2 test) start end))
    (define-optionals* (string-trim-both text (test char-whitespace?)
                                         (start 0) (end (string-length text)))
      (trim-both text (criterion 'string-trim-both 2 test) start end))
    (define-optionals* (string-index text test (start 0) (end (string-length text)))
      (index text (criterion 'string-index 2 test) start end))
    (define-optionals* (string-index-right text test (start 0) (end (string-length text)))
      (index-right text (criterion 'string-index-right 2 test) start end))
    (define-optionals* (string-skip text test (start 0) (end (string-length text)))
      (skip text (criterion 'string-skip 2 test) start end))
    (define-optionals* (string-skip-right text test (start 0) (end (string-length text)))
      (skip-right text (criterion 'string-skip-right 2 test) start end))
    (define-optionals* (string-count text test (start 0) (end (string-length text)))
      (count-chars text (criterion 'string-count 2 test) start end))
    (define-optionals* (string-filter test text (start 0) (end (string-length text)))
      (if (string? test)
          (string-filter text test start end)
          (filter-chars (criterion 'string-filter 1 test) text start end)))
    (define-optionals* (string-delete test text (start 0) (end (string-length text)))
      (if (string? test)
          (string-delete text test start end)
          (remove-chars (criterion 'string-delete 1 test) text start end)))

    ;; Comparison. Each goes to the first difference: where it is, and how the strings compare.

    (define (compare who a b start-a end-a start-b end-b same? before? decide)
      (%check-range who 5 start-a end-a (string-length a))
      (%check-range who 7 start-b end-b (string-length b))
      (let loop ((i start-a) (j start-b))
        (cond ((= i end-a) (decide (if (= j end-b) 0 -1) i))
              ((= j end-b) (decide 1 i))
              ((same? (string-ref a i) (string-ref b j)) (loop (+ i 1) (+ j 1)))
              (else (decide (if (before? (string-ref a i) (string-ref b j)) -1 1) i)))))

    (define (same-ci? a b) (char=? (char-foldcase a) (char-foldcase b)))
    (define (before-ci? a b) (char<? (char-foldcase a) (char-foldcase b)))

    (define-optionals* (string-compare a b less equal greater
                                       (start-a 0) (end-a (string-length a))
                                       (start-b 0) (end-b (string-length b)))
      (compare 'string-compare a b start-a end-a start-b end-b char=? char<?
               (lambda (order at)
                 ((case order ((-1) less) ((0) equal) (else greater)) at))))

    (define-optionals* (string-compare-ci a b less equal greater
                                          (start-a 0) (end-a (string-length a))
                                          (start-b 0) (end-b (string-length b)))
      (compare 'string-compare-ci a b start-a end-a start-b end-b same-ci? before-ci?
               (lambda (order at)
                 ((case order ((-1) less) ((0) equal) (else greater)) at))))

    (define-syntax define-comparison
      (syntax-rules ()
        ((_ name same? before? (order holds))
         (define-optionals* (name a b
                                  (start-a 0) (end-a (string-length a))
                                  (start-b 0) (end-b (string-length b)))
           (compare 'name a b start-a end-a start-b end-b same? before?
                    (lambda (order at) holds))))))

    (define-comparison string= char=? char<? (order (= order 0)))
    (define-comparison string<> char=? char<? (order (not (= order 0))))
    (define-comparison string< char=? char<? (order (< order 0)))
    (define-comparison string> char=? char<? (order (> order 0)))
    (define-comparison string<= char=? char<? (order (<= order 0)))
    (define-comparison string>= char=? char<? (order (>= order 0)))
    (define-comparison string-ci= same-ci? before-ci? (order (= order 0)))
    (define-comparison string-ci<> same-ci? before-ci? (order (not (= order 0))))
    (define-comparison string-ci< same-ci? before-ci? (order (< order 0)))
    (define-comparison string-ci> same-ci? before-ci? (order (> order 0)))
    (define-comparison string-ci<= same-ci? before-ci? (order (<= order 0)))
    (define-comparison string-ci>= same-ci? before-ci? (order (>= order 0)))

    ;; A bound of 0 is as none.
    (define (hash-of text bound)
      (let ((hash (core:string-hash text)))
        (if (eqv? bound 0) hash (modulo hash bound))))

    (define-optionals* (string-hash text (bound 0) (start 0) (end (string-length text)))
      (hash-of (substring text start end) bound))

    (define-optionals* (string-hash-ci text (bound 0) (start 0) (end (string-length text)))
      (hash-of (string-foldcase (substring text start end)) bound))

    (define (folded text) (string-map char-foldcase text))

    (define-optionals* (string-prefix-length-ci a b
                                                (start-a 0) (end-a (string-length a))
                                                (start-b 0) (end-b (string-length b)))
      (string-prefix-length (folded a) (folded b) start-a end-a start-b end-b))
    (define-optionals* (string-suffix-length-ci a b
                                                (start-a 0) (end-a (string-length a))
                                                (start-b 0) (end-b (string-length b)))
      (string-suffix-length (folded a) (folded b) start-a end-a start-b end-b))
    (define-optionals* (string-prefix-ci? a b
                                          (start-a 0) (end-a (string-length a))
                                          (start-b 0) (end-b (string-length b)))
      (string-prefix? (folded a) (folded b) start-a end-a start-b end-b))
    (define-optionals* (string-suffix-ci? a b
                                          (start-a 0) (end-a (string-length a))
                                          (start-b 0) (end-b (string-length b)))
      (string-suffix? (folded a) (folded b) start-a end-a start-b end-b))
    (define-optionals* (string-contains-ci text pattern
                                           (start 0) (end (string-length text))
                                           (pattern-start 0)
                                           (pattern-end (string-length pattern)))
      (string-contains (folded text) (folded pattern) start end pattern-start pattern-end))

    ;; Case

    (define-optionals* (string-upcase text (start 0) (end (string-length text)))
      (r7:string-upcase (substring text start end)))
    (define-optionals* (string-downcase text (start 0) (end (string-length text)))
      (r7:string-downcase (substring text start end)))

    (define-optionals* (string-upcase! text (start 0) (end (string-length text)))
      (string-map! char-upcase text start end))
    (define-optionals* (string-downcase! text (start 0) (end (string-length text)))
      (string-map! char-downcase text start end))

    (define-optionals* (string-titlecase text (start 0) (end (string-length text)))
      (let ((copy (string-copy text start end)))
        (string-titlecase! copy)
        copy))

    (define-optionals* (string-titlecase! text (start 0) (end (string-length text)))
      (%check-range 'string-titlecase! 3 start end (string-length text))
      (let loop ((index start) (in-word? #f))
        (if (< index end)
            (let* ((char (string-ref text index))
                   (letter? (char-alphabetic? char)))
              (if letter?
                  (string-set! text index (if in-word? (char-downcase char) (char-upcase char))))
              (loop (+ index 1) letter?)))))

    (define (string-reverse! text . range)
      (let* ((start (if (pair? range) (car range) 0))
             (end (if (and (pair? range) (pair? (cdr range))) (cadr range) (string-length text))))
        (string-copy! text start (string-reverse text start end))))

    ;; Mapping

    (define-optionals* (string-map f text (start 0) (end (string-length text)))
      (%check-function 'string-map 1 f)
      (%check-range 'string-map 4 start end (string-length text))
      (let loop ((index start) (chars '()))
        (if (= index end)
            (list->string (reverse chars))
            (loop (+ index 1) (cons (f (string-ref text index)) chars)))))

    (define-optionals* (string-map! f text (start 0) (end (string-length text)))
      (string-copy! text start (string-map f text start end)))

    (define-optionals* (string-for-each f text (start 0) (end (string-length text)))
      (%check-function 'string-for-each 1 f)
      (%check-range 'string-for-each 4 start end (string-length text))
      (let loop ((index start))
        (if (< index end)
            (begin
              (f (string-ref text index))
              (loop (+ index 1))))))

    (define-optionals* (string-for-each-index f text (start 0) (end (string-length text)))
      (%check-function 'string-for-each-index 1 f)
      (%check-range 'string-for-each-index 4 start end (string-length text))
      (let loop ((index start))
        (if (< index end)
            (begin
              (f index)
              (loop (+ index 1))))))

    ;; Replication and tokens

    (define-optionals* (xsubstring text from
                                   (to (+ from (string-length text)))
                                   (start 0) (end (string-length text)))
      (string-replicate text from to start end))

    (define-optionals* (string-xcopy! target at text from
                                      (to (+ from (string-length text)))
                                      (start 0) (end (string-length text)))
      (string-copy! target at (string-replicate text from to start end)))

    (define-optionals* (string-tokenize text (token char-set:graphic)
                                        (start 0) (end (string-length text)))
      (let ((in? (criterion 'string-tokenize 2 token)))
        (let loop ((end end) (tokens '()))
          (let ((last (index-right text in? start end)))
            (if last
                (let ((before (skip-right text in? start last)))
                  (loop (or before start)
                        (cons (substring text (if before (+ before 1) start) (+ last 1))
                              tokens)))
                tokens)))))

    ;; Ranges, for procedures of the program's own

    (define (substring-spec-ok? text start end)
      (and (string? text)
           (exact-integer? start)
           (exact-integer? end)
           (<= 0 start end (string-length text))))

    (define (check-substring-spec who text start end)
      (if (not (substring-spec-ok? text start end))
          (error "illegal substring range" who text start end)))

    (define (string-parse-start+end who text arguments)
      (%check-string who 1 text)
      (let* ((start (if (pair? arguments) (car arguments) 0))
             (rest (if (pair? arguments) (cdr arguments) '()))
             (end (if (pair? rest) (car rest) (string-length text))))
        (check-substring-spec who text start end)
        (values (if (pair? rest) (cdr rest) '()) start end)))

    (define (string-parse-final-start+end who text arguments)
      (let-values (((rest start end) (string-parse-start+end who text arguments)))
        (if (pair? rest)
            (error "extra arguments" who rest)
            (values start end))))

    (define-syntax let-string-start+end
      (syntax-rules ()
        ((_ (start end rest) who text arguments body1 body2 ...)
         (let-values (((rest start end) (string-parse-start+end who text arguments)))
           body1 body2 ...))
        ((_ (start end) who text arguments body1 body2 ...)
         (let-values (((start end) (string-parse-final-start+end who text arguments)))
           body1 body2 ...))))

    ;; Knuth-Morris-Pratt search. Element i of the restart vector is the length of the longest
    ;; proper prefix of the pattern with which a search goes on that failed at i; -1 to advance.

    (define-optionals* (make-kmp-restart-vector pattern (same? char=?)
                                                (start 0) (end (string-length pattern)))
      (%check-range 'make-kmp-restart-vector 4 start end (string-length pattern))
      (let* ((size (- end start))
             (restarts (make-vector size -1)))
        (define (at k) (string-ref pattern (+ start k)))
        (let loop ((i 1) (border 0))
          (if (< i size)
              (if (same? (at i) (at border))
                  (begin
                    (vector-set! restarts i (vector-ref restarts border))
                    (loop (+ i 1) (+ border 1)))
                  (begin
                    (vector-set! restarts i border)
                    (let back ((border (vector-ref restarts border)))
                      (if (and (>= border 0) (not (same? (at i) (at border))))
                          (back (vector-ref restarts border))
                          (loop (+ i 1) (+ border 1))))))))
        restarts))

    (define (kmp-step pattern restarts char matched same? start)
      (let loop ((matched matched))
        (cond ((same? char (string-ref pattern (+ matched start))) (+ matched 1))
              ((= (vector-ref restarts matched) -1) 0)
              (else (loop (vector-ref restarts matched))))))

    ;; What is matched at the end of the text; after a full match -(the index after it).
    (define-optionals* (string-kmp-partial-search pattern restarts text matched
                                                  (same? char=?) (pattern-start 0)
                                                  (start 0) (end (string-length text)))
      (let ((size (vector-length restarts)))
        (let loop ((index start) (matched matched))
          (cond ((= matched size) (- index))
                ((= index end) matched)
                (else
                 (loop (+ index 1)
                       (kmp-step pattern restarts (string-ref text index) matched same?
                                 pattern-start)))))))))
