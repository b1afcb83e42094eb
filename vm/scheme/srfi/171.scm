;;; SRFI 171: transducers.
;;;
;;; A reducer takes no argument (the seed), one (the result so far, to be finished) or two (the result
;;; and an input). A transducer makes a reducer of another.

(define-library (srfi 171 meta)
  (export reduced reduced? unreduce ensure-reduced preserving-reduced
          list-reduce vector-reduce string-reduce bytevector-u8-reduce port-reduce
          generator-reduce)
  (import (scheme base))
  (begin

    ;; A result that ends the reduction.
    (define-record-type <reduced>
      (reduced value)
      reduced?
      (value unreduce))

    (define (ensure-reduced obj) (if (reduced? obj) obj (reduced obj)))

    ;; For a reduction inside another: the end of the inner one ends the outer one too.
    (define (preserving-reduced reducer)
      (lambda (result item)
        (let ((result (reducer result item)))
          (if (reduced? result) (reduced result) result))))

    (define (list-reduce f result items)
      (if (null? items)
          result
          (let ((result (f result (car items))))
            (if (reduced? result)
                (unreduce result)
                (list-reduce f result (cdr items))))))

    (define (index-reduce f result items size ref)
      (let loop ((index 0) (result result))
        (if (= index size)
            result
            (let ((result (f result (ref items index))))
              (if (reduced? result)
                  (unreduce result)
                  (loop (+ index 1) result))))))

    (define (vector-reduce f result items)
      (index-reduce f result items (vector-length items) vector-ref))
    (define (string-reduce f result items)
      (index-reduce f result items (string-length items) string-ref))
    (define (bytevector-u8-reduce f result items)
      (index-reduce f result items (bytevector-length items) bytevector-u8-ref))

    (define (generator-reduce f result generator)
      (let loop ((result result))
        (let ((item (generator)))
          (if (eof-object? item)
              result
              (let ((result (f result item)))
                (if (reduced? result)
                    (unreduce result)
                    (loop result)))))))

    (define (port-reduce f result read-item port)
      (generator-reduce f result (lambda () (read-item port))))))

(define-library (srfi 171)
  (export
   list-transduce vector-transduce string-transduce bytevector-u8-transduce port-transduce
   generator-transduce
   rcons reverse-rcons rcount rany revery
   tmap tfilter tremove tfilter-map treplace tdrop tdrop-while ttake ttake-while tconcatenate
   tappend-map tflatten tdelete-neighbor-duplicates tdelete-duplicates tsegment tpartition
   tadd-between tenumerate tlog)
  (import (scheme base) (scheme case-lambda) (scheme write) (srfi 171 meta)
          (only (srfi 125) make-hash-table hash-table-contains? hash-table-ref hash-table-set!
                hash-table?)
          (srfi 227) (lisle internal))
  (begin

    ;; Reducers

    (define rcons
      (case-lambda
        (() '())
        ((items) (reverse items))
        ((items item) (cons item items))))

    (define reverse-rcons
      (case-lambda
        (() '())
        ((items) items)
        ((items item) (cons item items))))

    (define rcount
      (case-lambda
        (() 0)
        ((count) count)
        ((count item) (+ count 1))))

    (define (rany found?)
      (%check-function 'rany 1 found?)
      (case-lambda
        (() #f)
        ((result) result)
        ((result item)
         (let ((value (found? item)))
           (if value (reduced value) #f)))))

    (define (revery holds?)
      (%check-function 'revery 1 holds?)
      (case-lambda
        (() #t)
        ((result) result)
        ((result item)
         (let ((value (and result (holds? item))))
           (if value value (reduced #f))))))

    ;; Transducing

    (define-syntax define-transduce
      (syntax-rules ()
        ((_ name reduce)
         (define name
           (case-lambda
             ((transducer f items) (name transducer f (f) items))
             ((transducer f seed items)
              (%check-function 'name 1 transducer)
              (%check-function 'name 2 f)
              (let ((reducer (transducer f)))
                (reducer (reduce reducer seed items)))))))))

    (define-transduce list-transduce list-reduce)
    (define-transduce vector-transduce vector-reduce)
    (define-transduce string-transduce string-reduce)
    (define-transduce bytevector-u8-transduce bytevector-u8-reduce)
    (define-transduce generator-transduce generator-reduce)

    (define port-transduce
      (case-lambda
        ((transducer f read-item)
         (generator-transduce transducer f read-item))
        ((transducer f read-item port)
         (generator-transduce transducer f (lambda () (read-item port))))
        ((transducer f seed read-item port)
         (generator-transduce transducer f seed (lambda () (read-item port))))))

    ;; Transducers. State is made anew for each use.

    (define-syntax transducer
      (syntax-rules ()
        ((_ reducer (result item) step)
         (transducer reducer (result item) step (reducer result)))
        ((_ reducer (result item) step finish)
         (case-lambda
           (() (reducer))
           ((result) finish)
           ((result item) step)))))

    (define (tmap f)
      (%check-function 'tmap 1 f)
      (lambda (reducer)
        (transducer reducer (result item) (reducer result (f item)))))

    (define (tfilter keep?)
      (%check-function 'tfilter 1 keep?)
      (lambda (reducer)
        (transducer reducer (result item) (if (keep? item) (reducer result item) result))))

    (define (tremove drop?)
      (%check-function 'tremove 1 drop?)
      (tfilter (lambda (item) (not (drop? item)))))

    (define (tfilter-map f)
      (%check-function 'tfilter-map 1 f)
      (lambda (reducer)
        (transducer reducer (result item)
                    (let ((value (f item)))
                      (if value (reducer result value) result)))))

    ;; By an association list, a hash table or a procedure.
    (define (treplace mapping)
      (tmap (cond ((list? mapping)
                   (lambda (item)
                     (let ((entry (assoc item mapping)))
                       (if entry (cdr entry) item))))
                  ((hash-table? mapping)
                   (lambda (item) (hash-table-ref mapping item (lambda () item))))
                  ((procedure? mapping) mapping)
                  (else (%wrong-type 'treplace 1 "list, hash table or procedure" mapping)))))

    (define (tdrop size)
      (%check-size 'tdrop 1 size)
      (lambda (reducer)
        (let ((left size))
          (transducer reducer (result item)
                      (if (> left 0)
                          (begin
                            (set! left (- left 1))
                            result)
                          (reducer result item))))))

    (define (tdrop-while drop?)
      (%check-function 'tdrop-while 1 drop?)
      (lambda (reducer)
        (let ((dropping? #t))
          (transducer reducer (result item)
                      (if (and dropping? (drop? item))
                          result
                          (begin
                            (set! dropping? #f)
                            (reducer result item)))))))

    (define (ttake size)
      (%check-size 'ttake 1 size)
      (lambda (reducer)
        (let ((left size))
          (transducer reducer (result item)
                      (begin
                        (set! left (- left 1))
                        (cond ((< left 0) (ensure-reduced result))
                              ((= left 0) (ensure-reduced (reducer result item)))
                              (else (reducer result item))))))))

    (define-optionals* (ttake-while keep? (return (lambda (result item) result)))
      (%check-function 'ttake-while 1 keep?)
      (lambda (reducer)
        (let ((taking? #t))
          (transducer reducer (result item)
                      (if (and taking? (keep? item))
                          (reducer result item)
                          (begin
                            (set! taking? #f)
                            (ensure-reduced (return result item))))))))

    (define (tconcatenate reducer)
      (let ((inner (preserving-reduced reducer)))
        (transducer reducer (result items) (list-reduce inner result items))))

    (define (tappend-map f)
      (%check-function 'tappend-map 1 f)
      (lambda (reducer) ((tmap f) (tconcatenate reducer))))

    (define (tflatten reducer)
      (define step
        (transducer reducer (result item)
                    (if (list? item)
                        (list-reduce (preserving-reduced step) result item)
                        (reducer result item))))
      step)

    (define-optionals* (tdelete-neighbor-duplicates (same? equal?))
      (lambda (reducer)
        (let ((first? #t)
              (previous #f))
          (transducer reducer (result item)
                      (if (and (not first?) (same? previous item))
                          result
                          (begin
                            (set! first? #f)
                            (set! previous item)
                            (reducer result item)))))))

    (define-optionals* (tdelete-duplicates (same? equal?))
      (lambda (reducer)
        (let ((seen (make-hash-table same?)))
          (transducer reducer (result item)
                      (if (hash-table-contains? seen item)
                          result
                          (begin
                            (hash-table-set! seen item #t)
                            (reducer result item)))))))

    ;; What is collected when the input ends is passed on then.
    (define (flush reducer result collected)
      (if (null? collected)
          (reducer result)
          (reducer (unreduce-if (reducer result (reverse collected))))))

    (define (unreduce-if result) (if (reduced? result) (unreduce result) result))

    (define (tsegment size)
      (if (not (and (exact-integer? size) (positive? size)))
          (%wrong-type 'tsegment 1 "exact positive integer" size))
      (lambda (reducer)
        (let ((collected '())
              (count 0))
          (transducer reducer (result item)
                      (begin
                        (set! collected (cons item collected))
                        (set! count (+ count 1))
                        (if (= count size)
                            (let ((segment (reverse collected)))
                              (set! collected '())
                              (set! count 0)
                              (reducer result segment))
                            result))
                      (let ((rest collected))
                        (set! collected '())
                        (set! count 0)
                        (flush reducer result rest))))))

    ;; A new list begins where the value of `f` changes.
    (define (tpartition f)
      (%check-function 'tpartition 1 f)
      (lambda (reducer)
        (let ((collected '())
              (current #f))
          (transducer reducer (result item)
                      (let ((value (f item)))
                        (if (or (null? collected) (equal? value current))
                            (begin
                              (set! current value)
                              (set! collected (cons item collected))
                              result)
                            (let ((part (reverse collected)))
                              (set! current value)
                              (set! collected (list item))
                              (let ((result (reducer result part)))
                                (if (reduced? result) (set! collected '()))
                                result))))
                      (let ((rest collected))
                        (set! collected '())
                        (flush reducer result rest))))))

    (define (tadd-between separator)
      (lambda (reducer)
        (let ((first? #t))
          (transducer reducer (result item)
                      (if first?
                          (begin
                            (set! first? #f)
                            (reducer result item))
                          (let ((result (reducer result separator)))
                            (if (reduced? result)
                                result
                                (reducer result item))))))))

    (define-optionals* (tenumerate (start 0))
      (lambda (reducer)
        (let ((index (- start 1)))
          (transducer reducer (result item)
                      (begin
                        (set! index (+ index 1))
                        (reducer result (cons index item)))))))

    (define-optionals* (tlog (log (lambda (result item) (write item) (newline))))
      (lambda (reducer)
        (transducer reducer (result item)
                    (begin
                      (log result item)
                      (reducer result item)))))))
