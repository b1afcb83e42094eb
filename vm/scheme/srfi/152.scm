;;; SRFI 152: strings. What is not defined here is in the core. SRFI 13 and 130 are made from this.
;;;
;;; Strings are filled only when all their characters have been computed, where the procedures that
;;; compute them could be entered again.

(define-library (srfi 152)
  (export
   string? string-null? string-every string-any
   make-string string string-tabulate string-unfold string-unfold-right
   string->vector string->list vector->string list->string reverse-list->string
   string-length string-ref substring string-copy string-take string-drop string-take-right
   string-drop-right string-pad string-pad-right string-trim string-trim-right string-trim-both
   string-replace
   string=? string<? string>? string<=? string>=?
   string-ci=? string-ci<? string-ci>? string-ci<=? string-ci>=?
   string-prefix-length string-suffix-length string-prefix? string-suffix?
   string-index string-index-right string-skip string-skip-right string-contains
   string-contains-right string-take-while string-take-while-right string-drop-while
   string-drop-while-right string-break string-span
   string-append string-concatenate string-concatenate-reverse string-join
   string-fold string-fold-right string-map string-for-each string-count string-filter
   string-remove
   string-replicate string-segment string-split
   read-string write-string
   string-set! string-fill! string-copy!)
  (import (scheme base) (scheme char)
          (only (lisle base) string-null? string-concatenate string-search-forward
                string-search-backward)
          (srfi 227) (lisle internal))
  (begin

    ;; Predicates

    (define-optionals* (string-every holds? text (start 0) (end (string-length text)))
      (%check-function 'string-every 1 holds?)
      (%check-range 'string-every 4 start end (string-length text))
      (or (= start end)
          (let ((last (- end 1)))
            (let loop ((index start))
              (if (< index last)
                  (and (holds? (string-ref text index))
                       (loop (+ index 1)))
                  (holds? (string-ref text index)))))))

    (define-optionals* (string-any found? text (start 0) (end (string-length text)))
      (%check-function 'string-any 1 found?)
      (%check-range 'string-any 4 start end (string-length text))
      (and (< start end)
           (let ((last (- end 1)))
             (let loop ((index start))
               (if (< index last)
                   (or (found? (string-ref text index))
                       (loop (+ index 1)))
                   (found? (string-ref text index)))))))

    ;; Constructors

    (define (string-tabulate f size)
      (%check-function 'string-tabulate 1 f)
      (%check-size 'string-tabulate 2 size)
      (let loop ((index (- size 1)) (chars '()))
        (if (< index 0)
            (list->string chars)
            (loop (- index 1) (cons (f index) chars)))))

    ;; What a mapper makes: a character or a string.
    (define (part who obj)
      (cond ((string? obj) obj)
            ((char? obj) (string obj))
            (else (%wrong-type who 2 "procedure that returns characters or strings" obj))))

    (define (no-part seed) "")

    (define-optionals* (string-unfold stop? f next seed (base "") (final no-part))
      (%check-function 'string-unfold 1 stop?)
      (%check-function 'string-unfold 2 f)
      (%check-function 'string-unfold 3 next)
      (let loop ((seed seed) (parts (list (part 'string-unfold base))))
        (if (stop? seed)
            (string-concatenate
             (reverse (cons (part 'string-unfold (final seed)) parts)))
            (let ((new (part 'string-unfold (f seed))))
              (loop (next seed) (cons new parts))))))

    (define-optionals* (string-unfold-right stop? f next seed (base "") (final no-part))
      (%check-function 'string-unfold-right 1 stop?)
      (%check-function 'string-unfold-right 2 f)
      (%check-function 'string-unfold-right 3 next)
      (let loop ((seed seed) (parts (list (part 'string-unfold-right base))))
        (if (stop? seed)
            (string-concatenate (cons (part 'string-unfold-right (final seed)) parts))
            (let ((new (part 'string-unfold-right (f seed))))
              (loop (next seed) (cons new parts))))))

    (define (reverse-list->string chars)
      (%check-list 'reverse-list->string 1 chars)
      (list->string (reverse chars)))

    ;; Selection

    (define (string-take text size)
      (%check-string 'string-take 1 text)
      (%check-index 'string-take 2 size 0 (string-length text))
      (substring text 0 size))

    (define (string-drop text size)
      (%check-string 'string-drop 1 text)
      (%check-index 'string-drop 2 size 0 (string-length text))
      (substring text size (string-length text)))

    (define (string-take-right text size)
      (%check-string 'string-take-right 1 text)
      (%check-index 'string-take-right 2 size 0 (string-length text))
      (substring text (- (string-length text) size) (string-length text)))

    (define (string-drop-right text size)
      (%check-string 'string-drop-right 1 text)
      (%check-index 'string-drop-right 2 size 0 (string-length text))
      (substring text 0 (- (string-length text) size)))

    (define-optionals* (string-pad text size (char #\space) (start 0) (end (string-length text)))
      (%check-size 'string-pad 2 size)
      (%check-range 'string-pad 5 start end (string-length text))
      (let ((present (- end start)))
        (if (>= present size)
            (substring text (- end size) end)
            (string-append (make-string (- size present) char) (substring text start end)))))

    (define-optionals* (string-pad-right text size (char #\space)
                                         (start 0) (end (string-length text)))
      (%check-size 'string-pad-right 2 size)
      (%check-range 'string-pad-right 5 start end (string-length text))
      (let ((present (- end start)))
        (if (>= present size)
            (substring text start (+ start size))
            (string-append (substring text start end) (make-string (- size present) char)))))

    (define-optionals* (string-trim text (trimmed? char-whitespace?)
                                    (start 0) (end (string-length text)))
      (substring text (or (string-skip text trimmed? start end) end) end))

    (define-optionals* (string-trim-right text (trimmed? char-whitespace?)
                                          (start 0) (end (string-length text)))
      (let ((last (string-skip-right text trimmed? start end)))
        (substring text start (if last (+ last 1) start))))

    (define-optionals* (string-trim-both text (trimmed? char-whitespace?)
                                         (start 0) (end (string-length text)))
      (let ((first (string-skip text trimmed? start end)))
        (if first
            (substring text first (+ 1 (string-skip-right text trimmed? first end)))
            "")))

    (define-optionals* (string-replace text new start end
                                       (new-start 0) (new-end (string-length new)))
      (%check-string 'string-replace 1 text)
      (%check-range 'string-replace 4 start end (string-length text))
      (%check-range 'string-replace 6 new-start new-end (string-length new))
      (string-append (substring text 0 start)
                     (substring new new-start new-end)
                     (substring text end (string-length text))))

    ;; Prefixes

    (define-optionals* (string-prefix-length a b
                                             (start-a 0) (end-a (string-length a))
                                             (start-b 0) (end-b (string-length b)))
      (%check-range 'string-prefix-length 4 start-a end-a (string-length a))
      (%check-range 'string-prefix-length 6 start-b end-b (string-length b))
      (let ((most (min (- end-a start-a) (- end-b start-b))))
        (let loop ((size 0))
          (if (and (< size most)
                   (char=? (string-ref a (+ start-a size)) (string-ref b (+ start-b size))))
              (loop (+ size 1))
              size))))

    (define-optionals* (string-suffix-length a b
                                             (start-a 0) (end-a (string-length a))
                                             (start-b 0) (end-b (string-length b)))
      (%check-range 'string-suffix-length 4 start-a end-a (string-length a))
      (%check-range 'string-suffix-length 6 start-b end-b (string-length b))
      (let ((most (min (- end-a start-a) (- end-b start-b))))
        (let loop ((size 0))
          (if (and (< size most)
                   (char=? (string-ref a (- end-a size 1)) (string-ref b (- end-b size 1))))
              (loop (+ size 1))
              size))))

    (define-optionals* (string-prefix? a b
                                       (start-a 0) (end-a (string-length a))
                                       (start-b 0) (end-b (string-length b)))
      (= (string-prefix-length a b start-a end-a start-b end-b) (- end-a start-a)))

    (define-optionals* (string-suffix? a b
                                       (start-a 0) (end-a (string-length a))
                                       (start-b 0) (end-b (string-length b)))
      (= (string-suffix-length a b start-a end-a start-b end-b) (- end-a start-a)))

    ;; Searching

    (define-optionals* (string-index text found? (start 0) (end (string-length text)))
      (%check-function 'string-index 2 found?)
      (%check-range 'string-index 4 start end (string-length text))
      (let loop ((index start))
        (cond ((= index end) #f)
              ((found? (string-ref text index)) index)
              (else (loop (+ index 1))))))

    (define-optionals* (string-index-right text found? (start 0) (end (string-length text)))
      (%check-function 'string-index-right 2 found?)
      (%check-range 'string-index-right 4 start end (string-length text))
      (let loop ((index (- end 1)))
        (cond ((< index start) #f)
              ((found? (string-ref text index)) index)
              (else (loop (- index 1))))))

    (define-optionals* (string-skip text skipped? (start 0) (end (string-length text)))
      (%check-function 'string-skip 2 skipped?)
      (%check-range 'string-skip 4 start end (string-length text))
      (let loop ((index start))
        (cond ((= index end) #f)
              ((skipped? (string-ref text index)) (loop (+ index 1)))
              (else index))))

    (define-optionals* (string-skip-right text skipped? (start 0) (end (string-length text)))
      (%check-function 'string-skip-right 2 skipped?)
      (%check-range 'string-skip-right 4 start end (string-length text))
      (let loop ((index (- end 1)))
        (cond ((< index start) #f)
              ((skipped? (string-ref text index)) (loop (- index 1)))
              (else index))))

    ;; A string or a part of it, not copied when it is the whole.
    (define (part-of text start end)
      (if (and (= start 0) (= end (string-length text)))
          text
          (substring text start end)))

    (define-optionals* (string-contains text pattern
                                        (start 0) (end (string-length text))
                                        (pattern-start 0) (pattern-end (string-length pattern)))
      (%check-range 'string-contains 4 start end (string-length text))
      (%check-range 'string-contains 6 pattern-start pattern-end (string-length pattern))
      (string-search-forward (part-of pattern pattern-start pattern-end)
                             (part-of text 0 end)
                             start))

    (define-optionals* (string-contains-right text pattern
                                              (start 0) (end (string-length text))
                                              (pattern-start 0)
                                              (pattern-end (string-length pattern)))
      (%check-range 'string-contains-right 4 start end (string-length text))
      (%check-range 'string-contains-right 6 pattern-start pattern-end (string-length pattern))
      (let* ((size (- pattern-end pattern-start))
             (after (string-search-backward (part-of pattern pattern-start pattern-end) text end)))
        (and after
             (>= (- after size) start)
             (- after size))))

    (define-optionals* (string-take-while text kept? (start 0) (end (string-length text)))
      (substring text start (or (string-skip text kept? start end) end)))

    (define-optionals* (string-take-while-right text kept? (start 0) (end (string-length text)))
      (let ((last (string-skip-right text kept? start end)))
        (substring text (if last (+ last 1) start) end)))

    (define-optionals* (string-drop-while text dropped? (start 0) (end (string-length text)))
      (string-trim text dropped? start end))

    (define-optionals* (string-drop-while-right text dropped?
                                                (start 0) (end (string-length text)))
      (string-trim-right text dropped? start end))

    (define-optionals* (string-span text in? (start 0) (end (string-length text)))
      (let ((at (or (string-skip text in? start end) end)))
        (values (substring text start at) (substring text at end))))

    (define-optionals* (string-break text out? (start 0) (end (string-length text)))
      (let ((at (or (string-index text out? start end) end)))
        (values (substring text start at) (substring text at end))))

    ;; Joining

    (define-optionals* (string-concatenate-reverse texts
                                                   (final "") (end (string-length final)))
      (%check-list 'string-concatenate-reverse 1 texts)
      (%check-string 'string-concatenate-reverse 2 final)
      (%check-index 'string-concatenate-reverse 3 end 0 (string-length final))
      (string-concatenate (reverse (cons (part-of final 0 end) texts))))

    (define-optionals* (string-join texts (delimiter " ") (grammar 'infix))
      (%check-list 'string-join 1 texts)
      (%check-string 'string-join 2 delimiter)
      (define (after-each texts)
        (if (null? texts)
            '()
            (cons delimiter (cons (car texts) (after-each (cdr texts))))))
      (case grammar
        ((infix)
         (if (null? texts)
             ""
             (string-concatenate (cons (car texts) (after-each (cdr texts))))))
        ((strict-infix)
         (if (null? texts)
             (error "string-join: no strings to join with the grammar strict-infix")
             (string-concatenate (cons (car texts) (after-each (cdr texts))))))
        ((prefix) (string-concatenate (after-each texts)))
        ((suffix)
         (string-concatenate
          (if (null? texts)
              '()
              (append (cons (car texts) (after-each (cdr texts))) (list delimiter)))))
        (else (%wrong-type 'string-join 3 "grammar (infix, strict-infix, prefix or suffix)"
                           grammar))))

    ;; Folding and mapping

    (define-optionals* (string-fold f initial text (start 0) (end (string-length text)))
      (%check-function 'string-fold 1 f)
      (%check-range 'string-fold 5 start end (string-length text))
      (let loop ((index start) (result initial))
        (if (= index end)
            result
            (loop (+ index 1) (f (string-ref text index) result)))))

    (define-optionals* (string-fold-right f initial text (start 0) (end (string-length text)))
      (%check-function 'string-fold-right 1 f)
      (%check-range 'string-fold-right 5 start end (string-length text))
      (let loop ((index (- end 1)) (result initial))
        (if (< index start)
            result
            (loop (- index 1) (f (string-ref text index) result)))))

    (define-optionals* (string-count text counted? (start 0) (end (string-length text)))
      (%check-function 'string-count 2 counted?)
      (%check-range 'string-count 4 start end (string-length text))
      (let loop ((index start) (total 0))
        (if (= index end)
            total
            (loop (+ index 1) (if (counted? (string-ref text index)) (+ total 1) total)))))

    (define-optionals* (string-filter kept? text (start 0) (end (string-length text)))
      (%check-function 'string-filter 1 kept?)
      (list->string
       (string-fold-right (lambda (char chars) (if (kept? char) (cons char chars) chars))
                          '() text start end)))

    (define-optionals* (string-remove dropped? text (start 0) (end (string-length text)))
      (%check-function 'string-remove 1 dropped?)
      (list->string
       (string-fold-right (lambda (char chars) (if (dropped? char) chars (cons char chars)))
                          '() text start end)))

    ;; Replication and splitting

    ;; The string is thought repeated in both directions.
    (define-optionals* (string-replicate text from to (start 0) (end (string-length text)))
      (%check-range 'string-replicate 5 start end (string-length text))
      (if (not (exact-integer? from)) (%wrong-type 'string-replicate 2 "exact integer" from))
      (if (not (exact-integer? to)) (%wrong-type 'string-replicate 3 "exact integer" to))
      (if (< to from) (%out-of-range 'string-replicate 3 to))
      (let ((size (- end start))
            (made (make-string (- to from))))
        (if (and (= size 0) (< from to))
            (error "string-replicate: an empty string cannot be repeated"))
        (let loop ((index 0))
          (if (< index (- to from))
              (begin
                (string-set! made index
                             (string-ref text (+ start (floor-remainder (+ from index) size))))
                (loop (+ index 1)))
              made))))

    (define (string-segment text size)
      (%check-string 'string-segment 1 text)
      (if (not (and (exact-integer? size) (positive? size)))
          (%wrong-type 'string-segment 2 "exact positive integer" size))
      (let ((end (string-length text)))
        (let loop ((start 0) (parts '()))
          (if (>= start end)
              (reverse parts)
              (let ((next (min end (+ start size))))
                (loop next (cons (substring text start next) parts)))))))

    (define-optionals* (string-split text delimiter (grammar 'infix) (limit #f)
                                     (start 0) (end (string-length text)))
      (%check-string 'string-split 2 delimiter)
      (%check-range 'string-split 6 start end (string-length text))
      (if limit (%check-size 'string-split 4 limit))
      (if (not (memq grammar '(infix strict-infix prefix suffix)))
          (%wrong-type 'string-split 3 "grammar (infix, strict-infix, prefix or suffix)" grammar))
      (if (= start end)
          (if (eq? grammar 'strict-infix)
              (error "string-split: an empty string with the grammar strict-infix")
              '())
          (let* ((size (string-length delimiter))
                 (start (if (and (eq? grammar 'prefix)
                                 (string-prefix? delimiter text 0 size start end))
                            (+ start size)
                            start))
                 (parts (if (= size 0)
                            (split-chars text start end limit)
                            (split-at text delimiter size start end limit))))
            (if (and (eq? grammar 'suffix) (pair? parts) (string=? (car parts) ""))
                (reverse (cdr parts))
                (reverse parts)))))

    ;; The parts, last one first. After `limit` splits the rest stays whole.
    (define (split-at text delimiter size start end limit)
      (let loop ((start start) (left limit) (parts '()))
        (let ((at (and (not (eqv? left 0)) (string-contains text delimiter start end))))
          (if at
              (loop (+ at size)
                    (and left (- left 1))
                    (cons (substring text start at) parts))
              (cons (substring text start end) parts)))))

    (define (split-chars text start end limit)
      (let loop ((start start) (left limit) (parts '()))
        (cond ((= start end) parts)
              ((or (eqv? left 0) (= (+ start 1) end)) (cons (substring text start end) parts))
              (else
               (loop (+ start 1)
                     (and left (- left 1))
                     (cons (substring text start (+ start 1)) parts))))))))
