;;; SRFI 132: sorting. The sorts and merges themselves are in the core.

(define-library (srfi 132)
  (export
   list-sorted? vector-sorted? list-sort list-stable-sort list-sort!
   (rename list-sort! list-stable-sort!)
   vector-sort vector-stable-sort vector-sort! vector-stable-sort! list-merge list-merge!
   (rename merge-vectors vector-merge) vector-merge!
   list-delete-neighbor-dups list-delete-neighbor-dups! vector-delete-neighbor-dups
   vector-delete-neighbor-dups! vector-find-median vector-find-median! vector-select!
   vector-separate!)
  (import (lisle base) (lisle internal) (srfi 227))
  (begin

    (define-optionals* (merge-vectors less? a b
                                      (start-a 0) (end-a (vector-length a))
                                      (start-b 0) (end-b (vector-length b)))
      (%check-function 'vector-merge 1 less?)
      (%check-range 'vector-merge 5 start-a end-a (vector-length a))
      (%check-range 'vector-merge 7 start-b end-b (vector-length b))
      (let ((merged (make-vector (+ (- end-a start-a) (- end-b start-b)))))
        (merge-into! less? merged a b 0 start-a end-a start-b end-b)
        merged))

    (define-optionals* (vector-merge! less? to a b
                                      (start 0)
                                      (start-a 0) (end-a (vector-length a))
                                      (start-b 0) (end-b (vector-length b)))
      (%check-function 'vector-merge! 1 less?)
      (%check-range 'vector-merge! 7 start-a end-a (vector-length a))
      (%check-range 'vector-merge! 9 start-b end-b (vector-length b))
      (%check-index 'vector-merge! 5 start 0
                    (- (vector-length to) (- end-a start-a) (- end-b start-b)))
      (merge-into! less? to a b start start-a end-a start-b end-b))

    (define (merge-into! less? to a b start start-a end-a start-b end-b)
      (let loop ((at start) (i start-a) (j start-b))
        (cond ((= i end-a) (vector-copy! to at b j end-b))
              ((= j end-b) (vector-copy! to at a i end-a))
              ((less? (vector-ref b j) (vector-ref a i))
               (vector-set! to at (vector-ref b j))
               (loop (+ at 1) i (+ j 1)))
              (else
               (vector-set! to at (vector-ref a i))
               (loop (+ at 1) (+ i 1) j)))))

    ;; The first of several neighbours that are the same stays.

    (define (list-delete-neighbor-dups same? items)
      (%check-function 'list-delete-neighbor-dups 1 same?)
      (%check-list 'list-delete-neighbor-dups 2 items)
      (if (null? items)
          '()
          (let loop ((kept (list (car items))) (rest (cdr items)))
            (cond ((null? rest) (reverse kept))
                  ((same? (car kept) (car rest)) (loop kept (cdr rest)))
                  (else (loop (cons (car rest) kept) (cdr rest)))))))

    (define (list-delete-neighbor-dups! same? items)
      (%check-function 'list-delete-neighbor-dups! 1 same?)
      (%check-list 'list-delete-neighbor-dups! 2 items)
      (if (pair? items)
          (let loop ((last items) (rest (cdr items)))
            (cond ((null? rest) (set-cdr! last '()))
                  ((same? (car last) (car rest)) (loop last (cdr rest)))
                  (else
                   (set-cdr! last rest)
                   (loop rest (cdr rest))))))
      items)

    (define-optionals* (vector-delete-neighbor-dups same? items
                                                    (start 0) (end (vector-length items)))
      (list->vector (list-delete-neighbor-dups same? (vector->list items start end))))

    (define-optionals* (vector-delete-neighbor-dups! same? items
                                                     (start 0) (end (vector-length items)))
      (%check-function 'vector-delete-neighbor-dups! 1 same?)
      (%check-range 'vector-delete-neighbor-dups! 4 start end (vector-length items))
      (if (= start end)
          end
          (let loop ((last start) (index (+ start 1)))
            (cond ((= index end) (+ last 1))
                  ((same? (vector-ref items last) (vector-ref items index))
                   (loop last (+ index 1)))
                  (else
                   (vector-set! items (+ last 1) (vector-ref items index))
                   (loop (+ last 1) (+ index 1)))))))

    (define (mean a b) (/ (+ a b) 2))

    (define-optionals* (vector-find-median less? items default (mean mean))
      (vector-find-median! less? (vector-copy items) default mean))

    (define-optionals* (vector-find-median! less? items default (mean mean))
      (%check-function 'vector-find-median! 1 less?)
      (vector-sort! less? items)
      (let* ((size (vector-length items))
             (middle (quotient size 2)))
        (cond ((= size 0) default)
              ((odd? size) (vector-ref items middle))
              (else (mean (vector-ref items (- middle 1)) (vector-ref items middle))))))

    (define-optionals* (vector-select! less? items k (start 0) (end (vector-length items)))
      (%check-function 'vector-select! 1 less?)
      (%check-range 'vector-select! 5 start end (vector-length items))
      (%check-index 'vector-select! 3 k 0 (- end start 1))
      (select! less? items (+ start k) start end)
      (vector-ref items (+ start k)))

    (define-optionals* (vector-separate! less? items k (start 0) (end (vector-length items)))
      (%check-function 'vector-separate! 1 less?)
      (%check-range 'vector-separate! 5 start end (vector-length items))
      (%check-index 'vector-separate! 3 k 0 (- end start))
      (if (< 0 k (- end start))
          (select! less? items (+ start k) start end)))

    ;; Quickselect (Hoare 1961): reorders the range so that the element at `at` is where sorting
    ;; would put it, none before it greater and none after it less.
    (define (select! less? items at start end)
      (if (> (- end start) 1)
          (let ((pivot (median-of-three less?
                                        (vector-ref items start)
                                        (vector-ref items (quotient (+ start end) 2))
                                        (vector-ref items (- end 1)))))
            (let loop ((low start) (high (- end 1)))
              (let* ((low (skip-less less? items low pivot))
                     (high (skip-greater less? items high pivot)))
                (if (< low high)
                    (begin
                      (vector-swap! items low high)
                      (loop (+ low 1) (- high 1)))
                    ;; An element where both met is in its place.
                    (cond ((< at (min low (+ high 1)))
                           (select! less? items at start (min low (+ high 1))))
                          ((>= at (max low (+ high 1)))
                           (select! less? items at (max low (+ high 1)) end)))))))))

    (define (skip-less less? items index pivot)
      (if (less? (vector-ref items index) pivot)
          (skip-less less? items (+ index 1) pivot)
          index))

    (define (skip-greater less? items index pivot)
      (if (less? pivot (vector-ref items index))
          (skip-greater less? items (- index 1) pivot)
          index))

    (define (median-of-three less? a b c)
      (if (less? a b)
          (cond ((less? b c) b)
                ((less? a c) c)
                (else a))
          (cond ((less? a c) a)
                ((less? b c) c)
                (else b))))))
