;;; Procedures on vectors and strings that take procedures.
;;;
;;; As with lists, results are collected without mutation before they are stored.

;; Vectors

(define (%shortest lengths)
  (let loop ((least (car lengths)) (rest (cdr lengths)))
    (if (pair? rest)
        (loop (min least (car rest)) (cdr rest))
        least)))

(define (%strings-row texts index)
  (if (pair? texts)
      (cons (string-ref (car texts) index) (%strings-row (cdr texts) index))
      '()))

(define vector-map
  (case-lambda
    ((f items)
     (let ((size (vector-length items)))
       (let loop ((index 0) (done '()))
         (if (< index size)
             (loop (+ index 1) (cons (f (vector-ref items index)) done))
             (list->vector (reverse done))))))
    ((f items1 items2)
     (let ((size (min (vector-length items1) (vector-length items2))))
       (let loop ((index 0) (done '()))
         (if (< index size)
             (loop (+ index 1)
                   (cons (f (vector-ref items1 index) (vector-ref items2 index)) done))
             (list->vector (reverse done))))))
    ((f . vectors)
     (let ((size (%shortest (map vector-length vectors))))
       (let loop ((index 0) (done '()))
         (if (< index size)
             (loop (+ index 1) (cons (apply f (%vectors-row vectors index)) done))
             (list->vector (reverse done))))))))

(define vector-map!
  (case-lambda
    ((f items)
     (let ((size (vector-length items)))
       (let loop ((index 0))
         (if (< index size)
             (begin
               (vector-set! items index (f (vector-ref items index)))
               (loop (+ index 1)))))))
    ((f . vectors)
     (let ((size (%shortest (map vector-length vectors))))
       (let loop ((index 0))
         (if (< index size)
             (begin
               (vector-set! (car vectors) index (apply f (%vectors-row vectors index)))
               (loop (+ index 1)))))))))

(define vector-for-each
  (case-lambda
    ((f items)
     (let ((size (vector-length items)))
       (let loop ((index 0))
         (if (< index size)
             (begin
               (f (vector-ref items index))
               (loop (+ index 1)))))))
    ((f items1 items2)
     (let ((size (min (vector-length items1) (vector-length items2))))
       (let loop ((index 0))
         (if (< index size)
             (begin
               (f (vector-ref items1 index) (vector-ref items2 index))
               (loop (+ index 1)))))))
    ((f . vectors)
     (let ((size (%shortest (map vector-length vectors))))
       (let loop ((index 0))
         (if (< index size)
             (begin
               (apply f (%vectors-row vectors index))
               (loop (+ index 1)))))))))

(define vector-fold
  (case-lambda
    ((f initial items)
     (let ((size (vector-length items)))
       (let loop ((index 0) (result initial))
         (if (< index size)
             (loop (+ index 1) (f result (vector-ref items index)))
             result))))
    ((f initial . vectors)
     (let ((size (%shortest (map vector-length vectors))))
       (let loop ((index 0) (result initial))
         (if (< index size)
             (loop (+ index 1) (apply f result (%vectors-row vectors index)))
             result))))))

(define vector-count
  (case-lambda
    ((counted? items)
     (let ((size (vector-length items)))
       (let loop ((index 0) (total 0))
         (if (< index size)
             (loop (+ index 1) (if (counted? (vector-ref items index)) (+ total 1) total))
             total))))
    ((counted? . vectors)
     (let ((size (%shortest (map vector-length vectors))))
       (let loop ((index 0) (total 0))
         (if (< index size)
             (loop (+ index 1) (if (apply counted? (%vectors-row vectors index)) (+ total 1) total))
             total))))))

(define vector-index
  (case-lambda
    ((found? items)
     (let ((size (vector-length items)))
       (let loop ((index 0))
         (cond ((>= index size) #f)
               ((found? (vector-ref items index)) index)
               (else (loop (+ index 1)))))))
    ((found? . vectors)
     (let ((size (%shortest (map vector-length vectors))))
       (let loop ((index 0))
         (cond ((>= index size) #f)
               ((apply found? (%vectors-row vectors index)) index)
               (else (loop (+ index 1)))))))))

;; As with lists, the last call is a tail call.
(define vector-any
  (case-lambda
    ((found? items)
     (let ((last (- (vector-length items) 1)))
       (and (>= last 0)
            (let loop ((index 0))
              (if (< index last)
                  (or (found? (vector-ref items index))
                      (loop (+ index 1)))
                  (found? (vector-ref items index)))))))
    ((found? . vectors)
     (let ((last (- (%shortest (map vector-length vectors)) 1)))
       (and (>= last 0)
            (let loop ((index 0))
              (if (< index last)
                  (or (apply found? (%vectors-row vectors index))
                      (loop (+ index 1)))
                  (apply found? (%vectors-row vectors index)))))))))

(define vector-every
  (case-lambda
    ((holds? items)
     (let ((last (- (vector-length items) 1)))
       (or (< last 0)
           (let loop ((index 0))
             (if (< index last)
                 (and (holds? (vector-ref items index))
                      (loop (+ index 1)))
                 (holds? (vector-ref items index)))))))
    ((holds? . vectors)
     (let ((last (- (%shortest (map vector-length vectors)) 1)))
       (or (< last 0)
           (let loop ((index 0))
             (if (< index last)
                 (and (apply holds? (%vectors-row vectors index))
                      (loop (+ index 1)))
                 (apply holds? (%vectors-row vectors index)))))))))

(define (vector-tabulate f size)
  (list->vector (list-tabulate size f)))

;; The index of an element for which `(compare element key)` is zero, or #f (SRFI 133).
(define (vector-binary-search items key compare)
  (let loop ((low 0) (high (vector-length items)))
    (if (< low high)
        (let* ((middle (quotient (+ low high) 2))
               (order (compare (vector-ref items middle) key)))
          (cond ((= order 0) middle)
                ((> order 0) (loop low middle))
                (else (loop (+ middle 1) high))))
        #f)))

;; Strings

(define string-map
  (case-lambda
    ((f text)
     (let ((size (string-length text)))
       (let loop ((index 0) (done '()))
         (if (< index size)
             (loop (+ index 1) (cons (f (string-ref text index)) done))
             (list->string (reverse done))))))
    ((f . texts)
     (let ((size (%shortest (map string-length texts))))
       (let loop ((index 0) (done '()))
         (if (< index size)
             (loop (+ index 1) (cons (apply f (%strings-row texts index)) done))
             (list->string (reverse done))))))))

(define string-for-each
  (case-lambda
    ((f text)
     (let ((size (string-length text)))
       (let loop ((index 0))
         (if (< index size)
             (begin
               (f (string-ref text index))
               (loop (+ index 1)))))))
    ((f . texts)
     (let ((size (%shortest (map string-length texts))))
       (let loop ((index 0))
         (if (< index size)
             (begin
               (apply f (%strings-row texts index))
               (loop (+ index 1)))))))))

;; Where a procedure on strings takes a predicate, it takes a character too.
(define (%char-test test)
  (if (char? test)
      (lambda (char) (char=? char test))
      test))

(define string-count
  (case-lambda
    ((text test) (string-count text test 0 (string-length text)))
    ((text test start) (string-count text test start (string-length text)))
    ((text test start end)
     (let ((test (%char-test test)))
       (let loop ((index start) (total 0))
         (if (< index end)
             (loop (+ index 1) (if (test (string-ref text index)) (+ total 1) total))
             total))))))

(define string-index
  (case-lambda
    ((text test) (string-index text test 0 (string-length text)))
    ((text test start) (string-index text test start (string-length text)))
    ((text test start end)
     (let ((test (%char-test test)))
       (let loop ((index start))
         (cond ((>= index end) #f)
               ((test (string-ref text index)) index)
               (else (loop (+ index 1)))))))))

(define string-index-right
  (case-lambda
    ((text test) (string-index-right text test 0 (string-length text)))
    ((text test start) (string-index-right text test start (string-length text)))
    ((text test start end)
     (let ((test (%char-test test)))
       (let loop ((index (- end 1)))
         (cond ((< index start) #f)
               ((test (string-ref text index)) index)
               (else (loop (- index 1)))))))))

(define (string-any test text)
  (let ((test (%char-test test))
        (size (string-length text)))
    (let loop ((index 0))
      (and (< index size)
           (or (test (string-ref text index))
               (loop (+ index 1)))))))

(define (string-every test text)
  (let ((test (%char-test test))
        (size (string-length text)))
    (let loop ((index 0) (last #t))
      (if (< index size)
          (let ((value (test (string-ref text index))))
            (and value (loop (+ index 1) value)))
          last))))

(define (string-filter test text)
  (list->string (filter (%char-test test) (string->list text))))

(define (string-remove test text)
  (list->string (remove (%char-test test) (string->list text))))

(define (string-fold f initial text)
  (let ((size (string-length text)))
    (let loop ((index 0) (result initial))
      (if (< index size)
          (loop (+ index 1) (f (string-ref text index) result))
          result))))

(define (string-tabulate f size)
  (list->string (list-tabulate size f)))
