;;; SRFI 128: comparators.

(define-library (srfi 128)
  (export comparator? comparator-ordered? comparator-hashable?
          make-comparator make-pair-comparator make-list-comparator make-vector-comparator
          make-eq-comparator make-eqv-comparator make-equal-comparator
          boolean-hash char-hash char-ci-hash string-hash string-ci-hash symbol-hash number-hash
          make-default-comparator default-hash comparator-register-default!
          comparator-type-test-predicate comparator-equality-predicate
          comparator-ordering-predicate comparator-hash-function
          comparator-test-type comparator-check-type comparator-hash
          hash-bound hash-salt
          =? <? >? <=? >=? comparator-if<=>)
  (import (scheme base) (scheme char) (scheme inexact) (scheme complex)
          (only (srfi 1) find)
          (only (lisle base) string-hash string-ci-hash symbol-hash symbol<? eq-hash eqv-hash
                equal-hash)
          (srfi 227) (lisle internal))
  (begin

    (define-record-type <comparator>
      (make-record type-test equality ordering hash ordered? hashable?)
      comparator?
      (type-test type-test-of)
      (equality equality-of)
      (ordering ordering-of)
      (hash hash-of)
      (ordered? ordered-of?)
      (hashable? hashable-of?))

    (define (check who position obj)
      (if (not (comparator? obj)) (%wrong-type who position "comparator" obj)))

    (define (make-comparator type-test equality ordering hash)
      (if (not (eq? type-test #t)) (%check-function 'make-comparator 1 type-test))
      (if (not (eq? equality #t)) (%check-function 'make-comparator 2 equality))
      (if ordering (%check-function 'make-comparator 3 ordering))
      (if hash (%check-function 'make-comparator 4 hash))
      (if (and (eq? equality #t) (not ordering))
          (error "make-comparator: equality by ordering needs an ordering predicate"))
      (make-record (if (eq? type-test #t) (lambda (obj) #t) type-test)
                   (if (eq? equality #t)
                       (lambda (a b) (not (or (ordering a b) (ordering b a))))
                       equality)
                   (or ordering
                       (lambda (a b) (error "this comparator has no ordering predicate" a b)))
                   (or hash
                       (lambda (obj) (error "this comparator has no hash function" obj)))
                   (and ordering #t)
                   (and hash #t)))

    (define (comparator-ordered? comparator)
      (check 'comparator-ordered? 1 comparator)
      (ordered-of? comparator))
    (define (comparator-hashable? comparator)
      (check 'comparator-hashable? 1 comparator)
      (hashable-of? comparator))
    (define (comparator-type-test-predicate comparator)
      (check 'comparator-type-test-predicate 1 comparator)
      (type-test-of comparator))
    (define (comparator-equality-predicate comparator)
      (check 'comparator-equality-predicate 1 comparator)
      (equality-of comparator))
    (define (comparator-ordering-predicate comparator)
      (check 'comparator-ordering-predicate 1 comparator)
      (ordering-of comparator))
    (define (comparator-hash-function comparator)
      (check 'comparator-hash-function 1 comparator)
      (hash-of comparator))
    (define (comparator-test-type comparator obj)
      (check 'comparator-test-type 1 comparator)
      ((type-test-of comparator) obj))
    (define (comparator-check-type comparator obj)
      (or (comparator-test-type comparator obj)
          (error "comparator-check-type: the comparator is not for this" comparator obj)))
    (define (comparator-hash comparator obj)
      (check 'comparator-hash 1 comparator)
      ((hash-of comparator) obj))

    ;; Hashing

    (define-syntax hash-bound (syntax-rules () ((_) 33554432)))
    (define-syntax hash-salt (syntax-rules () ((_) 16064047)))

    (define (combine a b)
      (modulo (+ (* 31 a) b) (hash-bound)))

    (define (boolean-hash obj) (if obj 1 0))
    (define (char-hash char) (modulo (* (+ 1 (char->integer char)) 2654435) (hash-bound)))
    (define (char-ci-hash char) (char-hash (char-foldcase char)))
    ;; Numbers that are = have the same hash.
    (define (number-hash number)
      (cond ((exact-integer? number) (modulo number (hash-bound)))
            ((not (real? number))
             (combine (number-hash (real-part number)) (number-hash (imag-part number))))
            ((or (nan? number) (infinite? number)) (equal-hash number))
            (else
             (let ((exactly (exact number)))
               (if (integer? exactly)
                   (modulo exactly (hash-bound))
                   (combine (modulo (numerator exactly) (hash-bound))
                            (modulo (denominator exactly) (hash-bound))))))))

    ;; Comparators of compound objects

    (define (make-pair-comparator car-comparator cdr-comparator)
      (check 'make-pair-comparator 1 car-comparator)
      (check 'make-pair-comparator 2 cdr-comparator)
      (make-comparator
       (lambda (obj)
         (and (pair? obj)
              (comparator-test-type car-comparator (car obj))
              (comparator-test-type cdr-comparator (cdr obj))))
       (lambda (a b)
         (and ((equality-of car-comparator) (car a) (car b))
              ((equality-of cdr-comparator) (cdr a) (cdr b))))
       (and (ordered-of? car-comparator)
            (ordered-of? cdr-comparator)
            (lambda (a b)
              (cond (((ordering-of car-comparator) (car a) (car b)) #t)
                    (((equality-of car-comparator) (car a) (car b))
                     ((ordering-of cdr-comparator) (cdr a) (cdr b)))
                    (else #f))))
       (and (hashable-of? car-comparator)
            (hashable-of? cdr-comparator)
            (lambda (obj)
              (combine (+ 7 ((hash-of car-comparator) (car obj)))
                       ((hash-of cdr-comparator) (cdr obj)))))))

    (define-optionals* (make-list-comparator element (list-test list?) (empty? null?)
                                             (head car) (tail cdr))
      (check 'make-list-comparator 1 element)
      (make-comparator
       (lambda (obj)
         (and (list-test obj)
              (let loop ((rest obj))
                (or (empty? rest)
                    (and (comparator-test-type element (head rest))
                         (loop (tail rest)))))))
       (lambda (a b)
         (let loop ((a a) (b b))
           (cond ((empty? a) (empty? b))
                 ((empty? b) #f)
                 (((equality-of element) (head a) (head b)) (loop (tail a) (tail b)))
                 (else #f))))
       (and (ordered-of? element)
            (lambda (a b)
              (let loop ((a a) (b b))
                (cond ((empty? b) #f)
                      ((empty? a) #t)
                      (((ordering-of element) (head a) (head b)) #t)
                      (((equality-of element) (head a) (head b)) (loop (tail a) (tail b)))
                      (else #f)))))
       (and (hashable-of? element)
            (lambda (obj)
              (let loop ((rest obj) (hash 5))
                (if (empty? rest)
                    hash
                    (loop (tail rest) (combine hash ((hash-of element) (head rest))))))))))

    ;; Shorter vectors come first.
    (define-optionals* (make-vector-comparator element (vector-test vector?)
                                               (size-of vector-length) (ref vector-ref))
      (check 'make-vector-comparator 1 element)
      (make-comparator
       (lambda (obj)
         (and (vector-test obj)
              (let ((size (size-of obj)))
                (let loop ((index 0))
                  (or (= index size)
                      (and (comparator-test-type element (ref obj index))
                           (loop (+ index 1))))))))
       (lambda (a b)
         (let ((size (size-of a)))
           (and (= size (size-of b))
                (let loop ((index 0))
                  (or (= index size)
                      (and ((equality-of element) (ref a index) (ref b index))
                           (loop (+ index 1))))))))
       (and (ordered-of? element)
            (lambda (a b)
              (let ((size (size-of a)))
                (cond ((< size (size-of b)) #t)
                      ((> size (size-of b)) #f)
                      (else
                       (let loop ((index 0))
                         (cond ((= index size) #f)
                               (((ordering-of element) (ref a index) (ref b index)) #t)
                               (((equality-of element) (ref a index) (ref b index))
                                (loop (+ index 1)))
                               (else #f))))))))
       (and (hashable-of? element)
            (lambda (obj)
              (let ((size (size-of obj)))
                (let loop ((index 0) (hash 11))
                  (if (= index size)
                      hash
                      (loop (+ index 1) (combine hash ((hash-of element) (ref obj index)))))))))))

    (define (bounded hash)
      (lambda (obj) (modulo (hash obj) (hash-bound))))

    (define the-eq-comparator (make-comparator #t eq? #f (bounded eq-hash)))
    (define the-eqv-comparator (make-comparator #t eqv? #f (bounded eqv-hash)))
    (define the-equal-comparator (make-comparator #t equal? #f (bounded equal-hash)))
    (define (make-eq-comparator) the-eq-comparator)
    (define (make-eqv-comparator) the-eqv-comparator)
    (define (make-equal-comparator) the-equal-comparator)

    ;; The default comparator: types in a fixed order, then what was registered, then the rest.

    (define registered '())

    (define (comparator-register-default! comparator)
      (check 'comparator-register-default! 1 comparator)
      (set! registered (append registered (list comparator))))

    (define (registered-for obj)
      (find (lambda (comparator) (comparator-test-type comparator obj)) registered))

    ;; Complex numbers by their real parts, then their imaginary ones. Not-a-number comes first.
    (define (number<? a b)
      (define (real<? a b)
        (cond ((nan? a) (not (nan? b)))
              ((nan? b) #f)
              (else (< a b))))
      (if (and (real? a) (real? b))
          (real<? a b)
          (or (real<? (real-part a) (real-part b))
              (and (not (real<? (real-part b) (real-part a)))
                   (real<? (imag-part a) (imag-part b))))))

    (define (type-rank obj)
      (cond ((null? obj) 0)
            ((pair? obj) 1)
            ((boolean? obj) 2)
            ((char? obj) 3)
            ((string? obj) 4)
            ((symbol? obj) 5)
            ((number? obj) 6)
            ((vector? obj) 7)
            ((bytevector? obj) 8)
            (else 9)))

    (define (default<? a b)
      (let ((rank-a (type-rank a))
            (rank-b (type-rank b)))
        (cond ((< rank-a rank-b) #t)
              ((> rank-a rank-b) #f)
              (else
               (case rank-a
                 ((0) #f)
                 ((1) ((ordering-of pairs) a b))
                 ((2) (and (not a) b))
                 ((3) (char<? a b))
                 ((4) (string<? a b))
                 ((5) (symbol<? a b))
                 ((6) (number<? a b))
                 ((7) ((ordering-of vectors) a b))
                 ((8) ((ordering-of bytevectors) a b))
                 (else
                  (let ((comparator-a (registered-for a))
                        (comparator-b (registered-for b)))
                    (cond ((not comparator-a) (and comparator-b #t))
                          ((not comparator-b) #f)
                          ((eq? comparator-a comparator-b) ((ordering-of comparator-a) a b))
                          (else
                           (and (memq comparator-b (memq comparator-a registered)) #t))))))))))

    (define (default=? a b)
      (let ((rank (type-rank a)))
        (and (= rank (type-rank b))
             (case rank
               ((0) #t)
               ((1) ((equality-of pairs) a b))
               ((2 3 5) (eqv? a b))
               ((4) (string=? a b))
               ((6) (or (= a b) (and (real? a) (real? b) (nan? a) (nan? b))))
               ((7) ((equality-of vectors) a b))
               ((8) (equal? a b))
               (else
                (let ((comparator (registered-for a)))
                  (if comparator
                      (and (eq? comparator (registered-for b))
                           ((equality-of comparator) a b))
                      (equal? a b))))))))

    (define (default-hash obj)
      (case (type-rank obj)
        ((0) 0)
        ((1) ((hash-of pairs) obj))
        ((2) (boolean-hash obj))
        ((3) (char-hash obj))
        ((4) (string-hash obj))
        ((5) (symbol-hash obj))
        ((6) (number-hash obj))
        ((7) ((hash-of vectors) obj))
        ((8) ((hash-of bytevectors) obj))
        (else
         (let ((comparator (registered-for obj)))
           (if comparator
               ((hash-of comparator) obj)
               (modulo (equal-hash obj) (hash-bound)))))))

    (define the-default-comparator (make-comparator #t default=? default<? default-hash))
    (define (make-default-comparator) the-default-comparator)

    (define pairs (make-pair-comparator the-default-comparator the-default-comparator))
    (define vectors (make-vector-comparator the-default-comparator))
    (define bytevectors
      (make-vector-comparator the-default-comparator bytevector? bytevector-length
                              bytevector-u8-ref))

    ;; Comparison predicates

    (define (in-order? who holds? comparator a b more)
      (check who 1 comparator)
      (and (holds? comparator a b)
           (or (null? more)
               (in-order? who holds? comparator b (car more) (cdr more)))))

    (define (=2 comparator a b) ((equality-of comparator) a b))
    (define (<2 comparator a b) ((ordering-of comparator) a b))

    (define (=? comparator a b . more) (in-order? '=? =2 comparator a b more))
    (define (<? comparator a b . more) (in-order? '<? <2 comparator a b more))
    (define (>? comparator a b . more)
      (in-order? '>? (lambda (comparator a b) (<2 comparator b a)) comparator a b more))
    (define (<=? comparator a b . more)
      (in-order? '<=? (lambda (comparator a b) (not (<2 comparator b a))) comparator a b more))
    (define (>=? comparator a b . more)
      (in-order? '>=? (lambda (comparator a b) (not (<2 comparator a b))) comparator a b more))

    (define-syntax comparator-if<=>
      (syntax-rules ()
        ((_ a b less equal greater)
         (comparator-if<=> (make-default-comparator) a b less equal greater))
        ((_ comparator a b less equal greater)
         (three-way comparator a b
                    (lambda () less) (lambda () equal) (lambda () greater)))))

    (define (three-way comparator a b less equal greater)
      (cond ((=? comparator a b) (equal))
            ((<? comparator a b) (less))
            (else (greater))))))
