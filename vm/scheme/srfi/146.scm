;;; SRFI 146: mappings and hashmaps, association structures that never change.
;;;
;;; A mapping is a tree ordered by the keys. A hashmap is a tree ordered by the hashes of the keys,
;;; with an association list at each. The procedures that may change their argument do not: they are
;;; the others under another name.

(define-library (srfi 146 common)
  (export
   mapping mapping-unfold mapping? mapping-contains? mapping-empty? mapping-disjoint?
   mapping-ref mapping-ref/default mapping-key-comparator mapping-adjoin mapping-adjoin!
   mapping-set mapping-set! mapping-replace mapping-replace! mapping-delete mapping-delete!
   mapping-delete-all mapping-delete-all! mapping-intern mapping-intern! mapping-update
   mapping-update! mapping-update/default mapping-update!/default mapping-pop mapping-pop!
   mapping-search mapping-search! mapping-size mapping-find mapping-count mapping-any?
   mapping-every? mapping-keys mapping-values mapping-entries mapping-map mapping-map->list
   mapping-for-each mapping-fold mapping-filter mapping-filter! mapping-remove mapping-remove!
   mapping-partition mapping-partition! mapping-copy mapping=? mapping<? mapping>? mapping<=?
   mapping>=? mapping-union mapping-union! mapping-intersection mapping-intersection!
   mapping-difference mapping-difference! mapping-xor mapping-xor! mapping-comparator
   mapping->alist alist->mapping alist->mapping! make-mapping-comparator mapping/ordered
   mapping-unfold/ordered alist->mapping/ordered alist->mapping/ordered! mapping-min-key
   mapping-max-key mapping-min-value mapping-max-value mapping-min-entry mapping-max-entry
   mapping-key-predecessor mapping-key-successor mapping-range= mapping-range< mapping-range>
   mapping-range<= mapping-range>= mapping-range=! mapping-range<! mapping-range>!
   mapping-range<=! mapping-range>=! mapping-split mapping-catenate mapping-catenate!
   mapping-map/monotone mapping-map/monotone! mapping-fold/reverse hashmap hashmap-unfold
   hashmap? hashmap-contains? hashmap-empty? hashmap-disjoint? hashmap-ref hashmap-ref/default
   hashmap-key-comparator hashmap-adjoin hashmap-adjoin! hashmap-set hashmap-set!
   hashmap-replace hashmap-replace! hashmap-delete hashmap-delete! hashmap-delete-all
   hashmap-delete-all! hashmap-intern hashmap-intern! hashmap-update hashmap-update!
   hashmap-update/default hashmap-update!/default hashmap-pop hashmap-pop! hashmap-search
   hashmap-search! hashmap-size hashmap-find hashmap-count hashmap-any? hashmap-every?
   hashmap-keys hashmap-values hashmap-entries hashmap-map hashmap-map->list hashmap-for-each
   hashmap-fold hashmap-filter hashmap-filter! hashmap-remove hashmap-remove! hashmap-partition
   hashmap-partition! hashmap-copy hashmap=? hashmap<? hashmap>? hashmap<=? hashmap>=?
   hashmap-union hashmap-union! hashmap-intersection hashmap-intersection! hashmap-difference
   hashmap-difference! hashmap-xor hashmap-xor! hashmap-comparator hashmap->alist alist->hashmap
   alist->hashmap! make-hashmap-comparator)
  (import (scheme base) (only (srfi 1) every fold remove) (srfi 128) (srfi 146 tree)
          (lisle internal))
  (begin

    ;; Mappings and hashmaps

    (define-record-type <mapping>
      (make-map kind comparator tree count)
      map?
      (kind kind-of)
      (comparator comparator-of)
      (tree root)
      (count count-of))

    (define (mapping? obj) (and (map? obj) (eq? (kind-of obj) 'mapping)))
    (define (hashmap? obj) (and (map? obj) (eq? (kind-of obj) 'hashmap)))

    (define (check who kind position obj)
      (if (not (and (map? obj) (eq? (kind-of obj) kind)))
          (%wrong-type who position (symbol->string kind) obj)))

    (define (empty who kind comparator)
      (if (not (comparator? comparator)) (%wrong-type who 1 "comparator" comparator))
      (if (not (if (eq? kind 'mapping)
                   (comparator-ordered? comparator)
                   (comparator-hashable? comparator)))
          (error (string-append (symbol->string who) ": the comparator lacks "
                                (if (eq? kind 'mapping)
                                    "an ordering predicate"
                                    "a hash function"))
                 comparator))
      (make-map kind comparator #f 0))

    (define (empty-like m) (make-map (kind-of m) (comparator-of m) #f 0))

    (define (before-of m) (comparator-ordering-predicate (comparator-of m)))

    (define (of-tree m tree)
      (make-map 'mapping (comparator-of m) tree (size-of tree)))

    (define (bucket m hash)
      (let ((found (tree-find < (root m) hash)))
        (if found (value-of found) '())))

    (define (bucket-entry m key entries)
      (let ((same? (comparator-equality-predicate (comparator-of m))))
        (let loop ((rest entries))
          (and (pair? rest)
               (if (same? (caar rest) key)
                   (car rest)
                   (loop (cdr rest)))))))

    ;; The key that is there and its value, in a pair; or #f.
    (define (entry m key)
      (if (eq? (kind-of m) 'mapping)
          (let ((found (tree-find (before-of m) (root m) key)))
            (and found (cons (key-of found) (value-of found))))
          (bucket-entry m key (bucket m (comparator-hash (comparator-of m) key)))))

    (define (put m key value)
      (if (not (comparator-test-type (comparator-of m) key))
          (error "the comparator is not for this key" key))
      (if (eq? (kind-of m) 'mapping)
          (of-tree m (tree-insert (before-of m) (root m) key value))
          (let* ((hash (comparator-hash (comparator-of m) key))
                 (entries (bucket m hash))
                 (old (bucket-entry m key entries))
                 (others (if old (remove (lambda (other) (eq? other old)) entries) entries)))
            (make-map 'hashmap (comparator-of m)
                      (tree-insert < (root m) hash (cons (cons key value) others))
                      (if old (count-of m) (+ 1 (count-of m)))))))

    (define (drop m key)
      (if (eq? (kind-of m) 'mapping)
          (of-tree m (tree-delete (before-of m) (root m) key))
          (let* ((hash (comparator-hash (comparator-of m) key))
                 (entries (bucket m hash))
                 (old (bucket-entry m key entries))
                 (others (remove (lambda (other) (eq? other old)) entries)))
            (if old
                (make-map 'hashmap (comparator-of m)
                          (if (null? others)
                              (tree-delete < (root m) hash)
                              (tree-insert < (root m) hash others))
                          (- (count-of m) 1))
                m))))

    (define (put-new m key value)
      (if (entry m key) m (put m key value)))

    (define (fold-entries f state m)
      (if (eq? (kind-of m) 'mapping)
          (tree-fold f state (root m))
          (tree-fold (lambda (hash entries state)
                       (fold (lambda (entry state) (f (car entry) (cdr entry) state))
                             state entries))
                     state (root m))))

    ;; In order.
    (define (alist-of m)
      (if (eq? (kind-of m) 'mapping)
          (tree-fold-right (lambda (key value alist) (cons (cons key value) alist)) '() (root m))
          (fold-entries (lambda (key value alist) (cons (cons key value) alist)) '() m)))

    (define (add-arguments who m arguments add)
      (let loop ((m m) (rest arguments))
        (cond ((null? rest) m)
              ((null? (cdr rest))
               (error (string-append (symbol->string who) ": a key without a value") (car rest)))
              (else (loop (add m (car rest) (cadr rest)) (cddr rest))))))

    (define-syntax define-both
      (syntax-rules ()
        ((_ (mapping-name hashmap-name) (who kind) formals body1 body2 ...)
         (begin
           (define mapping-name
             (let ((who 'mapping-name) (kind 'mapping)) (lambda formals body1 body2 ...)))
           (define hashmap-name
             (let ((who 'hashmap-name) (kind 'hashmap)) (lambda formals body1 body2 ...)))))))

    ;; Of several values for one key the first counts.
    (define-both (mapping hashmap) (who kind) (comparator . arguments)
      (add-arguments who (empty who kind comparator) arguments put-new))

    (define-both (mapping-unfold hashmap-unfold) (who kind) (stop? f next seed comparator)
      (let loop ((m (empty who kind comparator)) (seed seed))
        (if (stop? seed)
            m
            (let-values (((key value) (f seed)))
              (loop (put-new m key value) (next seed))))))

    (define (add-alist m alist)
      (fold (lambda (entry m) (put-new m (car entry) (cdr entry))) m alist))
    (define-both (alist->mapping alist->hashmap) (who kind) (comparator alist)
      (%check-list who 2 alist)
      (add-alist (empty who kind comparator) alist))
    (define-both (alist->mapping! alist->hashmap!) (who kind) (m alist)
      (check who kind 1 m)
      (%check-list who 2 alist)
      (add-alist m alist))

    (define-both (mapping-contains? hashmap-contains?) (who kind) (m key)
      (check who kind 1 m)
      (and (entry m key) #t))
    (define-both (mapping-empty? hashmap-empty?) (who kind) (m)
      (check who kind 1 m)
      (= 0 (count-of m)))
    (define-both (mapping-disjoint? hashmap-disjoint?) (who kind) (a b)
      (check who kind 1 a)
      (check who kind 2 b)
      (every (lambda (pair) (not (entry b (car pair)))) (alist-of a)))

    (define (no-key who key)
      (error (string-append (symbol->string who) ": no such key") key))

    (define-both (mapping-ref hashmap-ref) (who kind) (m key . procedures)
      (check who kind 1 m)
      (let ((found (entry m key)))
        (cond ((and found (pair? procedures) (pair? (cdr procedures)))
               ((cadr procedures) (cdr found)))
              (found (cdr found))
              ((pair? procedures) ((car procedures)))
              (else (no-key who key)))))
    (define-both (mapping-ref/default hashmap-ref/default) (who kind) (m key default)
      (check who kind 1 m)
      (let ((found (entry m key)))
        (if found (cdr found) default)))
    (define-both (mapping-key-comparator hashmap-key-comparator) (who kind) (m)
      (check who kind 1 m)
      (comparator-of m))

    (define-both (mapping-adjoin hashmap-adjoin) (who kind) (m . arguments)
      (check who kind 1 m)
      (add-arguments who m arguments put-new))
    (define-both (mapping-set hashmap-set) (who kind) (m . arguments)
      (check who kind 1 m)
      (add-arguments who m arguments put))
    (define-both (mapping-replace hashmap-replace) (who kind) (m key value)
      (check who kind 1 m)
      (if (entry m key) (put m key value) m))
    (define-both (mapping-delete-all hashmap-delete-all) (who kind) (m keys)
      (check who kind 1 m)
      (%check-list who 2 keys)
      (fold (lambda (key m) (drop m key)) m keys))
    (define-both (mapping-delete hashmap-delete) (who kind) (m . keys)
      (check who kind 1 m)
      (fold (lambda (key m) (drop m key)) m keys))

    (define-both (mapping-intern hashmap-intern) (who kind) (m key failure)
      (check who kind 1 m)
      (let ((found (entry m key)))
        (if found
            (values m (cdr found))
            (let ((value (failure)))
              (values (put m key value) value)))))

    (define-both (mapping-update hashmap-update) (who kind) (m key f . procedures)
      (check who kind 1 m)
      (let ((found (entry m key)))
        (put m key
             (f (cond ((and found (pair? procedures) (pair? (cdr procedures)))
                       ((cadr procedures) (cdr found)))
                      (found (cdr found))
                      ((pair? procedures) ((car procedures)))
                      (else (no-key who key)))))))
    (define-both (mapping-update/default hashmap-update/default) (who kind) (m key f default)
      (check who kind 1 m)
      (let ((found (entry m key)))
        (put m key (f (if found (cdr found) default)))))

    (define-both (mapping-pop hashmap-pop) (who kind) (m . failure)
      (check who kind 1 m)
      (cond ((> (count-of m) 0)
             (let ((first (if (eq? kind 'mapping)
                              (let ((first (leftmost (root m))))
                                (cons (key-of first) (value-of first)))
                              (car (value-of (leftmost (root m)))))))
               (values (drop m (car first)) (car first) (cdr first))))
            ((pair? failure) ((car failure)))
            (else (error (string-append (symbol->string who) ": it is empty") m))))

    (define-both (mapping-search hashmap-search) (who kind) (m key failure success)
      (check who kind 1 m)
      (let ((found (entry m key)))
        (if found
            (success (car found) (cdr found)
                     (lambda (new-key new-value obj)
                       (values (put (drop m key) new-key new-value) obj))
                     (lambda (obj) (values (drop m key) obj)))
            (failure (lambda (value obj) (values (put m key value) obj))
                     (lambda (obj) (values m obj))))))

    (define-both (mapping-size hashmap-size) (who kind) (m)
      (check who kind 1 m)
      (count-of m))
    (define-both (mapping-find hashmap-find) (who kind) (found? m failure)
      (check who kind 2 m)
      (let loop ((rest (alist-of m)))
        (cond ((null? rest) (failure))
              ((found? (caar rest) (cdar rest)) (values (caar rest) (cdar rest)))
              (else (loop (cdr rest))))))
    (define-both (mapping-count hashmap-count) (who kind) (counted? m)
      (check who kind 2 m)
      (fold-entries (lambda (key value total) (if (counted? key value) (+ total 1) total)) 0 m))
    (define-both (mapping-any? hashmap-any?) (who kind) (found? m)
      (check who kind 2 m)
      (let loop ((rest (alist-of m)))
        (and (pair? rest)
             (or (and (found? (caar rest) (cdar rest)) #t)
                 (loop (cdr rest))))))
    (define-both (mapping-every? hashmap-every?) (who kind) (holds? m)
      (check who kind 2 m)
      (every (lambda (pair) (and (holds? (car pair) (cdr pair)) #t)) (alist-of m)))

    (define-both (mapping-keys hashmap-keys) (who kind) (m)
      (check who kind 1 m)
      (map car (alist-of m)))
    (define-both (mapping-values hashmap-values) (who kind) (m)
      (check who kind 1 m)
      (map cdr (alist-of m)))
    (define-both (mapping-entries hashmap-entries) (who kind) (m)
      (check who kind 1 m)
      (let ((alist (alist-of m)))
        (values (map car alist) (map cdr alist))))

    (define-both (mapping-map hashmap-map) (who kind) (f comparator m)
      (check who kind 3 m)
      (fold (lambda (pair result)
              (let-values (((key value) (f (car pair) (cdr pair))))
                (put-new result key value)))
            (empty who kind comparator)
            (alist-of m)))
    (define-both (mapping-map->list hashmap-map->list) (who kind) (f m)
      (check who kind 2 m)
      (map (lambda (pair) (f (car pair) (cdr pair))) (alist-of m)))
    (define-both (mapping-for-each hashmap-for-each) (who kind) (f m)
      (check who kind 2 m)
      (for-each (lambda (pair) (f (car pair) (cdr pair))) (alist-of m)))
    (define-both (mapping-fold hashmap-fold) (who kind) (f seed m)
      (check who kind 3 m)
      (fold-entries f seed m))

    (define (keep keep? m)
      (fold-entries (lambda (key value result)
                      (if (keep? key value) (put result key value) result))
                    (empty-like m) m))
    (define-both (mapping-filter hashmap-filter) (who kind) (keep? m)
      (check who kind 2 m)
      (keep keep? m))
    (define-both (mapping-remove hashmap-remove) (who kind) (drop? m)
      (check who kind 2 m)
      (keep (lambda (key value) (not (drop? key value))) m))
    (define-both (mapping-partition hashmap-partition) (who kind) (in? m)
      (check who kind 2 m)
      (let loop ((rest (alist-of m)) (ins (empty-like m)) (outs (empty-like m)))
        (cond ((null? rest) (values ins outs))
              ((in? (caar rest) (cdar rest))
               (loop (cdr rest) (put ins (caar rest) (cdar rest)) outs))
              (else (loop (cdr rest) ins (put outs (caar rest) (cdar rest)))))))

    (define-both (mapping-copy hashmap-copy) (who kind) (m)
      (check who kind 1 m)
      m)
    (define-both (mapping->alist hashmap->alist) (who kind) (m)
      (check who kind 1 m)
      (alist-of m))

    ;; Comparison, with a comparator of values

    (define (within? comparator a b)
      (and (<= (count-of a) (count-of b))
           (every (lambda (pair)
                    (let ((other (entry b (car pair))))
                      (and other (=? comparator (cdr pair) (cdr other)))))
                  (alist-of a))))
    (define (smaller? a b) (< (count-of a) (count-of b)))
    (define (same-size? a b) (= (count-of a) (count-of b)))

    (define (chain who kind holds? comparator maps)
      (if (not (comparator? comparator)) (%wrong-type who 1 "comparator" comparator))
      (for-each (lambda (m) (check who kind 2 m)) maps)
      (let loop ((first (car maps)) (rest (cdr maps)))
        (or (null? rest)
            (and (holds? comparator first (car rest))
                 (loop (car rest) (cdr rest))))))

    (define-both (mapping=? hashmap=?) (who kind) (comparator m . more)
      (chain who kind
             (lambda (c a b)
               (and (eq? (comparator-of a) (comparator-of b)) (same-size? a b) (within? c a b)))
             comparator (cons m more)))
    (define-both (mapping<? hashmap<?) (who kind) (comparator m . more)
      (chain who kind (lambda (c a b) (and (smaller? a b) (within? c a b)))
             comparator (cons m more)))
    (define-both (mapping>? hashmap>?) (who kind) (comparator m . more)
      (chain who kind (lambda (c a b) (and (smaller? b a) (within? c b a)))
             comparator (cons m more)))
    (define-both (mapping<=? hashmap<=?) (who kind) (comparator m . more)
      (chain who kind within? comparator (cons m more)))
    (define-both (mapping>=? hashmap>=?) (who kind) (comparator m . more)
      (chain who kind (lambda (c a b) (within? c b a)) comparator (cons m more)))

    ;; Algebra. Associations of the first mapping stay.

    (define (combine who kind f m more)
      (check who kind 1 m)
      (for-each (lambda (other) (check who kind 2 other)) more)
      (fold (lambda (other result) (f result other)) m more))

    (define-both (mapping-union hashmap-union) (who kind) (m . more)
      (combine who kind (lambda (a b) (fold-entries (lambda (key value a) (put-new a key value)) a b))
               m more))
    (define-both (mapping-intersection hashmap-intersection) (who kind) (m . more)
      (combine who kind (lambda (a b) (keep (lambda (key value) (entry b key)) a)) m more))
    (define-both (mapping-difference hashmap-difference) (who kind) (m . more)
      (combine who kind (lambda (a b) (keep (lambda (key value) (not (entry b key))) a)) m more))
    (define-both (mapping-xor hashmap-xor) (who kind) (a b)
      (combine who kind
               (lambda (a b)
                 (fold-entries (lambda (key value result)
                                 (if (entry a key) (drop result key) (put result key value)))
                               a b))
               a (list b)))

    (define-syntax define-aliases
      (syntax-rules ()
        ((_ (alias name) ...) (begin (define alias name) ...))))
    (define-aliases
      (mapping-adjoin! mapping-adjoin) (hashmap-adjoin! hashmap-adjoin)
      (mapping-set! mapping-set) (hashmap-set! hashmap-set)
      (mapping-replace! mapping-replace) (hashmap-replace! hashmap-replace)
      (mapping-delete! mapping-delete) (hashmap-delete! hashmap-delete)
      (mapping-delete-all! mapping-delete-all) (hashmap-delete-all! hashmap-delete-all)
      (mapping-intern! mapping-intern) (hashmap-intern! hashmap-intern)
      (mapping-update! mapping-update) (hashmap-update! hashmap-update)
      (mapping-update!/default mapping-update/default)
      (hashmap-update!/default hashmap-update/default)
      (mapping-pop! mapping-pop) (hashmap-pop! hashmap-pop)
      (mapping-search! mapping-search) (hashmap-search! hashmap-search)
      (mapping-filter! mapping-filter) (hashmap-filter! hashmap-filter)
      (mapping-remove! mapping-remove) (hashmap-remove! hashmap-remove)
      (mapping-partition! mapping-partition) (hashmap-partition! hashmap-partition)
      (mapping-union! mapping-union) (hashmap-union! hashmap-union)
      (mapping-intersection! mapping-intersection) (hashmap-intersection! hashmap-intersection)
      (mapping-difference! mapping-difference) (hashmap-difference! hashmap-difference)
      (mapping-xor! mapping-xor) (hashmap-xor! hashmap-xor)
      (mapping/ordered mapping) (mapping-unfold/ordered mapping-unfold)
      (alist->mapping/ordered alist->mapping) (alist->mapping/ordered! alist->mapping!))

    ;; Comparators

    (define (hash-of comparator m)
      (fold-entries (lambda (key value hash)
                      (modulo (+ hash (* 31 (comparator-hash (comparator-of m) key))
                                 (comparator-hash comparator value))
                              (hash-bound)))
                    1 m))

    ;; Lexicographically by keys and values.
    (define (alist<? keys values a b)
      (cond ((null? b) #f)
            ((null? a) #t)
            ((<? keys (caar a) (caar b)) #t)
            ((<? keys (caar b) (caar a)) #f)
            ((<? values (cdar a) (cdar b)) #t)
            ((<? values (cdar b) (cdar a)) #f)
            (else (alist<? keys values (cdr a) (cdr b)))))

    (define (make-mapping-comparator comparator)
      (make-comparator mapping?
                       (lambda (a b) (mapping=? comparator a b))
                       (and (comparator-ordered? comparator)
                            (lambda (a b)
                              (alist<? (comparator-of a) comparator (alist-of a) (alist-of b))))
                       (and (comparator-hashable? comparator)
                            (lambda (m) (hash-of comparator m)))))

    (define (make-hashmap-comparator comparator)
      (make-comparator hashmap?
                       (lambda (a b) (hashmap=? comparator a b))
                       #f
                       (and (comparator-hashable? comparator)
                            (lambda (m) (hash-of comparator m)))))

    (define mapping-comparator (make-mapping-comparator (make-default-comparator)))
    (define hashmap-comparator (make-hashmap-comparator (make-default-comparator)))

    ;; What only an order allows

    (define (end-of who m side)
      (check who 'mapping 1 m)
      (if (not (root m)) (error (string-append (symbol->string who) ": it is empty") m))
      (side (root m)))
    (define (mapping-min-key m) (key-of (end-of 'mapping-min-key m leftmost)))
    (define (mapping-max-key m) (key-of (end-of 'mapping-max-key m rightmost)))
    (define (mapping-min-value m) (value-of (end-of 'mapping-min-value m leftmost)))
    (define (mapping-max-value m) (value-of (end-of 'mapping-max-value m rightmost)))
    (define (mapping-min-entry m)
      (let ((node (end-of 'mapping-min-entry m leftmost)))
        (values (key-of node) (value-of node))))
    (define (mapping-max-entry m)
      (let ((node (end-of 'mapping-max-entry m rightmost)))
        (values (key-of node) (value-of node))))

    (define (mapping-key-predecessor m key failure)
      (check 'mapping-key-predecessor 'mapping 1 m)
      (let ((before? (before-of m)))
        (let loop ((tree (root m)) (best #f))
          (cond ((not tree) (if best (key-of best) (failure)))
                ((before? (key-of tree) key) (loop (right-of tree) tree))
                (else (loop (left-of tree) best))))))

    (define (mapping-key-successor m key failure)
      (check 'mapping-key-successor 'mapping 1 m)
      (let ((before? (before-of m)))
        (let loop ((tree (root m)) (best #f))
          (cond ((not tree) (if best (key-of best) (failure)))
                ((before? key (key-of tree)) (loop (left-of tree) tree))
                (else (loop (right-of tree) best))))))

    (define (of-entries m alist) (of-tree m (tree-of (list->vector alist))))

    ;; The entries whose keys `in?` accepts; they stay in order.
    (define (range who m in?)
      (check who 'mapping 1 m)
      (of-entries m
                  (tree-fold-right (lambda (key value alist)
                                     (if (in? key) (cons (cons key value) alist) alist))
                                   '() (root m))))
    (define (mapping-range= m key)
      (range 'mapping-range= m (lambda (other) (=? (comparator-of m) other key))))
    (define (mapping-range< m key)
      (range 'mapping-range< m (lambda (other) (<? (comparator-of m) other key))))
    (define (mapping-range> m key)
      (range 'mapping-range> m (lambda (other) (>? (comparator-of m) other key))))
    (define (mapping-range<= m key)
      (range 'mapping-range<= m (lambda (other) (<=? (comparator-of m) other key))))
    (define (mapping-range>= m key)
      (range 'mapping-range>= m (lambda (other) (>=? (comparator-of m) other key))))
    (define-aliases
      (mapping-range=! mapping-range=) (mapping-range<! mapping-range<)
      (mapping-range>! mapping-range>) (mapping-range<=! mapping-range<=)
      (mapping-range>=! mapping-range>=))

    (define (mapping-split m key)
      (values (mapping-range< m key) (mapping-range<= m key) (mapping-range= m key)
              (mapping-range>= m key) (mapping-range> m key)))

    (define (mapping-catenate comparator a key value b)
      (check 'mapping-catenate 'mapping 2 a)
      (check 'mapping-catenate 'mapping 5 b)
      (of-entries (empty 'mapping-catenate 'mapping comparator)
                  (append (alist-of a) (list (cons key value)) (alist-of b))))

    (define (mapping-map/monotone f comparator m)
      (check 'mapping-map/monotone 'mapping 3 m)
      (of-entries (empty 'mapping-map/monotone 'mapping comparator)
                  (map (lambda (pair)
                         (let-values (((key value) (f (car pair) (cdr pair))))
                           (cons key value)))
                       (alist-of m))))
    (define-aliases
      (mapping-catenate! mapping-catenate) (mapping-map/monotone! mapping-map/monotone))

    (define (mapping-fold/reverse f seed m)
      (check 'mapping-fold/reverse 'mapping 3 m)
      (tree-fold-right f seed (root m)))))

(define-library (srfi 146)
  (export
   comparator?
   mapping mapping-unfold mapping? mapping-contains? mapping-empty? mapping-disjoint?
   mapping-ref mapping-ref/default mapping-key-comparator mapping-adjoin mapping-adjoin!
   mapping-set mapping-set! mapping-replace mapping-replace! mapping-delete mapping-delete!
   mapping-delete-all mapping-delete-all! mapping-intern mapping-intern! mapping-update
   mapping-update! mapping-update/default mapping-update!/default mapping-pop mapping-pop!
   mapping-search mapping-search! mapping-size mapping-find mapping-count mapping-any?
   mapping-every? mapping-keys mapping-values mapping-entries mapping-map mapping-map->list
   mapping-for-each mapping-fold mapping-filter mapping-filter! mapping-remove mapping-remove!
   mapping-partition mapping-partition! mapping-copy mapping=? mapping<? mapping>? mapping<=?
   mapping>=? mapping-union mapping-union! mapping-intersection mapping-intersection!
   mapping-difference mapping-difference! mapping-xor mapping-xor! mapping-comparator
   mapping->alist alist->mapping alist->mapping! make-mapping-comparator mapping/ordered
   mapping-unfold/ordered alist->mapping/ordered alist->mapping/ordered! mapping-min-key
   mapping-max-key mapping-min-value mapping-max-value mapping-min-entry mapping-max-entry
   mapping-key-predecessor mapping-key-successor mapping-range= mapping-range< mapping-range>
   mapping-range<= mapping-range>= mapping-range=! mapping-range<! mapping-range>!
   mapping-range<=! mapping-range>=! mapping-split mapping-catenate mapping-catenate!
   mapping-map/monotone mapping-map/monotone! mapping-fold/reverse)
  (import (srfi 128) (srfi 146 common)))

(define-library (srfi 146 hash)
  (export
   comparator?
   hashmap hashmap-unfold hashmap? hashmap-contains? hashmap-empty? hashmap-disjoint?
   hashmap-ref hashmap-ref/default hashmap-key-comparator hashmap-adjoin hashmap-adjoin!
   hashmap-set hashmap-set! hashmap-replace hashmap-replace! hashmap-delete hashmap-delete!
   hashmap-delete-all hashmap-delete-all! hashmap-intern hashmap-intern! hashmap-update
   hashmap-update! hashmap-update/default hashmap-update!/default hashmap-pop hashmap-pop!
   hashmap-search hashmap-search! hashmap-size hashmap-find hashmap-count hashmap-any?
   hashmap-every? hashmap-keys hashmap-values hashmap-entries hashmap-map hashmap-map->list
   hashmap-for-each hashmap-fold hashmap-filter hashmap-filter! hashmap-remove hashmap-remove!
   hashmap-partition hashmap-partition! hashmap-copy hashmap=? hashmap<? hashmap>? hashmap<=?
   hashmap>=? hashmap-union hashmap-union! hashmap-intersection hashmap-intersection!
   hashmap-difference hashmap-difference! hashmap-xor hashmap-xor! hashmap-comparator
   hashmap->alist alist->hashmap alist->hashmap! make-hashmap-comparator)
  (import (srfi 128) (srfi 146 common)))
