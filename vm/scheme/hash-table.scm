;;; Hash tables (SRFI 69, with names of SRFI 125).
;;;
;;; The primitives know the usual equivalences. A table with an equivalence of the program's own has
;;; an attachment, #(equivalence hash arity): the primitives map hashes to association lists, which
;;; are never changed but replaced. Whatever depends on what it has read is tried again if another
;;; thread changed it meanwhile, so every procedure here is atomic, except that those given
;;; procedures of the program's call them outside.

;; The value of keys that are not there.
(define %absent (list 'absent))

;; Where the hash functions that want a bound get this one.
(define %hash-bound 268435456)

(define make-hash-table
  (case-lambda
    (() (%make-hash-table 'equal))
    ((equivalence) (make-hash-table equivalence #f))
    ((equivalence hash-function . hints)
     (let ((kind (%equivalence-kind equivalence))
           (weakness (%weakness (if (procedure? hash-function) hints (cons hash-function hints)))))
       (if kind
           (%make-hash-table kind weakness)
           (let ((table (%make-hash-table 'custom (%custom-weakness weakness))))
             (%hash-table-attachment-set!
              table
              (vector equivalence
                      (cond ((procedure? hash-function) hash-function)
                            ((eq? equivalence =) %number-hash)
                            (else equal-hash))
                      (if (procedure? hash-function) #f 1)))
             table))))))

(define (%equivalence-kind equivalence)
  (cond ((or (eq? equivalence equal?) (not (procedure? equivalence))) 'equal)
        ((eq? equivalence eqv?) 'eqv)
        ((eq? equivalence eq?) 'eq)
        ((eq? equivalence string=?) 'string)
        ((eq? equivalence string-ci=?) 'string-ci)
        ((or (eq? equivalence char=?) (eq? equivalence symbol=?) (eq? equivalence boolean=?)) 'eqv)
        (else #f)))

(define (%number-hash number)
  (equal-hash (inexact number)))

(define (make-equal-hash-table . ignored) (%make-hash-table 'equal))
(define (make-eqv-hash-table . ignored) (%make-hash-table 'eqv))
(define (make-eq-hash-table . ignored) (%make-hash-table 'eq))
(define (make-string-hash-table . ignored) (%make-hash-table 'string))

;; Tables that do not keep their keys alive. An entry's value is kept while its key is, even if the
;; value leads to the key.
(define (make-weak-eq-hash-table . ignored) (%make-hash-table 'eq 'weak-keys))
(define (make-weak-eqv-hash-table . ignored) (%make-hash-table 'eqv 'weak-keys))
(define (make-weak-equal-hash-table . ignored) (%make-hash-table 'equal 'weak-keys))

;; Weakness by the hints that SRFIs 69, 125 and 126 name. Other hints mean nothing here.
(define (%weakness hints)
  (let loop ((hints hints) (keys? #f) (values? #f))
    (cond ((pair? hints)
           (loop (cdr hints)
                 (or keys? (and (memq (car hints) %weak-key-hints) #t))
                 (or values? (and (memq (car hints) %weak-value-hints) #t))))
          ((and keys? values?) 'weak-both)
          (keys? 'weak-keys)
          (values? 'weak-values)
          (else 'strong))))

(define %weak-key-hints
  '(weak weak-keys weak-key ephemeral-keys ephemeral-key
    weak-key-and-value ephemeral-key-and-value))

(define %weak-value-hints
  '(weak-values weak-value ephemeral-values ephemeral-value
    weak-key-and-value ephemeral-key-and-value))

;; The entries of a table with an equivalence of the program's own are ephemeron pairs, which go by
;; the key.
(define (%custom-weakness weakness)
  (if (memq weakness '(weak-values weak-both))
      (error "make-hash-table: no weak values with this equivalence" weakness)
      weakness))

(define (hash-table-equivalence-function table)
  (let ((custom (%hash-table-attachment table)))
    (if custom
        (vector-ref custom 0)
        (cdr (assq (%hash-table-kind table)
                   (list (cons 'equal equal?) (cons 'eqv eqv?) (cons 'eq eq?)
                         (cons 'string string=?) (cons 'string-ci string-ci=?)))))))

(define (hash-table-hash-function table)
  (let ((custom (%hash-table-attachment table)))
    (if custom
        (vector-ref custom 1)
        (cdr (assq (%hash-table-kind table)
                   (list (cons 'equal equal-hash) (cons 'eqv eqv-hash) (cons 'eq eq-hash)
                         (cons 'string string-hash) (cons 'string-ci string-ci-hash)))))))

(define (hash-by-identity obj . bound)
  (apply eq-hash obj bound))

;; Tables with their own equivalence

;; A hash function may take the object alone, or a bound too: the first call finds out.
(define (%custom-hash custom key)
  (let ((arity (vector-ref custom 2))
        (hash-function (vector-ref custom 1)))
    (cond ((eqv? arity 1) (hash-function key))
          ((eqv? arity 2) (hash-function key %hash-bound))
          (else
           (let ((hash (%call-with-arity-check (lambda () (hash-function key)))))
             (vector-set! custom 2 (if hash 1 2))
             (or hash (hash-function key %hash-bound)))))))

;; What `thunk` returns, or #f when a call in it has the wrong number of arguments.
(define (%call-with-arity-check thunk)
  (%call/ec
   (lambda (return)
     (with-exception-handler
      (lambda (obj)
        (if (and (%condition? obj)
                 (eq? (%condition-kind obj) 'wrong-number-of-arguments))
            (return #f)
            (raise-continuable obj)))
      thunk))))

(define (%bucket-entry same? key bucket)
  (and (pair? bucket)
       (if (and (not (bwp-object? (caar bucket))) (same? (caar bucket) key))
           (car bucket)
           (%bucket-entry same? key (cdr bucket)))))

;; Without an entry (or #f), and without broken ones. Shares what is after them.
(define (%bucket-without entry bucket)
  (cond ((null? bucket) bucket)
        ((or (eq? (car bucket) entry) (bwp-object? (caar bucket)))
         (%bucket-without entry (cdr bucket)))
        (else
         (let ((rest (%bucket-without entry (cdr bucket))))
           (if (eq? rest (cdr bucket)) bucket (cons (car bucket) rest))))))

(define (%custom-ref table custom key default)
  (let ((entry (%bucket-entry (vector-ref custom 0)
                              key
                              (%hash-table-bucket table (%custom-hash custom key)))))
    (if entry (cdr entry) default)))

;; Gives `key` the value that `change` makes of its old one, or %absent. Returns the old one.
(define (%custom-change! table custom key change)
  (let* ((same? (vector-ref custom 0))
         (make-entry (if (hash-table-weak? table) ephemeron-cons cons))
         (hash (%custom-hash custom key)))
    (let retry ()
      (let* ((bucket (%hash-table-bucket table hash))
             (entry (%bucket-entry same? key bucket))
             (rest (%bucket-without entry bucket))
             (old (if entry (cdr entry) %absent))
             (new (change old))
             (gone? (eq? new %absent)))
        (if (%hash-table-bucket-cas! table hash bucket
                                     (if gone?
                                         rest
                                         (cons (make-entry (if entry (car entry) key) new) rest))
                                     (- (if gone? 0 1) (if entry 1 0)))
            old
            (retry))))))

;; Access

(define hash-table-ref
  (case-lambda
    ((table key)
     (let ((value (hash-table-ref/default table key %absent)))
       (if (eq? value %absent)
           (error "hash-table-ref: no such key" key)
           value)))
    ((table key failure)
     (let ((value (hash-table-ref/default table key %absent)))
       (if (eq? value %absent)
           (if failure (failure) (error "hash-table-ref: no such key" key))
           value)))
    ((table key failure success)
     (let ((value (hash-table-ref/default table key %absent)))
       (if (eq? value %absent)
           (failure)
           (success value))))))

(define (hash-table-ref/default table key default)
  (let ((custom (%hash-table-attachment table)))
    (if custom
        (%custom-ref table custom key default)
        (%hash-table-ref table key default))))

(define (hash-table-contains? table key)
  (let ((custom (%hash-table-attachment table)))
    (if custom
        (not (eq? (%custom-ref table custom key %absent) %absent))
        (%hash-table-contains? table key))))

(define (hash-table-exists? table key)
  (hash-table-contains? table key))

(define (hash-table-set! table key value)
  (let ((custom (%hash-table-attachment table)))
    (if custom
        (begin
          (%custom-change! table custom key (lambda (old) value))
          (if #f #f))
        (%hash-table-set! table key value))))

(define (hash-table-delete! table key)
  (let ((custom (%hash-table-attachment table)))
    (if custom
        (not (eq? (%custom-change! table custom key (lambda (old) %absent)) %absent))
        (%hash-table-delete! table key))))

(define hash-table-remove! hash-table-delete!)

(define hash-table-update!
  (case-lambda
    ((table key f)
     (hash-table-update! table key f
                         (lambda () (error "hash-table-update!: no such key" key))))
    ((table key f failure)
     (%hash-table-change! table key
                          (lambda (old)
                            (f (if (eq? old %absent) (failure) old)))))
    ((table key f failure success)
     (%hash-table-change! table key
                          (lambda (old)
                            (f (if (eq? old %absent) (failure) (success old))))))))

(define (hash-table-update!/default table key f default)
  (%hash-table-change! table key
                       (lambda (old)
                         (f (if (eq? old %absent) default old)))))

(define (%hash-table-change! table key change)
  (let ((custom (%hash-table-attachment table)))
    (if custom
        (begin
          (%custom-change! table custom key change)
          (if #f #f))
        (let retry ()
          (let* ((old (%hash-table-ref table key %absent))
                 (new (change old)))
            (if (not (%hash-table-cas! table key old new %absent))
                (retry)))))))

;; The value of `key`, given one by `failure` first if there is none.
(define (hash-table-intern! table key failure)
  (let ((value (hash-table-ref/default table key %absent)))
    (if (eq? value %absent)
        (let* ((new (failure))
               (result new))
          (%hash-table-change! table key
                               (lambda (old)
                                 (set! result (if (eq? old %absent) new old))
                                 result))
          result)
        value)))

;; The whole table. Procedures are called with its entries at one moment: they may change it.

(define hash-table-count
  (case-lambda
    ((table) (hash-table-size table))
    ((counted? table)
     (hash-table-fold table
                      (lambda (key value total)
                        (if (counted? key value) (+ total 1) total))
                      0))))

(define (hash-table-empty? table)
  (= (hash-table-size table) 0))

(define (hash-table-walk table f)
  (let* ((entries (%hash-table-entries table))
         (size (vector-length entries)))
    (let loop ((index 0))
      (if (< index size)
          (begin
            (f (vector-ref entries index) (vector-ref entries (+ index 1)))
            (loop (+ index 2)))))))

;; SRFI 125 has the table last.
(define (hash-table-fold table f initial)
  (if (procedure? table)
      (hash-table-fold initial table f)
      (let* ((entries (%hash-table-entries table))
             (size (vector-length entries)))
        (let loop ((index 0) (result initial))
          (if (< index size)
              (loop (+ index 2)
                    (f (vector-ref entries index) (vector-ref entries (+ index 1)) result))
              result)))))

(define (hash-table-copy table . ignored)
  (let ((copy (%hash-table-copy table)))
    (%hash-table-attachment-set! copy (%hash-table-attachment table))
    copy))

(define (hash-table-merge! table other)
  (hash-table-walk other (lambda (key value) (hash-table-set! table key value)))
  table)

;; Of several associations with one key the first counts.
(define (alist->hash-table alist . options)
  (let ((table (apply make-hash-table options)))
    (for-each (lambda (entry)
                (%hash-table-change! table
                                     (car entry)
                                     (lambda (old) (if (eq? old %absent) (cdr entry) old))))
              alist)
    table))
