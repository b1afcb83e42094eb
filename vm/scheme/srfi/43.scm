;;; SRFI 43: vectors. As SRFI 133, but the procedures that are mapped over vectors get the index first,
;;; and a few others differ.

(define-library (srfi 43)
  (export
   make-vector vector vector-unfold vector-unfold-right vector-copy vector-reverse-copy
   vector-append vector-concatenate
   vector? vector-empty? vector= vector-ref vector-length
   (rename fold vector-fold) (rename fold-right vector-fold-right) (rename map-index vector-map)
   (rename map-index! vector-map!) (rename for-each-index vector-for-each)
   (rename count-index vector-count)
   vector-index vector-index-right vector-skip vector-skip-right
   (rename binary-search vector-binary-search) vector-any vector-every
   vector-set! vector-swap! vector-fill! vector-reverse!
   vector-copy! vector-reverse-copy!
   vector->list reverse-vector->list list->vector
   reverse-list->vector)
  (import (except (scheme base) vector-copy) (except (srfi 133) vector-copy) (srfi 227)
          (lisle internal))
  (begin

    (define (shortest who first more)
      (%check-vector who 2 first)
      (let loop ((size (vector-length first)) (rest more))
        (if (null? rest)
            size
            (loop (min size (vector-length (car rest))) (cdr rest)))))

    ;; Calls `f` with an index, what `before` are, and the elements there.
    (define (call f index before first more)
      (apply f index (append before (cons (vector-ref first index) (%vectors-row more index)))))

    (define (fold f seed first . more)
      (%check-function 'vector-fold 1 f)
      (let ((size (shortest 'vector-fold first more)))
        (let loop ((index 0) (state seed))
          (if (= index size)
              state
              (loop (+ index 1) (call f index (list state) first more))))))

    (define (fold-right f seed first . more)
      (%check-function 'vector-fold-right 1 f)
      (let loop ((index (- (shortest 'vector-fold-right first more) 1)) (state seed))
        (if (< index 0)
            state
            (loop (- index 1) (call f index (list state) first more)))))

    (define (mapped f size first more)
      (let loop ((index 0) (items '()))
        (if (= index size)
            (list->vector (reverse items))
            (loop (+ index 1) (cons (call f index '() first more) items)))))

    (define (map-index f first . more)
      (%check-function 'vector-map 1 f)
      (mapped f (shortest 'vector-map first more) first more))

    (define (map-index! f first . more)
      (%check-function 'vector-map! 1 f)
      (vector-copy! first 0 (mapped f (shortest 'vector-map! first more) first more)))

    (define (for-each-index f first . more)
      (%check-function 'vector-for-each 1 f)
      (let ((size (shortest 'vector-for-each first more)))
        (let loop ((index 0))
          (if (< index size)
              (begin
                (call f index '() first more)
                (loop (+ index 1)))))))

    (define (count-index counted? first . more)
      (apply fold (lambda (index total . items)
                    (if (apply counted? index items) (+ total 1) total))
             0 first more))

    ;; The comparison gets the element first, and may be given a range.
    (define-optionals* (binary-search items key compare (start 0) (end (vector-length items)))
      (%check-range 'vector-binary-search 5 start end (vector-length items))
      (let loop ((low start) (high end))
        (and (< low high)
             (let* ((middle (quotient (+ low high) 2))
                    (order (compare (vector-ref items middle) key)))
               (cond ((= order 0) middle)
                     ((> order 0) (loop low middle))
                     (else (loop (+ middle 1) high)))))))

    ;; The copy may be longer than the source.
    (define-optionals* (vector-copy items (start 0) (end (vector-length items)) (fill 0))
      (%check-index 'vector-copy 2 start 0 (vector-length items))
      (%check-size 'vector-copy 3 end)
      (let* ((last (min end (vector-length items)))
             (made (make-vector (- (max end start) start) fill)))
        (if (< start last) (vector-copy! made 0 items start last))
        made))))
