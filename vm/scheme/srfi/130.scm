;;; SRFI 130: strings with cursors. A cursor is the index itself, so whatever takes cursors takes
;;; indexes too. The rest is SRFI 152.

(define-library (srfi 130)
  (export
   string-cursor? string-cursor-start string-cursor-end string-cursor-next string-cursor-prev
   string-cursor-forward string-cursor-back string-cursor=? string-cursor<? string-cursor>?
   string-cursor<=? string-cursor>=? string-cursor-diff string-cursor->index
   string-index->cursor
   string? string-null? string-every string-any
   make-string string string-tabulate string-unfold string-unfold-right
   string->list string->vector list->string vector->string
   (rename string->list string->list/cursors) (rename string->vector string->vector/cursors)
   reverse-list->string string-join
   string-length string-ref (rename string-ref string-ref/cursor)
   substring string-copy (rename substring substring/cursors)
   (rename string-copy string-copy/cursors)
   string-take string-drop string-take-right string-drop-right string-pad string-pad-right
   string-trim string-trim-right string-trim-both
   string-set! string-fill! string-copy!
   string=? string<? string>? string<=? string>=?
   string-ci=? string-ci<? string-ci>? string-ci<=? string-ci>=?
   string-prefix-length string-suffix-length string-prefix? string-suffix?
   (rename cursor-index string-index) (rename cursor-index-right string-index-right)
   (rename cursor-skip string-skip) (rename cursor-skip-right string-skip-right)
   string-contains string-contains-right
   string-upcase string-downcase string-foldcase
   string-append string-reverse string-concatenate string-concatenate-reverse
   string-fold string-fold-right string-map string-for-each string-for-each-cursor
   string-replicate string-count string-replace string-split string-filter string-remove
   string->utf8 utf8->string)
  (import (scheme base) (scheme char) (only (lisle base) string-reverse)
          (except (srfi 152) string-map string-for-each) (srfi 227) (lisle internal))
  (begin

    (define (string-cursor? obj)
      (and (exact-integer? obj) (>= obj 0)))

    (define (string-cursor-start text)
      (%check-string 'string-cursor-start 1 text)
      0)

    (define (string-cursor-end text) (string-length text))

    (define (moved who text cursor by)
      (%check-string who 1 text)
      (%check-index who 2 cursor 0 (string-length text))
      (let ((cursor (+ cursor by)))
        (if (not (<= 0 cursor (string-length text)))
            (%out-of-range who 2 cursor))
        cursor))

    (define (string-cursor-next text cursor) (moved 'string-cursor-next text cursor 1))
    (define (string-cursor-prev text cursor) (moved 'string-cursor-prev text cursor -1))

    (define (string-cursor-forward text cursor size)
      (%check-size 'string-cursor-forward 3 size)
      (moved 'string-cursor-forward text cursor size))

    (define (string-cursor-back text cursor size)
      (%check-size 'string-cursor-back 3 size)
      (moved 'string-cursor-back text cursor (- size)))

    (define (string-cursor=? a b) (= a b))
    (define (string-cursor<? a b) (< a b))
    (define (string-cursor>? a b) (> a b))
    (define (string-cursor<=? a b) (<= a b))
    (define (string-cursor>=? a b) (>= a b))

    (define (string-cursor-diff text start end)
      (%check-string 'string-cursor-diff 1 text)
      (- end start))

    (define (string-cursor->index text cursor)
      (moved 'string-cursor->index text cursor 0))

    (define (string-index->cursor text index)
      (moved 'string-index->cursor text index 0))

    ;; Searches return the end, or the start, when they find nothing; from the right, the cursor
    ;; after what they find.

    (define-optionals* (cursor-index text found? (start 0) (end (string-length text)))
      (or (string-index text found? start end) end))

    (define-optionals* (cursor-index-right text found? (start 0) (end (string-length text)))
      (let ((index (string-index-right text found? start end)))
        (if index (+ index 1) start)))

    (define-optionals* (cursor-skip text skipped? (start 0) (end (string-length text)))
      (or (string-skip text skipped? start end) end))

    (define-optionals* (cursor-skip-right text skipped? (start 0) (end (string-length text)))
      (let ((index (string-skip-right text skipped? start end)))
        (if index (+ index 1) start)))

    (define-optionals* (string-for-each-cursor f text (start 0) (end (string-length text)))
      (%check-function 'string-for-each-cursor 1 f)
      (%check-range 'string-for-each-cursor 4 start end (string-length text))
      (let loop ((cursor start))
        (if (< cursor end)
            (begin
              (f cursor)
              (loop (+ cursor 1))))))))
