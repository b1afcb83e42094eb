;;; Sorting: stable merge sorts (SRFI 132, part; SRFI 95 argument order where named `sort`).

;; The procedure and the sequence may come in either order.
(define (sort items less?)
  (cond ((procedure? items) (sort less? items))
        ((not (procedure? less?)) (%wrong-type 'sort 2 "procedure" less?))
        ((vector? items) (vector-sort less? items))
        ((or (pair? items) (null? items)) (list-sort less? items))
        (else (%wrong-type 'sort 1 "list or vector" items))))

(define (sort! items less?)
  (cond ((procedure? items) (sort! less? items))
        ((vector? items)
         (vector-sort! less? items)
         items)
        ((or (pair? items) (null? items)) (list-sort! less? items))
        (else (%wrong-type 'sort! 1 "list or vector" items))))

(define stable-sort sort)

;; Lists are sorted as vectors, which is quicker, and ends whatever continuation is entered again.
(define (list-sort less? items)
  (if (list? items)
      (vector->list (%sorted less? items))
      (%wrong-type 'list-sort 2 "list" items)))

;; The pairs stay, in their order.
(define (list-sort! less? items)
  (if (list? items)
      (let ((sorted (%sorted less? items)))
        (let loop ((rest items) (index 0))
          (if (and (pair? rest) (< index (vector-length sorted)))
              (begin
                (set-car! rest (vector-ref sorted index))
                (loop (cdr rest) (+ index 1)))
              items)))
      (%wrong-type 'list-sort! 2 "list" items)))

(define list-stable-sort list-sort)

;; A vector of the elements of a list, in order.
(define (%sorted less? items)
  (let ((sorted (list->vector items)))
    (%sort-vector! less? sorted 0 (vector-length sorted))
    sorted))

(define (%merge! less? a b)
  (define (link! last a b)
    (if (less? (car b) (car a))
        (begin
          (set-cdr! last b)
          (if (pair? (cdr b))
              (link! b a (cdr b))
              (set-cdr! b a)))
        (begin
          (set-cdr! last a)
          (if (pair? (cdr a))
              (link! a (cdr a) b)
              (set-cdr! a b)))))
  (cond ((null? a) b)
        ((null? b) a)
        ((less? (car b) (car a))
         (if (pair? (cdr b))
             (link! b a (cdr b))
             (set-cdr! b a))
         b)
        (else
         (if (pair? (cdr a))
             (link! a (cdr a) b)
             (set-cdr! a b))
         a)))

(define (list-merge less? a b)
  (let loop ((a a) (b b) (done '()))
    (cond ((null? a) (append-reverse done b))
          ((null? b) (append-reverse done a))
          ((less? (car b) (car a)) (loop a (cdr b) (cons (car b) done)))
          (else (loop (cdr a) b (cons (car a) done))))))

(define (list-merge! less? a b) (%merge! less? a b))

(define (list-sorted? less? items)
  (or (null? items)
      (let loop ((item (car items)) (rest (cdr items)))
        (or (null? rest)
            (and (not (less? (car rest) item))
                 (loop (car rest) (cdr rest)))))))

(define vector-sorted?
  (case-lambda
    ((less? items) (vector-sorted? less? items 0 (vector-length items)))
    ((less? items start) (vector-sorted? less? items start (vector-length items)))
    ((less? items start end)
     (let loop ((index (+ start 1)))
       (or (>= index end)
           (and (not (less? (vector-ref items index) (vector-ref items (- index 1))))
                (loop (+ index 1))))))))

(define (sorted? items less?)
  (if (vector? items)
      (vector-sorted? less? items)
      (list-sorted? less? items)))

(define vector-sort
  (case-lambda
    ((less? items)
     (if (vector? less?)
         (vector-sort items less?)
         (vector-sort less? items 0 (vector-length items))))
    ((less? items start) (vector-sort less? items start (vector-length items)))
    ((less? items start end)
     (let ((sorted (vector-copy items start end)))
       (%sort-vector! less? sorted 0 (- end start))
       sorted))))

(define vector-sort!
  (case-lambda
    ((less? items)
     (if (vector? less?)
         (vector-sort! items less?)
         (%sort-vector! less? items 0 (vector-length items))))
    ((less? items start) (%sort-vector! less? items start (vector-length items)))
    ((less? items start end) (%sort-vector! less? items start end))))

(define vector-stable-sort vector-sort)
(define vector-stable-sort! vector-sort!)

;; Merge sort with a scratch vector of half the size; short runs are sorted by insertion.
(define (%sort-vector! less? items start end)
  (define scratch (make-vector (quotient (+ (- end start) 1) 2) #f))
  (define (insert! item index start)
    (if (and (> index start) (less? item (vector-ref items (- index 1))))
        (begin
          (vector-set! items index (vector-ref items (- index 1)))
          (insert! item (- index 1) start))
        (vector-set! items index item)))
  (define (sort-run! start end)
    (let loop ((index (+ start 1)))
      (if (< index end)
          (begin
            (insert! (vector-ref items index) index start)
            (loop (+ index 1))))))
  ;; The left half goes to the scratch vector; `to` never overtakes `right`.
  (define (merge! middle start end)
    (let ((size (- middle start)))
      (vector-copy! scratch 0 items start middle)
      (let loop ((left 0) (right middle) (to start))
        (if (< left size)
            (if (and (< right end)
                     (less? (vector-ref items right) (vector-ref scratch left)))
                (begin
                  (vector-set! items to (vector-ref items right))
                  (loop left (+ right 1) (+ to 1)))
                (begin
                  (vector-set! items to (vector-ref scratch left))
                  (loop (+ left 1) right (+ to 1))))))))
  (let sort-stretch! ((start start) (end end))
    (if (< (- end start) 8)
        (sort-run! start end)
        (let ((middle (quotient (+ start end) 2)))
          (sort-stretch! start middle)
          (sort-stretch! middle end)
          ;; Already in order: nothing to merge.
          (if (less? (vector-ref items middle) (vector-ref items (- middle 1)))
              (merge! middle start end))))))

(define (vector-merge less? a b)
  (list->vector (list-merge less? (vector->list a) (vector->list b))))
