;;; SRFI 133: vectors. What is not defined here is in the core.
;;;
;;; Vectors are filled only when all their elements have been computed, where the procedures that
;;; compute them could be entered again.

(define-library (srfi 133)
  (export
   make-vector vector vector-unfold vector-unfold-right vector-copy vector-reverse-copy
   vector-append vector-concatenate vector-append-subvectors
   vector? vector-empty? vector=
   vector-ref vector-length
   vector-fold vector-fold-right vector-map vector-map! vector-for-each vector-count
   vector-cumulate
   vector-index vector-index-right vector-skip vector-skip-right vector-binary-search vector-any
   vector-every vector-partition
   vector-set! vector-swap! vector-fill! vector-reverse! vector-copy! vector-reverse-copy!
   vector-unfold! vector-unfold-right!
   vector->list reverse-vector->list list->vector reverse-list->vector vector->string
   string->vector)
  (import (lisle base) (lisle internal) (srfi 227))
  (begin

    ;; The values of `(f index seed ...)` for so many indexes from `first` by `step`, the last one
    ;; first.
    (define (unfolded f size first step seeds)
      (if (and (pair? seeds) (null? (cdr seeds)))
          (let loop ((left size) (index first) (seed (car seeds)) (done '()))
            (if (= left 0)
                done
                (let-values (((item seed) (f index seed)))
                  (loop (- left 1) (+ index step) seed (cons item done)))))
          (let loop ((left size) (index first) (seeds seeds) (done '()))
            (if (= left 0)
                done
                (let-values (((item . seeds) (apply f index seeds)))
                  (loop (- left 1) (+ index step) seeds (cons item done)))))))

    (define (vector-unfold f size . seeds)
      (%check-function 'vector-unfold 1 f)
      (%check-size 'vector-unfold 2 size)
      (list->vector (reverse (unfolded f size 0 1 seeds))))

    (define (vector-unfold-right f size . seeds)
      (%check-function 'vector-unfold-right 1 f)
      (%check-size 'vector-unfold-right 2 size)
      (list->vector (unfolded f size (- size 1) -1 seeds)))

    (define (vector-unfold! f items start end . seeds)
      (%check-function 'vector-unfold! 1 f)
      (%check-vector 'vector-unfold! 2 items)
      (%check-range 'vector-unfold! 4 start end (vector-length items))
      (store-list! items start (reverse (unfolded f (- end start) start 1 seeds))))

    (define (vector-unfold-right! f items start end . seeds)
      (%check-function 'vector-unfold-right! 1 f)
      (%check-vector 'vector-unfold-right! 2 items)
      (%check-range 'vector-unfold-right! 4 start end (vector-length items))
      (store-list! items start (unfolded f (- end start) (- end 1) -1 seeds)))

    (define (store-list! items start new)
      (let loop ((index start) (new new))
        (if (pair? new)
            (begin
              (vector-set! items index (car new))
              (loop (+ index 1) (cdr new))))))

    (define-optionals* (vector-reverse-copy items (start 0) (end (vector-length items)))
      (let ((copy (vector-copy items start end)))
        (vector-reverse! copy)
        copy))

    (define-optionals* (vector-reverse-copy! to at from (start 0) (end (vector-length from)))
      (vector-copy! to at (vector-reverse-copy from start end)))

    (define (vector-concatenate vectors)
      (%check-list 'vector-concatenate 1 vectors)
      (apply vector-append vectors))

    (define (vector-append-subvectors . arguments)
      (let loop ((rest arguments) (parts '()))
        (cond ((null? rest) (vector-concatenate (reverse parts)))
              ((and (pair? (cdr rest)) (pair? (cddr rest)))
               (loop (cdddr rest) (cons (vector-copy (car rest) (cadr rest) (caddr rest)) parts)))
              (else
               (error "vector-append-subvectors: expected vector, start, end, ..." arguments)))))

    (define (vector-empty? items)
      (%check-vector 'vector-empty? 1 items)
      (= (vector-length items) 0))

    (define (vector= same? . vectors)
      (define (two= a b)
        (let ((size (vector-length a)))
          (or (eq? a b)
              (and (= size (vector-length b))
                   (let loop ((index 0))
                     (or (= index size)
                         (and (same? (vector-ref a index) (vector-ref b index))
                              (loop (+ index 1)))))))))
      (%check-function 'vector= 1 same?)
      (for-each (lambda (items) (%check-vector 'vector= 2 items)) vectors)
      (or (null? vectors)
          (let loop ((first (car vectors)) (rest (cdr vectors)))
            (or (null? rest)
                (and (two= first (car rest))
                     (loop (car rest) (cdr rest)))))))

    (define (common-length who items more)
      (%check-vector who 2 items)
      (fold (lambda (other size) (min size (vector-length other))) (vector-length items) more))

    ;; The arguments of `f` at an index.
    (define (call-at f items more index)
      (if (null? more)
          (f (vector-ref items index))
          (apply f (vector-ref items index) (%vectors-row more index))))

    (define (vector-fold-right f initial items . more)
      (%check-function 'vector-fold-right 1 f)
      (let loop ((index (- (common-length 'vector-fold-right items more) 1)) (result initial))
        (if (< index 0)
            result
            (loop (- index 1)
                  (if (null? more)
                      (f result (vector-ref items index))
                      (apply f result (vector-ref items index) (%vectors-row more index)))))))

    (define (vector-cumulate f initial items)
      (%check-function 'vector-cumulate 1 f)
      (%check-vector 'vector-cumulate 3 items)
      (let ((size (vector-length items)))
        (let loop ((index 0) (state initial) (done '()))
          (if (= index size)
              (list->vector (reverse done))
              (let ((state (f state (vector-ref items index))))
                (loop (+ index 1) state (cons state done)))))))

    (define (search-right who found? items more)
      (%check-function who 1 found?)
      (let loop ((index (- (common-length who items more) 1)))
        (cond ((< index 0) #f)
              ((call-at found? items more index) index)
              (else (loop (- index 1))))))

    (define (vector-index-right found? items . more)
      (search-right 'vector-index-right found? items more))

    (define (vector-skip skipped? items . more)
      (%check-function 'vector-skip 1 skipped?)
      (let ((size (common-length 'vector-skip items more)))
        (let loop ((index 0))
          (cond ((= index size) #f)
                ((call-at skipped? items more index) (loop (+ index 1)))
                (else index)))))

    (define (vector-skip-right skipped? items . more)
      (%check-function 'vector-skip-right 1 skipped?)
      (search-right 'vector-skip-right
                    (lambda arguments (not (apply skipped? arguments)))
                    items
                    more))

    (define (vector-partition in? items)
      (%check-function 'vector-partition 1 in?)
      (%check-vector 'vector-partition 2 items)
      (let-values (((ins outs) (partition in? (vector->list items))))
        (values (list->vector (append ins outs)) (length ins))))

    (define (reverse-list->vector items)
      (%check-list 'reverse-list->vector 1 items)
      (list->vector (reverse items)))))
