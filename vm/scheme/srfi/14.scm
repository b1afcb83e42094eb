;;; SRFI 14: character sets.
;;;
;;; A set is a vector of code points in ascending order: where a run of members starts, where it has
;;; ended, where the next one starts. Sets never change: the procedures that may change their
;;; argument return a new set too. The sets of Unicode properties know the mask of their properties
;;; and compute their vector only when it is needed.

(define-library (srfi 14)
  (export
   char-set? char-set= char-set<= char-set-hash
   char-set-cursor char-set-ref char-set-cursor-next end-of-char-set?
   char-set-fold char-set-unfold char-set-unfold! char-set-for-each char-set-map
   char-set-copy char-set list->char-set list->char-set! string->char-set string->char-set!
   char-set-filter char-set-filter! ucs-range->char-set ucs-range->char-set! ->char-set
   char-set->list char-set->string char-set-size char-set-count char-set-contains?
   char-set-every char-set-any
   char-set-adjoin char-set-delete char-set-adjoin! char-set-delete!
   char-set-complement char-set-union char-set-intersection char-set-difference char-set-xor
   char-set-diff+intersection
   char-set-complement! char-set-union! char-set-intersection! char-set-difference! char-set-xor!
   char-set-diff+intersection!
   char-set:lower-case char-set:upper-case char-set:title-case char-set:letter char-set:digit
   char-set:letter+digit char-set:graphic char-set:printing char-set:whitespace
   char-set:iso-control char-set:punctuation char-set:symbol char-set:hex-digit char-set:blank
   char-set:ascii char-set:empty char-set:full)
  (import (scheme base)
          (only (srfi 1) fold)
          (only (srfi 132) list-sort)
          (srfi 227) (lisle internal))
  (begin

    (define-record-type <char-set>
      (make-set mask runs)
      char-set?
      ;; A mask for %char-has?, or #f.
      (mask set-mask)
      ;; The vector, or #f as long as only the mask is known.
      (runs known-runs set-runs!))

    (define past-last #x110000)

    (define (runs-of who position set)
      (if (not (char-set? set))
          (%wrong-type who position "character set" set))
      (or (known-runs set)
          (let ((runs (%char-ranges (set-mask set))))
            (set-runs! set runs)
            runs)))

    (define (of-runs runs) (make-set #f runs))

    ;; The index of the first boundary that is greater than `code`: odd inside a run.
    (define (boundary-after runs code)
      (let loop ((low 0) (high (vector-length runs)))
        (if (< low high)
            (let ((middle (quotient (+ low high) 2)))
              (if (> (vector-ref runs middle) code)
                  (loop low middle)
                  (loop (+ middle 1) high)))
            low)))

    (define (check-char who position obj)
      (if (not (char? obj)) (%wrong-type who position "character" obj)))

    ;; Set algebra on runs: what is in the result is decided by what is in `a` and `b`.
    (define (combine keep? a b)
      (let ((size-a (vector-length a))
            (size-b (vector-length b)))
        (let loop ((i 0) (j 0) (inside? #f) (done '()))
          (if (and (= i size-a) (= j size-b))
              (list->vector (reverse done))
              (let* ((at-a (if (< i size-a) (vector-ref a i) past-last))
                     (at-b (if (< j size-b) (vector-ref b j) past-last))
                     (at (min at-a at-b))
                     (i (if (and (< i size-a) (= at-a at)) (+ i 1) i))
                     (j (if (and (< j size-b) (= at-b at)) (+ j 1) j))
                     (now? (keep? (odd? i) (odd? j))))
                (loop i j now? (if (eq? now? inside?) done (cons at done))))))))

    (define (union a b) (combine (lambda (a? b?) (or a? b?)) a b))
    (define (intersection a b) (combine (lambda (a? b?) (and a? b?)) a b))
    (define (difference a b) (combine (lambda (a? b?) (and a? (not b?))) a b))
    (define (exclusive-or a b) (combine (lambda (a? b?) (not (eq? a? b?))) a b))

    (define full-runs (vector 0 #xd800 #xe000 past-last))

    (define (runs-of-codes codes)
      (let loop ((codes (list-sort < codes)) (done '()))
        (cond ((null? codes) (list->vector (reverse done)))
              ((and (pair? done) (= (car codes) (car done)))
               (loop (cdr codes) (cons (+ (car codes) 1) (cdr done))))
              ((and (pair? done) (< (car codes) (car done)))
               (loop (cdr codes) done))
              (else
               (loop (cdr codes) (cons* (+ (car codes) 1) (car codes) done))))))

    (define (cons* a b rest) (cons a (cons b rest)))

    (define (runs-of-chars who chars)
      (%check-list who 1 chars)
      (runs-of-codes
       (map (lambda (char)
              (check-char who 1 char)
              (char->integer char))
            chars)))

    ;; General

    (define (char-set= . sets)
      (let ((all (map (lambda (set) (runs-of 'char-set= 1 set)) sets)))
        (or (null? all)
            (let loop ((rest (cdr all)))
              (or (null? rest)
                  (and (equal? (car all) (car rest))
                       (loop (cdr rest))))))))

    (define (char-set<= . sets)
      (let ((all (map (lambda (set) (runs-of 'char-set<= 1 set)) sets)))
        (or (null? all)
            (let loop ((first (car all)) (rest (cdr all)))
              (or (null? rest)
                  (and (= 0 (vector-length (difference first (car rest))))
                       (loop (car rest) (cdr rest))))))))

    (define-optionals* (char-set-hash set (bound 0))
      (let ((runs (runs-of 'char-set-hash 1 set))
            (bound (if (eqv? bound 0) 16777216 bound)))
        (if (not (and (exact-integer? bound) (positive? bound)))
            (%wrong-type 'char-set-hash 2 "exact non-negative integer" bound))
        (let loop ((index 0) (hash 0))
          (if (= index (vector-length runs))
              (modulo hash bound)
              (loop (+ index 1)
                    (modulo (+ (* hash 31) (vector-ref runs index)) 1073741789))))))

    ;; Iteration. A cursor is the code point it stands at; past-last is the end.

    (define (first-from runs code)
      (let ((after (boundary-after runs code)))
        (cond ((odd? after) code)
              ((< after (vector-length runs)) (vector-ref runs after))
              (else past-last))))

    (define (char-set-cursor set)
      (first-from (runs-of 'char-set-cursor 1 set) 0))

    (define (char-set-ref set cursor)
      (runs-of 'char-set-ref 1 set)
      (integer->char cursor))

    (define (char-set-cursor-next set cursor)
      (first-from (runs-of 'char-set-cursor-next 1 set) (+ cursor 1)))

    (define (end-of-char-set? cursor) (eqv? cursor past-last))

    ;; Calls `f` with each code point and the state; descending.
    (define (fold-down f state runs)
      (let next-run ((index (- (vector-length runs) 2)) (state state))
        (if (< index 0)
            state
            (let ((start (vector-ref runs index)))
              (let loop ((code (- (vector-ref runs (+ index 1)) 1)) (state state))
                (if (< code start)
                    (next-run (- index 2) state)
                    (loop (- code 1) (f code state))))))))

    (define (char-set-fold f initial set)
      (%check-function 'char-set-fold 1 f)
      (fold-down (lambda (code state) (f (integer->char code) state))
                 initial
                 (runs-of 'char-set-fold 3 set)))

    (define (add-chars who base chars)
      (of-runs (union (runs-of who 1 base) (runs-of-chars who chars))))

    (define-optionals* (char-set-unfold stop? f next seed (base char-set:empty))
      (%check-function 'char-set-unfold 1 stop?)
      (%check-function 'char-set-unfold 2 f)
      (%check-function 'char-set-unfold 3 next)
      (let loop ((seed seed) (chars '()))
        (if (stop? seed)
            (add-chars 'char-set-unfold base chars)
            (loop (next seed) (cons (f seed) chars)))))

    (define (char-set-unfold! stop? f next seed base)
      (char-set-unfold stop? f next seed base))

    (define (char-set-for-each f set)
      (%check-function 'char-set-for-each 1 f)
      (for-each f (chars-of 'char-set-for-each 2 set)))

    (define (char-set-map f set)
      (%check-function 'char-set-map 1 f)
      (of-runs (runs-of-chars 'char-set-map (map f (chars-of 'char-set-map 2 set)))))

    (define (chars-of who position set)
      (fold-down (lambda (code chars) (cons (integer->char code) chars))
                 '()
                 (runs-of who position set)))

    ;; Making sets

    (define (char-set-copy set)
      (of-runs (runs-of 'char-set-copy 1 set)))

    (define (char-set . chars)
      (of-runs (runs-of-chars 'char-set chars)))

    (define-optionals* (list->char-set chars (base char-set:empty))
      (add-chars 'list->char-set base chars))

    (define (list->char-set! chars base) (list->char-set chars base))

    (define-optionals* (string->char-set text (base char-set:empty))
      (%check-string 'string->char-set 1 text)
      (add-chars 'string->char-set base (string->list text)))

    (define (string->char-set! text base) (string->char-set text base))

    (define-optionals* (char-set-filter keep? set (base char-set:empty))
      (%check-function 'char-set-filter 1 keep?)
      (let ((kept (let loop ((chars (chars-of 'char-set-filter 2 set)) (kept '()))
                    (cond ((null? chars) kept)
                          ((keep? (car chars)) (loop (cdr chars) (cons (car chars) kept)))
                          (else (loop (cdr chars) kept))))))
        (add-chars 'char-set-filter base kept)))

    (define (char-set-filter! keep? set base) (char-set-filter keep? set base))

    ;; Surrogates are no characters: with `error?` a range of them alone is an error.
    (define-optionals* (ucs-range->char-set lower upper (error? #f) (base char-set:empty))
      (%check-size 'ucs-range->char-set 1 lower)
      (%check-size 'ucs-range->char-set 2 upper)
      (%check-index 'ucs-range->char-set 1 lower 0 upper)
      (if error? (%check-index 'ucs-range->char-set 2 upper 0 past-last))
      (let* ((range (if (= lower upper) (vector) (vector lower upper)))
             (chars (intersection range full-runs)))
        (if (and error? (not (equal? chars range)))
            (error "ucs-range->char-set: some of these are no characters" lower upper))
        (of-runs (union (runs-of 'ucs-range->char-set 4 base) chars))))

    (define (ucs-range->char-set! lower upper error? base)
      (ucs-range->char-set lower upper error? base))

    (define (->char-set obj)
      (cond ((char-set? obj) obj)
            ((string? obj) (string->char-set obj))
            ((char? obj) (char-set obj))
            (else (%wrong-type '->char-set 1 "character set, string or character" obj))))

    ;; Queries

    (define (char-set->list set) (chars-of 'char-set->list 1 set))

    (define (char-set->string set)
      (list->string (chars-of 'char-set->string 1 set)))

    (define (char-set-size set)
      (let ((runs (runs-of 'char-set-size 1 set)))
        (let loop ((index 0) (size 0))
          (if (= index (vector-length runs))
              size
              (loop (+ index 2)
                    (+ size (- (vector-ref runs (+ index 1)) (vector-ref runs index))))))))

    (define (char-set-count counted? set)
      (%check-function 'char-set-count 1 counted?)
      (fold-down (lambda (code total) (if (counted? (integer->char code)) (+ total 1) total))
                 0
                 (runs-of 'char-set-count 2 set)))

    (define (char-set-contains? set char)
      (check-char 'char-set-contains? 2 char)
      (if (and (char-set? set) (set-mask set) (not (known-runs set)))
          (%char-has? char (set-mask set))
          (odd? (boundary-after (runs-of 'char-set-contains? 1 set) (char->integer char)))))

    (define (char-set-every holds? set)
      (%check-function 'char-set-every 1 holds?)
      (let loop ((chars (chars-of 'char-set-every 2 set)) (last #t))
        (if (null? chars)
            last
            (let ((value (holds? (car chars))))
              (and value (loop (cdr chars) value))))))

    (define (char-set-any found? set)
      (%check-function 'char-set-any 1 found?)
      (let loop ((chars (chars-of 'char-set-any 2 set)))
        (and (pair? chars)
             (or (found? (car chars))
                 (loop (cdr chars))))))

    ;; Algebra

    (define (char-set-adjoin set . chars)
      (of-runs (union (runs-of 'char-set-adjoin 1 set) (runs-of-chars 'char-set-adjoin chars))))

    (define (char-set-delete set . chars)
      (of-runs
       (difference (runs-of 'char-set-delete 1 set) (runs-of-chars 'char-set-delete chars))))

    (define (char-set-complement set)
      (of-runs (difference full-runs (runs-of 'char-set-complement 1 set))))

    (define (fold-sets who f initial sets)
      (of-runs (fold (lambda (set result) (f result (runs-of who 1 set))) initial sets)))

    (define (char-set-union . sets)
      (fold-sets 'char-set-union union (vector) sets))

    (define (char-set-intersection . sets)
      (fold-sets 'char-set-intersection intersection full-runs sets))

    (define (char-set-difference set . sets)
      (fold-sets 'char-set-difference difference (runs-of 'char-set-difference 1 set) sets))

    (define (char-set-xor . sets)
      (fold-sets 'char-set-xor exclusive-or (vector) sets))

    (define (char-set-diff+intersection set . sets)
      (let ((runs (runs-of 'char-set-diff+intersection 1 set))
            (others (fold (lambda (other all)
                            (union all (runs-of 'char-set-diff+intersection 2 other)))
                          (vector)
                          sets)))
        (values (of-runs (difference runs others))
                (of-runs (intersection runs others)))))

    (define char-set-adjoin! char-set-adjoin)
    (define char-set-delete! char-set-delete)
    (define char-set-complement! char-set-complement)
    (define (char-set-union! set . sets) (apply char-set-union set sets))
    (define (char-set-intersection! set . sets) (apply char-set-intersection set sets))
    (define char-set-difference! char-set-difference)
    (define (char-set-xor! set . sets) (apply char-set-xor set sets))
    (define (char-set-diff+intersection! set other . sets)
      (apply char-set-diff+intersection set other sets))

    ;; The standard sets. The numbers are those of `properties` in prim/character/set.rs.

    (define (of-properties . numbers)
      (make-set (fold (lambda (number mask) (+ mask (expt 2 number))) 0 numbers) #f))

    (define char-set:empty (of-runs (vector)))
    (define char-set:full (of-runs full-runs))
    (define char-set:ascii (of-runs (vector 0 128)))
    (define char-set:lower-case (of-properties 30))
    (define char-set:upper-case (of-properties 31))
    (define char-set:title-case (of-properties 2))
    (define char-set:letter (of-properties 0 1 2 3 4))
    (define char-set:digit (of-properties 8))
    (define char-set:letter+digit (of-properties 0 1 2 3 4 8))
    (define char-set:graphic
      (of-properties 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21))
    (define char-set:printing
      (of-properties 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 32))
    (define char-set:whitespace (of-properties 32))
    (define char-set:iso-control (of-properties 25))
    (define char-set:punctuation (of-properties 11 12 13 14 15 16 17))
    (define char-set:symbol (of-properties 18 19 20 21))
    (define char-set:hex-digit (of-runs (vector 48 58 65 71 97 103)))
    ;; Space separators (Zs) and the tabulator.
    (define char-set:blank
      (of-runs
       (vector 9 10 32 33 160 161 5760 5761 8192 8203 8239 8240 8287 8288 12288 12289)))))
