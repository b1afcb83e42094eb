;;; SRFI 125: hash tables, over the core's.

(define-library (srfi 125)
  (export
   (rename table-of make-hash-table) hash-table hash-table-unfold
   (rename table-of-alist alist->hash-table)
   hash-table? hash-table-contains? hash-table-exists? hash-table-empty? hash-table=?
   hash-table-mutable?
   hash-table-ref hash-table-ref/default
   (rename table-set! hash-table-set!) (rename table-delete! hash-table-delete!)
   hash-table-intern! hash-table-update! hash-table-update!/default hash-table-pop!
   hash-table-clear!
   hash-table-size hash-table-keys hash-table-values hash-table-entries hash-table-find
   hash-table-count
   hash-table-map hash-table-for-each hash-table-walk hash-table-map! hash-table-map->list
   hash-table-fold hash-table-prune!
   hash-table-copy hash-table-empty-copy hash-table->alist
   hash-table-union! hash-table-merge! hash-table-intersection! hash-table-difference!
   hash-table-xor!
   hash string-hash string-ci-hash hash-by-identity
   hash-table-equivalence-function hash-table-hash-function)
  (import (except (lisle base) hash-table-merge!)
          (only (srfi 128) comparator? comparator-equality-predicate
                comparator-hash-function comparator-hashable?)
          (srfi 227) (lisle internal))
  (begin

    ;; The second argument may be a hash function; whatever else follows is a hint.
    (define (table-of comparator . arguments)
      (if (comparator? comparator)
          (begin
            (if (not (comparator-hashable? comparator))
                (error "make-hash-table: the comparator has no hash function" comparator))
            (make-hash-table (comparator-equality-predicate comparator)
                             (comparator-hash-function comparator)))
          (begin
            (%check-function 'make-hash-table 1 comparator)
            (apply make-hash-table comparator
                   (if (and (pair? arguments) (procedure? (car arguments)))
                       (list (car arguments))
                       '())))))

    (define (hash-table comparator . arguments)
      (let ((table (table-of comparator)))
        (let loop ((rest arguments))
          (if (pair? rest)
              (begin
                (if (null? (cdr rest))
                    (error "hash-table: a key without a value" (car rest)))
                (if (hash-table-contains? table (car rest))
                    (error "hash-table: two equal keys" (car rest)))
                (hash-table-set! table (car rest) (cadr rest))
                (loop (cddr rest)))))
        table))

    (define (hash-table-unfold stop? f next seed . arguments)
      (let ((table (apply table-of arguments)))
        (let loop ((seed seed))
          (if (stop? seed)
              table
              (let-values (((key value) (f seed)))
                (hash-table-set! table key value)
                (loop (next seed)))))))

    ;; Of several associations with one key the first counts.
    (define (table-of-alist alist . arguments)
      (let ((table (apply table-of arguments)))
        (for-each (lambda (entry)
                    (if (not (hash-table-contains? table (car entry)))
                        (hash-table-set! table (car entry) (cdr entry))))
                  alist)
        table))

    ;; Values are compared by a comparator, or an equivalence.
    (define (hash-table=? values-by a b)
      (define same?
        (if (comparator? values-by) (comparator-equality-predicate values-by) values-by))
      (and (= (hash-table-size a) (hash-table-size b))
           (every-entry? a (lambda (key value)
                             (let ((other (hash-table-ref/default b key %absent)))
                               (and (not (eq? other %absent))
                                    (same? value other)))))))

    (define (every-entry? table holds?)
      (let* ((entries (%hash-table-entries table))
             (size (vector-length entries)))
        (let loop ((index 0))
          (or (= index size)
              (and (holds? (vector-ref entries index) (vector-ref entries (+ index 1)))
                   (loop (+ index 2)))))))

    (define (hash-table-mutable? table)
      (hash-table-size table)
      #t)

    (define table-set!
      (case-lambda
        ((table key value) (hash-table-set! table key value))
        ((table . arguments)
         (let loop ((rest arguments))
           (if (pair? rest)
               (begin
                 (if (null? (cdr rest))
                     (error "hash-table-set!: a key without a value" (car rest)))
                 (hash-table-set! table (car rest) (cadr rest))
                 (loop (cddr rest))))))))

    (define (table-delete! table . keys)
      (let loop ((keys keys) (deleted 0))
        (if (null? keys)
            deleted
            (loop (cdr keys)
                  (if (hash-table-delete! table (car keys)) (+ deleted 1) deleted)))))

    (define (hash-table-pop! table)
      (let ((entries (%hash-table-entries table)))
        (if (= 0 (vector-length entries))
            (error "hash-table-pop!: the table is empty" table))
        (let ((key (vector-ref entries 0)))
          (if (hash-table-delete! table key)
              (values key (vector-ref entries 1))
              (hash-table-pop! table)))))

    (define (hash-table-entries table)
      (let ((alist (hash-table->alist table)))
        (values (map car alist) (map cdr alist))))

    (define-optionals* (hash-table-find f table (failure (lambda () #f)))
      (or (any (lambda (entry) (f (car entry) (cdr entry))) (hash-table->alist table))
          (failure)))

    (define (hash-table-map f comparator table)
      (let ((result (table-of comparator)))
        (hash-table-walk table (lambda (key value) (hash-table-set! result key (f value))))
        result))

    ;; Deprecated: with the table first.
    (define (hash-table-for-each f table)
      (if (procedure? f)
          (hash-table-walk table f)
          (hash-table-walk f table)))

    (define (hash-table-map! f table)
      (hash-table-walk table (lambda (key value) (hash-table-set! table key (f key value)))))

    (define (hash-table-map->list f table)
      (map (lambda (entry) (f (car entry) (cdr entry))) (hash-table->alist table)))

    (define (hash-table-prune! drop? table)
      (hash-table-walk table
                       (lambda (key value)
                         (if (drop? key value) (hash-table-delete! table key)))))

    (define (hash-table-empty-copy table)
      (let ((copy (hash-table-copy table)))
        (hash-table-clear! copy)
        copy))

    ;; The first table changes and is returned; its values stay.

    (define (hash-table-union! a b)
      (hash-table-walk b (lambda (key value)
                           (if (not (hash-table-contains? a key))
                               (hash-table-set! a key value))))
      a)

    (define hash-table-merge! hash-table-union!)

    (define (hash-table-intersection! a b)
      (hash-table-prune! (lambda (key value) (not (hash-table-contains? b key))) a)
      a)

    (define (hash-table-difference! a b)
      (hash-table-prune! (lambda (key value) (hash-table-contains? b key)) a)
      a)

    (define (hash-table-xor! a b)
      (hash-table-walk b (lambda (key value)
                           (if (not (hash-table-delete! a key))
                               (hash-table-set! a key value))))
      a)))
