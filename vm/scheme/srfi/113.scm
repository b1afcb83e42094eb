;;; SRFI 113: sets and bags.
;;;
;;; Both are a hash table from an element to a pair of that element and how often it is there, which
;;; for sets is once. The elements' comparator must have a hash function.

(define-library (srfi 113)
  (export
   set set-unfold set? set-contains? set-empty? set-disjoint? set-member set-element-comparator
   set-adjoin set-adjoin! set-replace set-replace! set-delete set-delete! set-delete-all
   set-delete-all! set-search! set-size set-find set-count set-any? set-every? set-map
   set-for-each set-fold set-filter set-filter! set-remove set-remove! set-partition
   set-partition! set-copy set->list list->set list->set! set=? set<? set>? set<=? set>=?
   set-union set-union! set-intersection set-intersection! set-difference set-difference!
   set-xor set-xor! set-comparator
   bag bag-unfold bag? bag-contains? bag-empty? bag-disjoint? bag-member bag-element-comparator
   bag-adjoin bag-adjoin! bag-replace bag-replace! bag-delete bag-delete! bag-delete-all
   bag-delete-all! bag-search! bag-size bag-find bag-count bag-any? bag-every? bag-map
   bag-for-each bag-fold bag-filter bag-filter! bag-remove bag-remove! bag-partition
   bag-partition! bag-copy bag->list list->bag list->bag! bag=? bag<? bag>? bag<=? bag>=?
   bag-union bag-union! bag-intersection bag-intersection! bag-difference bag-difference!
   bag-xor bag-xor! bag-comparator
   bag-sum bag-sum! bag-product bag-product! bag-unique-size bag-element-count
   bag-for-each-unique bag-fold-unique bag-increment! bag-decrement! bag->set set->bag set->bag!
   bag->alist alist->bag)
  (import (scheme base)
          (only (srfi 1) fold every any)
          (only (srfi 125) make-hash-table hash-table-ref/default hash-table-set!
                hash-table-delete! hash-table-contains? hash-table-size hash-table-copy
                hash-table-values)
          (srfi 128) (lisle internal))
  (begin

    (define-record-type <set>
      (make-record kind comparator table)
      set-or-bag?
      (kind kind-of)
      (comparator comparator-of)
      (table raw-table set-table!))

    (define (set? obj) (and (set-or-bag? obj) (eq? (kind-of obj) 'set)))
    (define (bag? obj) (and (set-or-bag? obj) (eq? (kind-of obj) 'bag)))

    (define (check who kind position obj)
      (if (not (and (set-or-bag? obj) (eq? (kind-of obj) kind)))
          (%wrong-type who position (symbol->string kind) obj)))

    ;; Sets that are compared or combined have one idea of equality.
    (define (check-same who a b)
      (let ((a (comparator-of a)) (b (comparator-of b)))
        (if (not (or (eq? a b)
                     (and (eq? (comparator-type-test-predicate a) (comparator-type-test-predicate b))
                          (eq? (comparator-equality-predicate a)
                               (comparator-equality-predicate b)))))
            (error (string-append (symbol->string who) ": the comparators differ") a b))))

    (define (table-of who kind position obj)
      (check who kind position obj)
      (raw-table obj))

    (define (make-empty kind comparator)
      (if (not (comparator? comparator))
          (%wrong-type kind 1 "comparator" comparator))
      (make-record kind comparator (make-hash-table comparator)))

    (define (empty-like s) (make-empty (kind-of s) (comparator-of s)))

    (define (copy s)
      (make-record (kind-of s) (comparator-of s) (hash-table-copy (raw-table s) #t)))

    ;; How often `element` is there.
    (define (count-in s element)
      (let ((entry (hash-table-ref/default (raw-table s) element #f)))
        (if entry (cdr entry) 0)))

    ;; Makes `element` be there `count` times; the element that was there stays.
    (define (set-count-in! s element count)
      (let ((entry (hash-table-ref/default (raw-table s) element #f)))
        (if (> count 0)
            (hash-table-set! (raw-table s)
                             element
                             (cons (if entry (car entry) element)
                                   (if (eq? (kind-of s) 'set) 1 count)))
            (hash-table-delete! (raw-table s) element))))

    (define (add! s element)
      (if (not (comparator-test-type (comparator-of s) element))
          (error "the comparator of this set or bag is not for this element" element))
      (set-count-in! s element (+ 1 (count-in s element))))

    (define (subtract! s element)
      (set-count-in! s element (- (count-in s element) 1)))

    (define (replace! s element)
      (let ((entry (hash-table-ref/default (raw-table s) element #f)))
        (if entry
            (let ((count (cdr entry)))
              (hash-table-delete! (raw-table s) element)
              (hash-table-set! (raw-table s) element (cons element count))))))

    ;; Pairs of element and count.
    (define (entries s) (hash-table-values (raw-table s)))

    (define (fold-elements f state s)
      (fold (lambda (entry state)
              (let loop ((left (cdr entry)) (state state))
                (if (= left 0)
                    state
                    (loop (- left 1) (f (car entry) state)))))
            state
            (entries s)))

    (define (elements s) (fold-elements cons '() s))

    (define (size-of s) (fold (lambda (entry total) (+ total (cdr entry))) 0 (entries s)))

    (define (become! s other)
      (set-table! s (raw-table other))
      s)

    (define-syntax define-both
      (syntax-rules ()
        ((_ (set-name bag-name) (who kind) formals body1 body2 ...)
         (begin
           (define set-name
             (let ((who 'set-name) (kind 'set)) (lambda formals body1 body2 ...)))
           (define bag-name
             (let ((who 'bag-name) (kind 'bag)) (lambda formals body1 body2 ...)))))))

    (define-both (set bag) (who kind) (comparator . elements)
      (let ((s (make-empty kind comparator)))
        (for-each (lambda (element) (add! s element)) elements)
        s))

    ;; The comparator comes first or last.
    (define-both (set-unfold bag-unfold) (who kind) (a b c d e)
      (if (comparator? a)
          (unfold-into (make-empty kind a) b c d e)
          (unfold-into (make-empty kind e) a b c d)))

    (define (unfold-into s stop? f next seed)
      (let loop ((seed seed) (done '()))
        (if (stop? seed)
            (begin
              (for-each (lambda (element) (add! s element)) (reverse done))
              s)
            (let ((element (f seed)))
              (loop (next seed) (cons element done))))))

    (define-both (set-contains? bag-contains?) (who kind) (s element)
      (hash-table-contains? (table-of who kind 1 s) element))

    (define-both (set-empty? bag-empty?) (who kind) (s)
      (= 0 (hash-table-size (table-of who kind 1 s))))

    (define-both (set-disjoint? bag-disjoint?) (who kind) (a b)
      (check who kind 1 a)
      (check who kind 2 b)
      (not (any (lambda (entry) (hash-table-contains? (raw-table b) (car entry))) (entries a))))

    (define-both (set-member bag-member) (who kind) (s element default)
      (let ((entry (hash-table-ref/default (table-of who kind 1 s) element #f)))
        (if entry (car entry) default)))

    (define-both (set-element-comparator bag-element-comparator) (who kind) (s)
      (check who kind 1 s)
      (comparator-of s))

    (define-both (set-adjoin! bag-adjoin!) (who kind) (s . elements)
      (check who kind 1 s)
      (for-each (lambda (element) (add! s element)) elements)
      s)

    (define-both (set-adjoin bag-adjoin) (who kind) (s . elements)
      (check who kind 1 s)
      (let ((s (copy s)))
        (for-each (lambda (element) (add! s element)) elements)
        s))

    (define-both (set-replace! bag-replace!) (who kind) (s element)
      (check who kind 1 s)
      (replace! s element)
      s)

    (define-both (set-replace bag-replace) (who kind) (s element)
      (check who kind 1 s)
      (let ((s (copy s)))
        (replace! s element)
        s))

    (define-both (set-delete! bag-delete!) (who kind) (s . elements)
      (check who kind 1 s)
      (for-each (lambda (element) (subtract! s element)) elements)
      s)

    (define-both (set-delete bag-delete) (who kind) (s . elements)
      (check who kind 1 s)
      (let ((s (copy s)))
        (for-each (lambda (element) (subtract! s element)) elements)
        s))

    (define-both (set-delete-all! bag-delete-all!) (who kind) (s elements)
      (check who kind 1 s)
      (%check-list who 2 elements)
      (for-each (lambda (element) (subtract! s element)) elements)
      s)

    (define-both (set-delete-all bag-delete-all) (who kind) (s elements)
      (check who kind 1 s)
      (%check-list who 2 elements)
      (let ((s (copy s)))
        (for-each (lambda (element) (subtract! s element)) elements)
        s))

    (define-both (set-search! bag-search!) (who kind) (s element failure success)
      (let ((entry (hash-table-ref/default (table-of who kind 1 s) element #f)))
        (if entry
            (success (car entry)
                     (lambda (new obj)
                       (subtract! s (car entry))
                       (add! s new)
                       (values s obj))
                     (lambda (obj)
                       (subtract! s (car entry))
                       (values s obj)))
            (failure (lambda (obj)
                       (add! s element)
                       (values s obj))
                     (lambda (obj) (values s obj))))))

    (define-both (set-size bag-size) (who kind) (s)
      (check who kind 1 s)
      (size-of s))

    (define-both (set-find bag-find) (who kind) (found? s failure)
      (check who kind 2 s)
      (let loop ((rest (entries s)))
        (cond ((null? rest) (failure))
              ((found? (caar rest)) (caar rest))
              (else (loop (cdr rest))))))

    (define-both (set-count bag-count) (who kind) (counted? s)
      (check who kind 2 s)
      (fold-elements (lambda (element total) (if (counted? element) (+ total 1) total)) 0 s))

    (define-both (set-any? bag-any?) (who kind) (found? s)
      (check who kind 2 s)
      (and (any (lambda (entry) (found? (car entry))) (entries s)) #t))

    (define-both (set-every? bag-every?) (who kind) (holds? s)
      (check who kind 2 s)
      (and (every (lambda (entry) (holds? (car entry))) (entries s)) #t))

    (define-both (set-map bag-map) (who kind) (comparator f s)
      (check who kind 3 s)
      (let ((new (map f (elements s)))
            (result (make-empty kind comparator)))
        (for-each (lambda (element) (add! result element)) new)
        result))

    (define-both (set-for-each bag-for-each) (who kind) (f s)
      (check who kind 2 s)
      (for-each f (elements s)))

    (define-both (set-fold bag-fold) (who kind) (f initial s)
      (check who kind 3 s)
      (fold-elements f initial s))

    ;; The elements for which `keep?` holds, and the others.
    (define (split keep? s)
      (let ((kept (empty-like s))
            (others (empty-like s)))
        (for-each (lambda (entry)
                    (set-count-in! (if (keep? (car entry)) kept others) (car entry) (cdr entry)))
                  (entries s))
        (values kept others)))

    (define-both (set-filter bag-filter) (who kind) (keep? s)
      (check who kind 2 s)
      (let-values (((kept others) (split keep? s))) kept))
    (define-both (set-remove bag-remove) (who kind) (drop? s)
      (check who kind 2 s)
      (let-values (((dropped others) (split drop? s))) others))
    (define-both (set-partition bag-partition) (who kind) (in? s)
      (check who kind 2 s)
      (split in? s))
    (define-both (set-filter! bag-filter!) (who kind) (keep? s)
      (check who kind 2 s)
      (let-values (((kept others) (split keep? s))) (become! s kept)))
    (define-both (set-remove! bag-remove!) (who kind) (drop? s)
      (check who kind 2 s)
      (let-values (((dropped others) (split drop? s))) (become! s others)))
    (define-both (set-partition! bag-partition!) (who kind) (in? s)
      (check who kind 2 s)
      (let-values (((ins outs) (split in? s))) (values (become! s ins) outs)))

    (define-both (set-copy bag-copy) (who kind) (s)
      (check who kind 1 s)
      (copy s))

    (define-both (set->list bag->list) (who kind) (s)
      (check who kind 1 s)
      (elements s))

    (define-both (list->set list->bag) (who kind) (comparator elements)
      (%check-list who 2 elements)
      (let ((s (make-empty kind comparator)))
        (for-each (lambda (element) (add! s element)) elements)
        s))

    (define-both (list->set! list->bag!) (who kind) (s elements)
      (check who kind 1 s)
      (%check-list who 2 elements)
      (for-each (lambda (element) (add! s element)) elements)
      s)

    ;; Comparison

    (define (subset? a b)
      (every (lambda (entry) (<= (cdr entry) (count-in b (car entry)))) (entries a)))

    (define (chain who kind holds? sets)
      (for-each (lambda (s) (check who kind 1 s) (check-same who (car sets) s)) sets)
      (let loop ((first (car sets)) (rest (cdr sets)))
        (or (null? rest)
            (and (holds? first (car rest))
                 (loop (car rest) (cdr rest))))))

    (define (same? a b) (and (= (size-of a) (size-of b)) (subset? a b)))
    (define (proper? a b) (and (< (size-of a) (size-of b)) (subset? a b)))

    (define-both (set=? bag=?) (who kind) (s . sets)
      (chain who kind same? (cons s sets)))
    (define-both (set<? bag<?) (who kind) (s . sets)
      (chain who kind proper? (cons s sets)))
    (define-both (set>? bag>?) (who kind) (s . sets)
      (chain who kind (lambda (a b) (proper? b a)) (cons s sets)))
    (define-both (set<=? bag<=?) (who kind) (s . sets)
      (chain who kind subset? (cons s sets)))
    (define-both (set>=? bag>=?) (who kind) (s . sets)
      (chain who kind (lambda (a b) (subset? b a)) (cons s sets)))

    ;; Algebra: the count in the result from the counts in `a` and `b`.

    (define (combine! counts a b)
      (let ((from-b (entries b)))
        (for-each (lambda (entry)
                    (if (= 0 (count-in b (car entry)))
                        (set-count-in! a (car entry) (counts (cdr entry) 0))))
                  (entries a))
        (for-each (lambda (entry)
                    (set-count-in! a (car entry) (counts (count-in a (car entry)) (cdr entry))))
                  from-b)
        a))

    (define (combine-all! who kind counts s sets)
      (check who kind 1 s)
      (for-each (lambda (other) (check who kind 2 other) (check-same who s other)) sets)
      (for-each (lambda (other) (combine! counts s (if (eq? other s) (copy s) other))) sets)
      s)

    (define (combine-all who kind counts s sets)
      (check who kind 1 s)
      (combine-all! who kind counts (copy s) sets))

    (define (difference a b) (- a b))
    (define (distance a b) (abs (- a b)))

    (define-both (set-union bag-union) (who kind) (s . sets)
      (combine-all who kind max s sets))
    (define-both (set-union! bag-union!) (who kind) (s . sets)
      (combine-all! who kind max s sets))
    (define-both (set-intersection bag-intersection) (who kind) (s . sets)
      (combine-all who kind min s sets))
    (define-both (set-intersection! bag-intersection!) (who kind) (s . sets)
      (combine-all! who kind min s sets))
    (define-both (set-difference bag-difference) (who kind) (s . sets)
      (combine-all who kind difference s sets))
    (define-both (set-difference! bag-difference!) (who kind) (s . sets)
      (combine-all! who kind difference s sets))
    (define-both (set-xor bag-xor) (who kind) (a b)
      (combine-all who kind distance a (list b)))
    (define-both (set-xor! bag-xor!) (who kind) (a b)
      (combine-all! who kind distance a (list b)))

    (define (bag-sum s . bags) (combine-all 'bag-sum 'bag + s bags))
    (define (bag-sum! s . bags) (combine-all! 'bag-sum! 'bag + s bags))

    ;; Bags alone

    (define (bag-product factor s)
      (check 'bag-product 'bag 2 s)
      (bag-product! factor (copy s)))

    (define (bag-product! factor s)
      (%check-size 'bag-product! 1 factor)
      (check 'bag-product! 'bag 2 s)
      (for-each (lambda (entry) (set-count-in! s (car entry) (* factor (cdr entry)))) (entries s))
      s)

    (define (bag-unique-size s) (hash-table-size (table-of 'bag-unique-size 'bag 1 s)))

    (define (bag-element-count s element)
      (check 'bag-element-count 'bag 1 s)
      (count-in s element))

    (define (bag-for-each-unique f s)
      (check 'bag-for-each-unique 'bag 2 s)
      (for-each (lambda (entry) (f (car entry) (cdr entry))) (entries s)))

    (define (bag-fold-unique f initial s)
      (check 'bag-fold-unique 'bag 3 s)
      (fold (lambda (entry state) (f (car entry) (cdr entry) state)) initial (entries s)))

    (define (bag-increment! s element count)
      (check 'bag-increment! 'bag 1 s)
      (set-count-in! s element (+ (count-in s element) count))
      s)

    (define (bag-decrement! s element count)
      (check 'bag-decrement! 'bag 1 s)
      (set-count-in! s element (- (count-in s element) count))
      s)

    (define (bag->set s)
      (check 'bag->set 'bag 1 s)
      (let ((result (make-empty 'set (comparator-of s))))
        (for-each (lambda (entry) (add! result (car entry))) (entries s))
        result))

    (define (set->bag s)
      (check 'set->bag 'set 1 s)
      (make-record 'bag (comparator-of s) (hash-table-copy (raw-table s) #t)))

    (define (set->bag! bag s)
      (check 'set->bag! 'bag 1 bag)
      (check 'set->bag! 'set 2 s)
      (for-each (lambda (entry) (add! bag (car entry))) (entries s))
      bag)

    (define (bag->alist s)
      (check 'bag->alist 'bag 1 s)
      (map (lambda (entry) (cons (car entry) (cdr entry))) (entries s)))

    (define (alist->bag comparator alist)
      (let ((s (make-empty 'bag comparator)))
        (for-each (lambda (entry) (bag-increment! s (car entry) (cdr entry))) alist)
        s))

    ;; The hash does not depend on the order of the elements.
    (define (hash-elements s)
      (fold (lambda (entry hash)
              (modulo (+ hash (* (cdr entry) (comparator-hash (comparator-of s) (car entry))))
                      (hash-bound)))
            1
            (entries s)))

    (define set-comparator (make-comparator set? set=? set<? hash-elements))
    (define bag-comparator (make-comparator bag? bag=? bag<? hash-elements))))
