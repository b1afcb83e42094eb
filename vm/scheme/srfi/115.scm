;;; SRFI 115: regular expressions as S-expressions.
;;;
;;; An SRE is first made a tree, in which submatches have their numbers, then instructions for the
;;; machine of 115-machine.scm. The leftmost match wins, of these the longest; an expression with a
;;; non-greedy operator or a reference to a submatch prefers its alternatives in order instead.

(define-library (srfi 115)
  (export
   regexp regexp? valid-sre? rx regexp->sre char-set->sre
   regexp-matches regexp-matches? regexp-search regexp-fold regexp-extract regexp-split
   regexp-partition regexp-replace regexp-replace-all
   regexp-match? regexp-match-count regexp-match-submatch regexp-match-submatch-start
   regexp-match-submatch-end regexp-match->list)
  (import (scheme base) (scheme char) (only (srfi 1) third any every iota append-map cons*)
          (srfi 14) (srfi 115 machine) (srfi 227) (lisle internal))
  (begin

    (define-record-type <regexp>
      (make-regexp sre start size count names in-order? refers?)
      regexp?
      (sre regexp-sre)
      ;; The first instruction, and how many there are.
      (start regexp-start)
      (size regexp-size)
      ;; The number of submatches, and an association list of their names.
      (count regexp-count)
      (names regexp-names)
      ;; Does it prefer alternatives in order?
      (in-order? regexp-in-order?)
      ;; Has it references to submatches?
      (refers? regexp-refers?))

    (define-record-type <match>
      (make-match regexp text places)
      regexp-match?
      (regexp match-regexp)
      (text match-text)
      ;; Start and end of the match and of each submatch; #f where nothing matched.
      (places match-places))

    ;; From SRE to tree:
    ;;   (set . predicate)  (seq tree ...)  (or tree ...)  (star greedy? tree)
    ;;   (save number tree)  (assert . procedure of text, index, start, end)
    ;;   (refer numbers . predicate of two characters)

    (define-record-type <parse>
      (make-parse count names in-order? refers?)
      parse?
      (count parse-count set-parse-count!)
      (names parse-names set-parse-names!)
      (in-order? parse-in-order? set-parse-in-order!)
      (refers? parse-refers? set-parse-refers!))

    (define (bad sre) (error "regexp: this is no regular expression" sre))

    (define (parse sre state fold? capture? ascii?)
      (define (sub sre) (parse sre state fold? capture? ascii?))
      (define (all sres)
        (if (and (pair? sres) (null? (cdr sres)))
            (sub (car sres))
            (cons 'seq (map-in-order sub sres))))
      (define (greedy-star sres) (list 'star #t (all sres)))
      (define (optional tree) (list 'or tree '(seq)))
      (define (in-order tree)
        (set-parse-in-order! state #t)
        tree)
      (define (submatch name sres)
        (if capture?
            (let ((number (+ 1 (parse-count state))))
              (set-parse-count! state number)
              (if name
                  (set-parse-names! state (append (parse-names state) (list (cons name number)))))
              (list 'save number (all sres)))
            (all sres)))
      (define (repeated tree low high greedy?)
        (cons 'seq
              (append (make-list low tree)
                      (cond ((not high) (list (list 'star greedy? tree)))
                            ;; Nested, so that the later ones are tried after the earlier ones.
                            ((> high low)
                             (list
                              (let loop ((left (- high low)))
                                (if (= left 0)
                                    '(seq)
                                    (let ((more (list 'seq tree (loop (- left 1)))))
                                      (if greedy?
                                          (list 'or more '(seq))
                                          (list 'or '(seq) more)))))))
                            (else '())))))
      (define (count-of obj)
        (if (not (and (exact-integer? obj) (>= obj 0))) (bad sre))
        obj)
      (cond
       ((string? sre)
        (cons 'seq (map (lambda (char) (char-tree char fold?)) (string->list sre))))
       ((char? sre) (char-tree sre fold?))
       ((and (symbol? sre) (assq sre assertions)) => (lambda (entry) (cons 'assert (cdr entry))))
       ((eq? sre 'grapheme) grapheme)
       ((eq? sre 'word) (sub '(word+ any)))
       ((not (and (pair? sre) (list? sre))) (set-tree (sre->char-set sre ascii?) fold?))
       (else
        (let ((operands (cdr sre)))
          (define (operand)
            (if (null? operands) (bad sre))
            (car operands))
          (case (car sre)
            ((* zero-or-more) (greedy-star operands))
            ((+ one-or-more) (let ((tree (all operands))) (list 'seq tree (list 'star #t tree))))
            ((? optional) (optional (all operands)))
            ((= exactly)
             (repeated (all (cdr operands)) (count-of (operand)) (operand) #t))
            ((>= at-least) (repeated (all (cdr operands)) (count-of (operand)) #f #t))
            ((** repeated **? non-greedy-repeated)
             (if (or (null? operands) (null? (cdr operands))) (bad sre))
             (let ((low (count-of (car operands)))
                   (high (and (cadr operands) (count-of (cadr operands))))
                   (greedy? (memq (car sre) '(** repeated))))
               (if (and high (< high low)) (bad sre))
               (if (not greedy?) (set-parse-in-order! state #t))
               (repeated (all (cddr operands)) low high (and greedy? #t))))
            ((*? non-greedy-zero-or-more) (in-order (list 'star #f (all operands))))
            ((?? non-greedy-optional) (in-order (list 'or '(seq) (all operands))))
            ((: seq) (all operands))
            ((or |\x7c;|)
             (if (every set-sre? operands)
                 (set-tree (sre->char-set sre ascii?) fold?)
                 (cons 'or (map-in-order sub operands))))
            (($ submatch) (submatch #f operands))
            ((-> submatch-named)
             (if (not (symbol? (operand))) (bad sre))
             (submatch (car operands) (cdr operands)))
            ((w/case) (parse (cons ': operands) state #f capture? ascii?))
            ((w/nocase) (parse (cons ': operands) state #t capture? ascii?))
            ((w/unicode) (parse (cons ': operands) state fold? capture? #f))
            ((w/ascii) (parse (cons ': operands) state fold? capture? #t))
            ((w/nocapture) (parse (cons ': operands) state fold? #f ascii?))
            ((word) (sub (append '(: bow) operands '(eow))))
            ((word+) (sub (list 'word (list '+ (list 'and '(or alphanumeric "_")
                                                     (cons 'or operands))))))
            ((look-ahead neg-look-ahead look-behind neg-look-behind)
             (let ((outside (parse-refers? state)))
               (set-parse-refers! state #f)
               (let ((tree (parse (cons ': operands) state fold? #f ascii?)))
                 (if (parse-refers? state)
                     (error "regexp: look-ahead and look-behind cannot refer to submatches" sre))
                 (set-parse-refers! state outside)
                 (look (car sre) tree))))
            ((backref)
             (if (not (= (length operands) 1)) (bad sre))
             (set-parse-refers! state #t)
             (cons* 'refer (submatches-named (operand) state sre) (if fold? char-ci=? char=?)))
            (else (set-tree (sre->char-set sre ascii?) fold?)))))))

    ;; The numbers of the submatches before here that a name or number stands for.
    (define (submatches-named field state sre)
      (cond ((and (exact-integer? field) (<= 1 field (parse-count state))) (list field))
            ((and (symbol? field) (assq field (parse-names state)))
             (append-map (lambda (entry) (if (eq? (car entry) field) (list (cdr entry)) '()))
                         (parse-names state)))
            (else (error "regexp: there is no such submatch before this" field sre))))

    (define (map-in-order f items)
      (if (null? items)
          '()
          (let ((first (f (car items))))
            (cons first (map-in-order f (cdr items))))))

    (define (char-tree char fold?)
      (cons 'set
            (if fold?
                (let ((folded (char-foldcase char)))
                  (lambda (other) (char=? (char-foldcase other) folded)))
                (lambda (other) (char=? other char)))))

    (define (set-tree set fold?)
      (cons 'set
            (if fold?
                (lambda (char)
                  (or (char-set-contains? set char)
                      (char-set-contains? set (char-upcase char))
                      (char-set-contains? set (char-downcase char))))
                (lambda (char) (char-set-contains? set char)))))

    ;; Character sets

    (define nonl (char-set-complement (char-set #\newline #\return)))

    (define named-sets
      (list (cons char-set:full '(any)) (cons nonl '(nonl)) (cons char-set:ascii '(ascii))
            (cons char-set:lower-case '(lower-case lower))
            (cons char-set:upper-case '(upper-case upper))
            (cons char-set:title-case '(title-case title))
            (cons char-set:letter '(alphabetic alpha))
            (cons char-set:digit '(numeric num digit))
            (cons char-set:letter+digit '(alphanumeric alphanum alnum))
            (cons char-set:punctuation '(punctuation punct))
            (cons char-set:symbol '(symbol))
            (cons char-set:graphic '(graphic graph))
            (cons char-set:whitespace '(whitespace white space))
            (cons char-set:printing '(printing print))
            (cons char-set:iso-control '(control cntrl))
            (cons char-set:hex-digit '(hex-digit xdigit))))

    (define (named-set name)
      (any (lambda (entry) (and (memq name (cdr entry)) (car entry))) named-sets))

    ;; Is this SRE a set for its form?
    (define (set-sre? sre)
      (or (char? sre)
          (char-set? sre)
          (and (string? sre) (= (string-length sre) 1))
          (and (symbol? sre) (named-set sre) #t)
          (and (pair? sre)
               (list? sre)
               (or (string? (car sre))
                   (and (memq (car sre) '(char-set / char-range ~ complement - difference
                                                   & and intersection))
                        #t)
                   (and (eq? (car sre) 'or) (every set-sre? (cdr sre)))))))

    (define (sre->char-set sre ascii?)
      (define (sub sre) (sre->char-set sre ascii?))
      (define (all sres) (map sub sres))
      (cond
       ((char? sre) (char-set sre))
       ((char-set? sre) sre)
       ((string? sre) (if (= (string-length sre) 1) (string->char-set sre) (bad sre)))
       ((symbol? sre)
        (let ((set (or (named-set sre) (bad sre))))
          (if ascii? (char-set-intersection set char-set:ascii) set)))
       ((not (and (pair? sre) (list? sre))) (bad sre))
       ((string? (car sre))
        (if (null? (cdr sre)) (string->char-set (car sre)) (bad sre)))
       (else
        (case (car sre)
          ((char-set)
           (if (and (pair? (cdr sre)) (string? (cadr sre))) (string->char-set (cadr sre)) (bad sre)))
          ((/ char-range) (ranges (cdr sre)))
          ((or) (apply char-set-union (all (cdr sre))))
          ((~ complement) (char-set-complement (apply char-set-union (all (cdr sre)))))
          ((- difference) (if (null? (cdr sre)) (bad sre) (apply char-set-difference (all (cdr sre)))))
          ((& and intersection) (apply char-set-intersection (all (cdr sre))))
          (else (bad sre))))))

    ;; Pairs of first and last character, in characters and strings.
    (define (ranges parts)
      (let loop ((chars (append-map (lambda (part)
                                      (cond ((char? part) (list part))
                                            ((string? part) (string->list part))
                                            (else (bad part))))
                                    parts))
                 (set char-set:empty))
        (cond ((null? chars) set)
              ((null? (cdr chars)) (bad (cons '/ parts)))
              (else
               (let ((first (char->integer (car chars)))
                     (last (char->integer (cadr chars))))
                 (if (< last first) (bad (cons '/ parts)))
                 (loop (cddr chars) (ucs-range->char-set first (+ last 1) #f set)))))))

    ;; Assertions

    (define (word-char? char)
      (or (char-alphabetic? char) (char-numeric? char) (char=? char #\_)))
    (define (word-before? text index start) (and (> index start) (word-char? (string-ref text (- index 1)))))
    (define (word-after? text index end) (and (< index end) (word-char? (string-ref text index))))
    (define (newline-char? char) (memv char '(#\newline #\return)))

    (define assertions
      (list (cons 'bos (lambda (text index start end) (= index start)))
            (cons 'eos (lambda (text index start end) (= index end)))
            (cons 'bol (lambda (text index start end)
                         (or (= index start) (newline-char? (string-ref text (- index 1))))))
            (cons 'eol (lambda (text index start end)
                         (or (= index end) (newline-char? (string-ref text index)))))
            (cons 'bow (lambda (text index start end)
                         (and (word-after? text index end) (not (word-before? text index start)))))
            (cons 'eow (lambda (text index start end)
                         (and (word-before? text index start) (not (word-after? text index end)))))
            (cons 'nwb (lambda (text index start end)
                         (and (word-before? text index start) (word-after? text index end))))
            (cons 'bog (lambda (text index start end) (grapheme-boundary? text index start end)))
            (cons 'eog (lambda (text index start end) (grapheme-boundary? text index start end)))))

    ;; Combining marks (general categories Mn, Mc, Me) belong to what they follow, and the letters
    ;; of a Korean syllable to one another (UAX 29, GB6 to GB8).
    (define (mark? char) (<= 5 (%char-category char) 7))
    (define (one-of . bounds)
      (lambda (char)
        (let ((code (char->integer char)))
          (let loop ((bounds bounds))
            (and (pair? bounds)
                 (or (<= (car bounds) code (cadr bounds))
                     (loop (cddr bounds))))))))
    (define hangul-l? (one-of #x1100 #x115f #xa960 #xa97c))
    (define hangul-v? (one-of #x1160 #x11a7 #xd7b0 #xd7c6))
    (define hangul-t? (one-of #x11a8 #x11ff #xd7cb #xd7fb))
    (define hangul-syllable? (one-of #xac00 #xd7a3))
    (define (hangul-lv? char)
      (and (hangul-syllable? char) (= 0 (modulo (- (char->integer char) #xac00) 28))))
    (define (hangul-joined? before after)
      (cond ((hangul-l? before) (or (hangul-l? after) (hangul-v? after) (hangul-syllable? after)))
            ((or (hangul-v? before) (hangul-lv? before)) (or (hangul-v? after) (hangul-t? after)))
            ((or (hangul-t? before) (hangul-syllable? before)) (hangul-t? after))
            (else #f)))
    (define (grapheme-boundary? text index start end)
      (or (= index start)
          (= index end)
          (let ((before (string-ref text (- index 1)))
                (after (string-ref text index)))
            (not (or (mark? after)
                     (hangul-joined? before after)
                     (and (char=? after #\newline) (char=? before #\return)))))))
    (define (not-boundary? text index start end)
      (not (grapheme-boundary? text index start end)))
    (define grapheme
      (let ((any-char (cons 'set (lambda (char) #t))))
        (list 'seq any-char
              (list 'star #t (list 'seq (cons 'assert not-boundary?) any-char))
              (cons 'assert grapheme-boundary?))))

    (define (look kind tree)
      (let-values (((first size) (assemble tree)))
        (define (ahead? text index start end)
          (and (run first size 1 #t text index start end #f #f) #t))
        (define (behind? text index start end)
          (let loop ((from index))
            (and (>= from start)
                 (or (and (run first size 1 #t text from start index #f #t) #t)
                     (loop (- from 1))))))
        (cons 'assert
              (case kind
                ((look-ahead) ahead?)
                ((neg-look-ahead) (lambda arguments (not (apply ahead? arguments))))
                ((look-behind) behind?)
                (else (lambda arguments (not (apply behind? arguments))))))))

    ;; Regular expressions

    (define (compile sre)
      (let* ((state (make-parse 0 '() #f #f))
             (tree (parse sre state #f #t #f)))
        (let-values (((first size) (assemble tree)))
          (make-regexp sre first size (parse-count state) (parse-names state)
                       (parse-in-order? state) (parse-refers? state)))))

    (define (regexp re) (if (regexp? re) re (compile re)))

    (define-syntax rx
      (syntax-rules ()
        ((_ sre ...) (regexp (quasiquote (: sre ...))))))

    (define (valid-sre? obj)
      (guard (e ((error-object? e) #f))
        (compile obj)
        #t))

    (define (regexp->sre re)
      (if (not (regexp? re)) (%wrong-type 'regexp->sre 1 "regexp" re))
      (regexp-sre re))

    (define (char-set->sre set) (list (char-set->string set)))

    (define (match re text from start end search? whole?)
      (let* ((first (regexp-start re))
             (size (regexp-size re))
             (count (+ 1 (regexp-count re)))
             (places (if (regexp-refers? re)
                         (run-in-turn first size count text from start end search? whole?)
                         (run first size count (regexp-in-order? re)
                              text from start end search? whole?))))
        (and places (make-match re text places))))

    (define-optionals* (regexp-matches re text (start 0) (end (string-length text)))
      (%check-range 'regexp-matches 4 start end (string-length text))
      (match (regexp re) text start start end #f #t))

    (define (regexp-matches? re text . range)
      (and (apply regexp-matches re text range) #t))

    (define-optionals* (regexp-search re text (start 0) (end (string-length text)))
      (%check-range 'regexp-search 4 start end (string-length text))
      (match (regexp re) text start start end #t #f))

    ;; Matches

    (define (place match field offset)
      (if (not (regexp-match? match)) (%wrong-type 'regexp-match-submatch 1 "match" match))
      (let ((count (regexp-count (match-regexp match)))
            (names (regexp-names (match-regexp match))))
        (define (at number) (vector-ref (match-places match) (+ (* 2 number) offset)))
        (cond ((and (exact-integer? field) (<= 0 field count)) (at field))
              ((symbol? field)
               ;; Of several submatches with one name the first that matched.
               (if (not (assq field names)) (error "no submatch has this name" field))
               (any (lambda (entry) (and (eq? (car entry) field) (at (cdr entry)))) names))
              (else (%out-of-range 'regexp-match-submatch 2 field)))))

    (define (regexp-match-count match)
      (if (not (regexp-match? match)) (%wrong-type 'regexp-match-count 1 "match" match))
      (regexp-count (match-regexp match)))

    (define-optionals* (regexp-match-submatch-start match (field 0)) (place match field 0))
    (define-optionals* (regexp-match-submatch-end match (field 0)) (place match field 1))
    (define-optionals* (regexp-match-submatch match (field 0))
      (let ((start (place match field 0))
            (end (place match field 1)))
        (and start end (substring (match-text match) start end))))

    (define (regexp-match->list match)
      (map (lambda (number) (regexp-match-submatch match number))
           (iota (+ 1 (regexp-match-count match)))))

    ;; All matches. After an empty match the search goes on a character further.

    (define (ignore index match text state) state)

    (define-optionals* (regexp-fold re f seed text (finish ignore)
                                    (start 0) (end (string-length text)))
      (%check-function 'regexp-fold 2 f)
      (let* ((re (regexp re))
             (end (or end (string-length text))))
        (%check-range 'regexp-fold 7 start end (string-length text))
        (let loop ((from start) (last start) (state seed))
          (let ((found (and (<= from end) (match re text from start end #t #f))))
            (if (not found)
                (finish last #f text state)
                (let ((first (regexp-match-submatch-start found))
                      (after (regexp-match-submatch-end found)))
                  (if (= first after)
                      (if (= first end)
                          (finish last #f text state)
                          (loop (+ after 1) after (f last found text state)))
                      (loop after after (f last found text state)))))))))

    (define-optionals* (regexp-extract re text (start 0) (end (string-length text)))
      (reverse
       (regexp-fold re
                    (lambda (last match text found)
                      (let ((part (regexp-match-submatch match)))
                        (if (string=? part "") found (cons part found))))
                    '() text ignore start end)))

    (define-optionals* (regexp-split re text (start 0) (end (string-length text)))
      (let ((end (or end (string-length text))))
        (let loop ((parts '()) (from start) (matches (nonempty re text start end)))
          (if (null? matches)
              (reverse (cons (substring text from end) parts))
              (loop (cons (substring text from (regexp-match-submatch-start (car matches))) parts)
                    (regexp-match-submatch-end (car matches))
                    (cdr matches))))))

    (define-optionals* (regexp-partition re text (start 0) (end (string-length text)))
      (let ((end (or end (string-length text))))
        (let loop ((parts '()) (from start) (matches (nonempty re text start end)))
          (cond ((pair? matches)
                 (loop (cons (regexp-match-submatch (car matches))
                             (cons (substring text from
                                              (regexp-match-submatch-start (car matches)))
                                   parts))
                       (regexp-match-submatch-end (car matches))
                       (cdr matches)))
                ((and (= from end) (pair? parts)) (reverse parts))
                (else (reverse (cons (substring text from end) parts)))))))

    (define (nonempty re text start end)
      (reverse
       (regexp-fold re
                    (lambda (last match text found)
                      (if (= (regexp-match-submatch-start match)
                             (regexp-match-submatch-end match))
                          found
                          (cons match found)))
                    '() text ignore start end)))

    ;; Replacing

    (define (replacement subst match start end)
      (cond ((string? subst) subst)
            ((list? subst)
             (apply string-append
                    (map (lambda (part) (replacement part match start end)) subst)))
            ((eq? subst 'pre) (substring (match-text match) start (regexp-match-submatch-start match)))
            ((eq? subst 'post) (substring (match-text match) (regexp-match-submatch-end match) end))
            ((or (exact-integer? subst) (symbol? subst))
             (or (regexp-match-submatch match subst) ""))
            ((procedure? subst) (replacement (subst match) match start end))
            (else (%wrong-type 'regexp-replace 3 "substitution" subst))))

    (define-optionals* (regexp-replace re text subst (start 0) (end #f) (count 0))
      (replace 'regexp-replace re text subst start end count))

    (define-optionals* (regexp-replace-all re text subst (start 0) (end #f))
      (replace 'regexp-replace-all re text subst start end #f))

    ;; The match number `count`, or all.
    (define (replace who re text subst start end count)
      (%check-string who 2 text)
      (let ((end (or end (string-length text))))
        (let loop ((matches (reverse (regexp-fold re
                                                  (lambda (last match text all) (cons match all))
                                                  '() text ignore start end)))
                   (number 0) (from start) (parts '()))
          (cond ((null? matches)
                 (apply string-append (reverse (cons (substring text from end) parts))))
                ((and count (not (= number count)))
                 (loop (cdr matches) (+ number 1) from parts))
                (else
                 (let ((match (car matches)))
                   (loop (cdr matches)
                         (+ number 1)
                         (regexp-match-submatch-end match)
                         (cons (replacement subst match start end)
                               (cons (substring text from (regexp-match-submatch-start match))
                                     parts)))))))))))
