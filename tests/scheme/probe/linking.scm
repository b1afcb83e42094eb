;; skip-stress: the numbers of requests for memory are others then
;; A procedure of the library that is referred to for the first time when the heap is full: that is
;; what the program is told, and nothing else; later it is there.
;; expect: some were told so
;; expect: all are there
(import (lisle base) (lisle probe))

(define names
  '(append-reverse append-map filter-map partition! reduce-right fold-right pair-fold unfold
    unfold-right list-tabulate list-index delete delete-duplicates assoc member any every find find-tail
    span break take-while drop-while concatenate zip unzip2 lset-adjoin lset-union lset-intersection
    lset-difference lset-xor string-map string-for-each vector-map vector-for-each char-upcase
    list-copy make-list string-join exact-integer-sqrt call-with-output-string vector-binary-search
    hash-table-update! hash-table-walk hash-table-fold list-sort vector-sort make-promise
    make-parameter dynamic-wind call-with-port apply vector-append string-count))

(define (attempt name n)
  (let ((result
         (guard (e ((heap-exhausted? e) 'full)
                   (#t (probe-fail-allocation! 0 0) (list 'error (condition/report-string e))))
           (probe-fail-allocation! n 1)
           (let ((value (eval name (interaction-environment))))
             (probe-fail-allocation! 0 0)
             value))))
    (probe-fail-allocation! 0 0)
    result))

(define told 0)
(define missing '())
(let loop ((names names) (n 1))
  (if (pair? names)
      (let ((first (attempt (car names) n)))
        (if (eq? first 'full) (set! told (+ told 1)))
        (let ((then (attempt (car names) 0)))
          (if (not (and (or (eq? first 'full) (procedure? first)) (procedure? then)))
              (set! missing (cons (list (car names) first then) missing))))
        (loop (cdr names) (if (= n 24) 1 (+ n 1))))))
(display (if (> told 10) "some were told so" told))
(newline)
(display (if (null? missing) "all are there" missing))
(newline)
