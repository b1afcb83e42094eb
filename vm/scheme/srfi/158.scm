;;; SRFI 158: generators and accumulators. A generator returns an end-of-file object at its end.

(define-library (srfi 158)
  (export
   generator circular-generator make-iota-generator make-range-generator
   make-coroutine-generator list->generator vector->generator reverse-vector->generator
   string->generator bytevector->generator make-for-each-generator make-unfold-generator
   gcons* gappend gmap gcombine gfilter gremove gstate-filter ggroup gmerge gtake gdrop
   gtake-while gdrop-while gflatten gdelete gdelete-neighbor-dups gindex gselect
   generator->list generator->reverse-list generator->vector generator->vector!
   generator->string generator-fold generator-map->list generator-for-each generator-find
   generator-count generator-any generator-every generator-unfold
   make-accumulator count-accumulator list-accumulator reverse-list-accumulator
   vector-accumulator reverse-vector-accumulator vector-accumulator! string-accumulator
   bytevector-accumulator bytevector-accumulator! sum-accumulator product-accumulator)
  (import (scheme base) (scheme case-lambda) (only (srfi 1) append-reverse)
          (only (lisle control) make-coroutine-generator)
          (srfi 227) (lisle internal))
  (begin

    (define eof (eof-object))

    ;; The values of several generators, or #f when one has ended.
    (define (next-of-all generators)
      (let loop ((rest generators) (items '()))
        (if (null? rest)
            (reverse items)
            (let ((item ((car rest))))
              (if (eof-object? item)
                  #f
                  (loop (cdr rest) (cons item items)))))))

    ;; Constructors

    (define (generator . items) (list->generator items))

    (define (list->generator items)
      (lambda ()
        (if (null? items)
            eof
            (let ((item (car items)))
              (set! items (cdr items))
              item))))

    (define (circular-generator . items)
      (if (null? items) (error "circular-generator: expected at least one argument"))
      (let ((rest items))
        (lambda ()
          (let ((item (car rest)))
            (set! rest (if (null? (cdr rest)) items (cdr rest)))
            item))))

    (define-optionals* (make-iota-generator count (start 0) (step 1))
      (%check-size 'make-iota-generator 1 count)
      (let ((index 0))
        (lambda ()
          (if (< index count)
              (let ((item (+ start (* index step))))
                (set! index (+ index 1))
                item)
              eof))))

    (define-optionals* (make-range-generator start (end #f) (step 1))
      (lambda ()
        (if (or (not end) (< start end))
            (let ((item start))
              (set! start (+ start step))
              item)
            eof)))

    (define-syntax define-sequence-generator
      (syntax-rules ()
        ((_ name length-of ref)
         (define-optionals* (name items (start 0) (end (length-of items)))
           (%check-range 'name 3 start end (length-of items))
           (lambda ()
             (if (< start end)
                 (let ((item (ref items start)))
                   (set! start (+ start 1))
                   item)
                 eof))))))

    (define-sequence-generator vector->generator vector-length vector-ref)
    (define-sequence-generator string->generator string-length string-ref)
    (define-sequence-generator bytevector->generator bytevector-length bytevector-u8-ref)

    (define-optionals* (reverse-vector->generator items (start 0) (end (vector-length items)))
      (%check-range 'reverse-vector->generator 3 start end (vector-length items))
      (lambda ()
        (if (< start end)
            (begin
              (set! end (- end 1))
              (vector-ref items end))
            eof)))

    ;; Without a collection, the constructor for collections.
    (define make-for-each-generator
      (case-lambda
        ((for-each items)
         (make-coroutine-generator (lambda (yield) (for-each yield items))))
        ((for-each)
         (lambda (items) (make-for-each-generator for-each items)))))

    (define (make-unfold-generator stop? f next seed)
      (lambda ()
        (if (stop? seed)
            eof
            (let ((item (f seed)))
              (set! seed (next seed))
              item))))

    ;; Operations

    (define (gcons* first . more)
      (let* ((backwards (reverse (cons first more)))
             (generator (car backwards))
             (items (reverse (cdr backwards))))
        (lambda ()
          (if (null? items)
              (generator)
              (let ((item (car items)))
                (set! items (cdr items))
                item)))))

    (define (gappend . generators)
      (define (next)
        (if (null? generators)
            eof
            (let ((item ((car generators))))
              (if (eof-object? item)
                  (begin
                    (set! generators (cdr generators))
                    (next))
                  item))))
      next)

    (define gmap
      (case-lambda
        ((f generator)
         (%check-function 'gmap 1 f)
         (lambda ()
           (let ((item (generator)))
             (if (eof-object? item) item (f item)))))
        ((f . generators)
         (%check-function 'gmap 1 f)
         (lambda ()
           (let ((items (next-of-all generators)))
             (if items (apply f items) eof))))))

    (define (gcombine f seed . generators)
      (%check-function 'gcombine 1 f)
      (lambda ()
        (let ((items (next-of-all generators)))
          (if items
              (let-values (((item state) (apply f (append items (list seed)))))
                (set! seed state)
                item)
              eof))))

    (define (gfilter keep? generator)
      (%check-function 'gfilter 1 keep?)
      (define (next)
        (let ((item (generator)))
          (if (or (eof-object? item) (keep? item)) item (next))))
      next)

    (define (gremove drop? generator)
      (%check-function 'gremove 1 drop?)
      (gfilter (lambda (item) (not (drop? item))) generator))

    (define (gstate-filter f seed generator)
      (%check-function 'gstate-filter 1 f)
      (define (next)
        (let ((item (generator)))
          (if (eof-object? item)
              item
              (let-values (((keep? state) (f item seed)))
                (set! seed state)
                (if keep? item (next))))))
      next)

    (define-optionals* (ggroup generator size (padding eof))
      (%check-size 'ggroup 2 size)
      (lambda ()
        (let loop ((left size) (items '()))
          (if (= left 0)
              (reverse items)
              (let ((item (generator)))
                (cond ((not (eof-object? item)) (loop (- left 1) (cons item items)))
                      ((null? items) eof)
                      ((eof-object? padding) (reverse items))
                      (else (append-reverse items (make-list left padding)))))))))

    ;; In order, if each generator is; of equal items those of the first generator come first.
    (define gmerge
      (case-lambda
        ((less?) (error "gmerge: expected at least one generator"))
        ((less? generator) generator)
        ((less? left right)
         (let ((a (left))
               (b (right)))
           (lambda ()
             (if (or (eof-object? b)
                     (and (not (eof-object? a)) (not (less? b a))))
                 (let ((item a))
                   (if (not (eof-object? a)) (set! a (left)))
                   item)
                 (let ((item b))
                   (set! b (right))
                   item)))))
        ((less? first second . more)
         (apply gmerge less? (gmerge less? first second) more))))

    (define-optionals* (gtake generator size (padding eof))
      (%check-size 'gtake 2 size)
      (lambda ()
        (if (= size 0)
            eof
            (let ((item (generator)))
              (set! size (- size 1))
              (if (eof-object? item) padding item)))))

    (define (gdrop generator size)
      (%check-size 'gdrop 2 size)
      (define (next)
        (if (= size 0)
            (generator)
            (begin
              (set! size (- size 1))
              (if (eof-object? (generator)) eof (next)))))
      next)

    (define (gtake-while keep? generator)
      (%check-function 'gtake-while 1 keep?)
      (let ((ended? #f))
        (lambda ()
          (if ended?
              eof
              (let ((item (generator)))
                (if (and (not (eof-object? item)) (keep? item))
                    item
                    (begin
                      (set! ended? #t)
                      eof)))))))

    (define (gdrop-while drop? generator)
      (%check-function 'gdrop-while 1 drop?)
      (let ((found? #f))
        (define (next)
          (let ((item (generator)))
            (if (or found? (eof-object? item) (not (drop? item)))
                (begin
                  (set! found? #t)
                  item)
                (next))))
        next))

    ;; Of generators, or of lists.
    (define (gflatten generators)
      (let ((current (lambda () eof)))
        (define (next)
          (let ((item (current)))
            (if (eof-object? item)
                (let ((part (generators)))
                  (if (eof-object? part)
                      eof
                      (begin
                        (set! current (if (procedure? part) part (list->generator part)))
                        (next))))
                item)))
        next))

    (define-optionals* (gdelete item generator (same? equal?))
      (gremove (lambda (other) (same? item other)) generator))

    (define-optionals* (gdelete-neighbor-dups generator (same? equal?))
      (let ((first? #t)
            (previous #f))
        (define (next)
          (let ((item (generator)))
            (cond ((eof-object? item) item)
                  ((and (not first?) (same? previous item)) (next))
                  (else
                   (set! first? #f)
                   (set! previous item)
                   item))))
        next))

    ;; The items whose indexes the second generator gives, in ascending order.
    (define (gindex generator indexes)
      (let ((done 0))
        (lambda ()
          (let ((index (indexes)))
            (if (eof-object? index)
                eof
                (begin
                  (if (< index done)
                      (error "gindex: the indexes do not ascend" index))
                  (let loop ()
                    (let ((item (generator)))
                      (set! done (+ done 1))
                      (if (or (eof-object? item) (> done index))
                          item
                          (loop))))))))))

    (define (gselect generator truths)
      (define (next)
        (let ((item (generator))
              (keep? (truths)))
          (cond ((or (eof-object? item) (eof-object? keep?)) eof)
                (keep? item)
                (else (next)))))
      next)

    ;; Consumers

    (define generator->reverse-list
      (case-lambda
        ((generator)
         (let loop ((items '()))
           (let ((item (generator)))
             (if (eof-object? item)
                 items
                 (loop (cons item items))))))
        ((generator size) (generator->reverse-list (gtake generator size)))))

    (define (generator->list generator . size)
      (reverse (apply generator->reverse-list generator size)))

    (define (generator->vector generator . size)
      (list->vector (apply generator->list generator size)))

    (define (generator->string generator . size)
      (list->string (apply generator->list generator size)))

    (define (generator->vector! items at generator)
      (%check-index 'generator->vector! 2 at 0 (vector-length items))
      (let loop ((index at))
        (if (= index (vector-length items))
            (- index at)
            (let ((item (generator)))
              (if (eof-object? item)
                  (- index at)
                  (begin
                    (vector-set! items index item)
                    (loop (+ index 1))))))))

    (define generator-fold
      (case-lambda
        ((f seed generator)
         (let loop ((state seed))
           (let ((item (generator)))
             (if (eof-object? item)
                 state
                 (loop (f item state))))))
        ((f seed . generators)
         (let loop ((state seed))
           (let ((items (next-of-all generators)))
             (if items
                 (loop (apply f (append items (list state))))
                 state))))))

    (define (generator-for-each f . generators)
      (let loop ()
        (let ((items (next-of-all generators)))
          (if items
              (begin
                (apply f items)
                (loop))))))

    (define (generator-map->list f . generators)
      (let loop ((results '()))
        (let ((items (next-of-all generators)))
          (if items
              (loop (cons (apply f items) results))
              (reverse results)))))

    (define (generator-find found? generator)
      (let loop ()
        (let ((item (generator)))
          (cond ((eof-object? item) #f)
                ((found? item) item)
                (else (loop))))))

    (define (generator-count counted? generator)
      (generator-fold (lambda (item total) (if (counted? item) (+ total 1) total)) 0 generator))

    (define (generator-any found? generator)
      (let loop ()
        (let ((item (generator)))
          (and (not (eof-object? item))
               (or (found? item) (loop))))))

    (define (generator-every holds? generator)
      (let loop ((last #t))
        (let ((item (generator)))
          (if (eof-object? item)
              last
              (let ((value (holds? item)))
                (and value (loop value)))))))

    (define (generator-unfold generator unfold . arguments)
      (apply unfold eof-object? (lambda (item) item) (lambda (item) (generator)) (generator)
             arguments))

    ;; Accumulators: called with an object they take it in, with an end-of-file object they return
    ;; what they have.

    (define (make-accumulator f seed finish)
      (lambda (obj)
        (if (eof-object? obj)
            (finish seed)
            (set! seed (f obj seed)))))

    (define (count-accumulator) (make-accumulator (lambda (obj count) (+ count 1)) 0 values))
    (define (list-accumulator) (make-accumulator cons '() reverse))
    (define (reverse-list-accumulator) (make-accumulator cons '() values))
    (define (vector-accumulator)
      (make-accumulator cons '() (lambda (items) (list->vector (reverse items)))))
    (define (reverse-vector-accumulator) (make-accumulator cons '() list->vector))
    (define (string-accumulator)
      (make-accumulator cons '() (lambda (items) (list->string (reverse items)))))
    (define (bytevector-accumulator)
      (make-accumulator cons '() (lambda (items) (apply bytevector (reverse items)))))
    (define (sum-accumulator) (make-accumulator + 0 values))
    (define (product-accumulator) (make-accumulator * 1 values))

    (define (vector-accumulator! items at)
      (%check-index 'vector-accumulator! 2 at 0 (vector-length items))
      (lambda (obj)
        (if (eof-object? obj)
            items
            (begin
              (vector-set! items at obj)
              (set! at (+ at 1))))))

    (define (bytevector-accumulator! items at)
      (%check-index 'bytevector-accumulator! 2 at 0 (bytevector-length items))
      (lambda (obj)
        (if (eof-object? obj)
            items
            (begin
              (bytevector-u8-set! items at obj)
              (set! at (+ at 1))))))))
