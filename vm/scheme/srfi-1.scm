;;; The rest of SRFI 1.

;; Constructors

(define (xcons a d) (cons d a))

(define (list-tabulate size f)
  (let loop ((index (- size 1)) (done '()))
    (if (< index 0)
        done
        (loop (- index 1) (cons (f index) done)))))

(define (circular-list first . rest)
  (let ((items (cons first rest)))
    (set-cdr! (last-pair items) items)
    items))

;; Predicates

(define proper-list? list?)

;; Walks at two speeds; `end?` tells of the end that it comes to, and `circular` is the answer when
;; there is none.
(define (%list-end items end? circular)
  (let loop ((slow items) (fast items))
    (if (pair? fast)
        (let ((fast (cdr fast)))
          (if (pair? fast)
              (let ((slow (cdr slow))
                    (fast (cdr fast)))
                (if (eq? slow fast)
                    circular
                    (loop slow fast)))
              (end? fast)))
        (end? fast))))

(define (circular-list? items)
  (%list-end items (lambda (end) #f) #t))

(define (dotted-list? items)
  (%list-end items (lambda (end) (not (null? end))) #f))

(define (not-pair? obj) (not (pair? obj)))

(define (null-list? items)
  (cond ((pair? items) #f)
        ((null? items) #t)
        (else (%wrong-type 'null-list? 1 "list" items))))

(define (list= same? . lists)
  (define (two= a b)
    (cond ((eq? a b) #t)
          ((null-list? a) (null-list? b))
          ((null-list? b) #f)
          ((same? (car a) (car b)) (two= (cdr a) (cdr b)))
          (else #f)))
  (or (null? lists)
      (let loop ((first (car lists)) (rest (cdr lists)))
        (or (null? rest)
            (and (two= first (car rest))
                 (loop (car rest) (cdr rest)))))))

(define (length+ items)
  (%list-end items (lambda (end) (length items)) #f))

;; Selectors

(define (first items) (car items))
(define (second items) (cadr items))
(define (third items) (caddr items))
(define (fourth items) (cadddr items))
(define (fifth items) (car (cddddr items)))
(define (sixth items) (cadr (cddddr items)))
(define (seventh items) (caddr (cddddr items)))
(define (eighth items) (cadddr (cddddr items)))
(define (ninth items) (car (cddddr (cddddr items))))
(define (tenth items) (cadr (cddddr (cddddr items))))

(define (car+cdr pair) (values (car pair) (cdr pair)))

(define (take items size)
  (%check-size 'take 2 size)
  (let loop ((rest items) (left size) (done '()))
    (if (> left 0)
        (if (pair? rest)
            (loop (cdr rest) (- left 1) (cons (car rest) done))
            (%wrong-type 'take 1 "list that is long enough" items))
        (reverse done))))

(define (drop items size)
  (%check-size 'drop 2 size)
  (let loop ((rest items) (left size))
    (if (> left 0)
        (if (pair? rest)
            (loop (cdr rest) (- left 1))
            (%wrong-type 'drop 1 "list that is long enough" items))
        rest)))

(define (take-right items size)
  (let loop ((behind items) (ahead (drop items size)))
    (if (pair? ahead)
        (loop (cdr behind) (cdr ahead))
        behind)))

(define (drop-right items size)
  (let loop ((behind items) (ahead (drop items size)) (done '()))
    (if (pair? ahead)
        (loop (cdr behind) (cdr ahead) (cons (car behind) done))
        (reverse done))))

(define take! take)
(define drop-right! drop-right)

(define (split-at items size)
  (let loop ((rest items) (left size) (done '()))
    (if (> left 0)
        (if (pair? rest)
            (loop (cdr rest) (- left 1) (cons (car rest) done))
            (%wrong-type 'split-at 1 "list that is long enough" items))
        (values (reverse done) rest))))

(define split-at! split-at)

(define (last items) (car (last-pair items)))

;; Joining and reversing

(define (concatenate lists)
  (let loop ((lists (reverse lists)) (result '()))
    (cond ((null? lists) result)
          ((null? result) (loop (cdr lists) (car lists)))
          (else (loop (cdr lists) (append (car lists) result))))))

(define (concatenate! lists) (apply append! lists))

(define (append-reverse items tail)
  (let loop ((rest items) (result tail))
    (if (pair? rest)
        (loop (cdr rest) (cons (car rest) result))
        (begin
          (%check-end 'append-reverse 1 rest)
          result))))

(define (append-reverse! items tail)
  (let loop ((rest items) (result tail))
    (if (pair? rest)
        (let ((next (cdr rest)))
          (set-cdr! rest result)
          (loop next rest))
        (begin
          (%check-end 'reverse! 1 rest)
          result))))

(define (zip items . lists)
  (apply map list items lists))

(define (unzip1 lists) (map car lists))

(define (unzip2 lists)
  (values (map car lists) (map cadr lists)))

(define (unzip3 lists)
  (values (map car lists) (map cadr lists) (map caddr lists)))

(define (unzip4 lists)
  (values (map car lists) (map cadr lists) (map caddr lists) (map cadddr lists)))

(define (unzip5 lists)
  (values (map car lists) (map cadr lists) (map caddr lists) (map cadddr lists)
          (map fifth lists)))

;; Folding and mapping

(define pair-fold
  (case-lambda
    ((f initial items)
     (let loop ((rest items) (result initial))
       (if (pair? rest)
           (let ((next (cdr rest)))
             (loop next (f rest result)))
           result)))
    ((f initial . lists)
     (let loop ((lists lists) (result initial))
       (if (%any-end? lists)
           result
           (let ((next (%cdrs lists)))
             (loop next (apply f (append lists (list result))))))))))

(define pair-fold-right
  (case-lambda
    ((f initial items)
     (let loop ((rest items))
       (if (pair? rest)
           (f rest (loop (cdr rest)))
           initial)))
    ((f initial . lists)
     (let loop ((lists lists))
       (if (%any-end? lists)
           initial
           (apply f (append lists (list (loop (%cdrs lists))))))))))

(define unfold
  (case-lambda
    ((stop? f next seed) (unfold stop? f next seed (lambda (seed) '())))
    ((stop? f next seed tail)
     (let loop ((seed seed) (done '()))
       (if (stop? seed)
           (append-reverse done (tail seed))
           (loop (next seed) (cons (f seed) done)))))))

(define unfold-right
  (case-lambda
    ((stop? f next seed) (unfold-right stop? f next seed '()))
    ((stop? f next seed tail)
     (let loop ((seed seed) (result tail))
       (if (stop? seed)
           result
           (loop (next seed) (cons (f seed) result)))))))

(define map-in-order map)
(define map! map)
(define append-map! append-map)

(define pair-for-each
  (case-lambda
    ((f items)
     (let loop ((rest items))
       (if (pair? rest)
           (let ((next (cdr rest)))
             (f rest)
             (loop next)))))
    ((f . lists)
     (let loop ((lists lists))
       (if (not (%any-end? lists))
           (let ((next (%cdrs lists)))
             (apply f lists)
             (loop next)))))))

;; Filtering and searching

(define filter! filter)
(define remove! remove)
(define partition! partition)
(define delete! delete)
(define delete-duplicates! delete-duplicates)

(define (take-while keep? items)
  (let loop ((rest items) (kept '()))
    (if (and (pair? rest) (keep? (car rest)))
        (loop (cdr rest) (cons (car rest) kept))
        (reverse kept))))

(define take-while! take-while)

(define (drop-while drop? items)
  (let loop ((rest items))
    (if (and (pair? rest) (drop? (car rest)))
        (loop (cdr rest))
        rest)))

(define (span in? items)
  (let loop ((rest items) (ins '()))
    (if (and (pair? rest) (in? (car rest)))
        (loop (cdr rest) (cons (car rest) ins))
        (values (reverse ins) rest))))

(define (break out? items)
  (span (lambda (item) (not (out? item))) items))

(define span! span)
(define break! break)

;; Association lists

(define (alist-cons key value alist)
  (cons (cons key value) alist))

(define (alist-copy alist)
  (map (lambda (entry) (cons (car entry) (cdr entry))) alist))

(define alist-delete
  (case-lambda
    ((key alist) (alist-delete key alist equal?))
    ((key alist same?)
     (remove (lambda (entry) (same? key (car entry))) alist))))

(define alist-delete! alist-delete)
