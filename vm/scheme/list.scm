;;; Mapping, folding and searching lists. The common arities have loops of their own.
;;;
;;; Results are built without mutation, so a continuation captured in a mapped procedure can be
;;; re-entered without disturbing lists that were returned before.

;; `rest` is where a walk over the argument `position` of `who` ended: the end of a list?
(define (%check-end who position rest)
  (if (not (null? rest))
      (%wrong-type who position "list" rest)))

(define (%check-procedure who f)
  (if (not (procedure? f))
      (%wrong-type who 1 "procedure" f)))

(define (%any-end? lists)
  (and (pair? lists)
       (or (not (pair? (car lists)))
           (%any-end? (cdr lists)))))

(define (%cars lists)
  (if (pair? lists)
      (cons (caar lists) (%cars (cdr lists)))
      '()))

(define (%cars+ lists final)
  (if (pair? lists)
      (cons (caar lists) (%cars+ (cdr lists) final))
      (list final)))

(define (%cdrs lists)
  (if (pair? lists)
      (cons (cdar lists) (%cdrs (cdr lists)))
      '()))

(define map
  (case-lambda
    ((f items)
     (let loop ((rest items) (done '()))
       (if (pair? rest)
           (loop (cdr rest) (cons (f (car rest)) done))
           (begin
             (%check-end 'map 2 rest)
             (reverse done)))))
    ((f items1 items2)
     (let loop ((rest1 items1) (rest2 items2) (done '()))
       (if (and (pair? rest1) (pair? rest2))
           (loop (cdr rest1) (cdr rest2) (cons (f (car rest1) (car rest2)) done))
           (begin
             (if (not (pair? rest1)) (%check-end 'map 2 rest1) (%check-end 'map 3 rest2))
             (reverse done)))))
    ((f . lists)
     (let loop ((lists lists) (done '()))
       (if (%any-end? lists)
           (reverse done)
           (loop (%cdrs lists) (cons (apply f (%cars lists)) done)))))))

(define for-each
  (case-lambda
    ((f items)
     (let loop ((rest items))
       (if (pair? rest)
           (begin
             (f (car rest))
             (loop (cdr rest)))
           (%check-end 'for-each 2 rest))))
    ((f items1 items2)
     (let loop ((rest1 items1) (rest2 items2))
       (if (and (pair? rest1) (pair? rest2))
           (begin
             (f (car rest1) (car rest2))
             (loop (cdr rest1) (cdr rest2)))
           (if (not (pair? rest1)) (%check-end 'for-each 2 rest1) (%check-end 'for-each 3 rest2)))))
    ((f . lists)
     (let loop ((lists lists))
       (if (not (%any-end? lists))
           (begin
             (apply f (%cars lists))
             (loop (%cdrs lists))))))))

(define fold
  (case-lambda
    ((f initial items)
     (let loop ((rest items) (result initial))
       (if (pair? rest)
           (loop (cdr rest) (f (car rest) result))
           (begin
             (%check-end 'fold 3 rest)
             result))))
    ((f initial items1 items2)
     (let loop ((rest1 items1) (rest2 items2) (result initial))
       (if (and (pair? rest1) (pair? rest2))
           (loop (cdr rest1) (cdr rest2) (f (car rest1) (car rest2) result))
           result)))
    ((f initial . lists)
     (let loop ((lists lists) (result initial))
       (if (%any-end? lists)
           result
           (loop (%cdrs lists) (apply f (%cars+ lists result))))))))

(define fold-left
  (case-lambda
    ((f initial items)
     (let loop ((rest items) (result initial))
       (if (pair? rest)
           (loop (cdr rest) (f result (car rest)))
           (begin
             (%check-end 'fold-left 3 rest)
             result))))
    ((f initial . lists)
     (let loop ((lists lists) (result initial))
       (if (%any-end? lists)
           result
           (loop (%cdrs lists) (apply f result (%cars lists))))))))

(define fold-right
  (case-lambda
    ((f initial items)
     (let loop ((rest (reverse items)) (result initial))
       (if (pair? rest)
           (loop (cdr rest) (f (car rest) result))
           result)))
    ((f initial . lists)
     (let loop ((rows (apply map list lists)) (result initial))
       (if (pair? rows)
           (apply f (append (car rows) (list (loop (cdr rows) result))))
           result)))))

(define (reduce f default items)
  (if (pair? items)
      (fold f (car items) (cdr items))
      (begin
        (%check-end 'reduce 3 items)
        default)))

(define (reduce-right f default items)
  (if (pair? items)
      (let ((backwards (reverse items)))
        (fold f (car backwards) (cdr backwards)))
      (begin
        (%check-end 'reduce-right 3 items)
        default)))

(define append-map
  (case-lambda
    ((f items)
     (let loop ((rest items) (done '()))
       (if (pair? rest)
           (loop (cdr rest) (cons (f (car rest)) done))
           (begin
             (%check-end 'append-map 2 rest)
             (concatenate (reverse done))))))
    ((f . lists)
     (concatenate (apply map f lists)))))

(define filter-map
  (case-lambda
    ((f items)
     (let loop ((rest items) (done '()))
       (if (pair? rest)
           (let ((value (f (car rest))))
             (loop (cdr rest) (if value (cons value done) done)))
           (begin
             (%check-end 'filter-map 2 rest)
             (reverse done)))))
    ((f . lists)
     (filter (lambda (value) value) (apply map f lists)))))

(define (filter keep? items)
  (let loop ((rest items) (kept '()))
    (if (pair? rest)
        (let ((item (car rest)))
          (loop (cdr rest) (if (keep? item) (cons item kept) kept)))
        (begin
          (%check-end 'filter 2 rest)
          (reverse kept)))))

(define (remove drop? items)
  (let loop ((rest items) (kept '()))
    (if (pair? rest)
        (let ((item (car rest)))
          (loop (cdr rest) (if (drop? item) kept (cons item kept))))
        (begin
          (%check-end 'remove 2 rest)
          (reverse kept)))))

(define (partition in? items)
  (let loop ((rest items) (ins '()) (outs '()))
    (if (pair? rest)
        (let ((item (car rest)))
          (if (in? item)
              (loop (cdr rest) (cons item ins) outs)
              (loop (cdr rest) ins (cons item outs))))
        (begin
          (%check-end 'partition 2 rest)
          (values (reverse ins) (reverse outs))))))

(define (find found? items)
  (let loop ((rest items))
    (if (pair? rest)
        (let ((item (car rest)))
          (if (found? item)
              item
              (loop (cdr rest))))
        (begin
          (%check-end 'find 2 rest)
          #f))))

(define (find-tail found? items)
  (let loop ((rest items))
    (if (pair? rest)
        (if (found? (car rest))
            rest
            (loop (cdr rest)))
        (begin
          (%check-end 'find-tail 2 rest)
          #f))))

;; `any` and `every` call the predicate on the last elements in tail position.
(define any
  (case-lambda
    ((found? items)
     (if (pair? items)
         (let loop ((item (car items)) (rest (cdr items)))
           (if (pair? rest)
               (or (found? item)
                   (loop (car rest) (cdr rest)))
               (found? item)))
         #f))
    ((found? . lists)
     (if (%any-end? lists)
         #f
         (let loop ((lists lists))
           (let ((rest (%cdrs lists)))
             (if (%any-end? rest)
                 (apply found? (%cars lists))
                 (or (apply found? (%cars lists))
                     (loop rest)))))))))

(define every
  (case-lambda
    ((holds? items)
     (if (pair? items)
         (let loop ((item (car items)) (rest (cdr items)))
           (if (pair? rest)
               (and (holds? item)
                    (loop (car rest) (cdr rest)))
               (holds? item)))
         #t))
    ((holds? . lists)
     (if (%any-end? lists)
         #t
         (let loop ((lists lists))
           (let ((rest (%cdrs lists)))
             (if (%any-end? rest)
                 (apply holds? (%cars lists))
                 (and (apply holds? (%cars lists))
                      (loop rest)))))))))

(define list-index
  (case-lambda
    ((found? items)
     (let loop ((rest items) (index 0))
       (if (pair? rest)
           (if (found? (car rest))
               index
               (loop (cdr rest) (+ index 1)))
           #f)))
    ((found? . lists)
     (let loop ((lists lists) (index 0))
       (cond ((%any-end? lists) #f)
             ((apply found? (%cars lists)) index)
             (else (loop (%cdrs lists) (+ index 1))))))))

(define count
  (case-lambda
    ((counted? items)
     (let loop ((rest items) (total 0))
       (if (pair? rest)
           (loop (cdr rest) (if (counted? (car rest)) (+ total 1) total))
           (begin
             (%check-end 'count 2 rest)
             total))))
    ((counted? . lists)
     (let loop ((lists lists) (total 0))
       (if (%any-end? lists)
           total
           (loop (%cdrs lists) (if (apply counted? (%cars lists)) (+ total 1) total)))))))

(define member
  (case-lambda
    ((obj items) (%member obj items))
    ((obj items same?)
     (let loop ((rest items))
       (if (pair? rest)
           (if (same? obj (car rest))
               rest
               (loop (cdr rest)))
           (begin
             (%check-end 'member 2 rest)
             #f))))))

(define assoc
  (case-lambda
    ((key entries) (%assoc key entries))
    ((key entries same?)
     (let loop ((rest entries))
       (if (pair? rest)
           (let ((entry (car rest)))
             (if (same? key (car entry))
                 entry
                 (loop (cdr rest))))
           (begin
             (%check-end 'assoc 2 rest)
             #f))))))

(define delete
  (case-lambda
    ((obj items) (%delete obj items))
    ((obj items same?)
     (remove (lambda (item) (same? obj item)) items))))

;; The first of several equal elements stays.
(define delete-duplicates
  (case-lambda
    ((items) (delete-duplicates items equal?))
    ((items same?)
     (let loop ((rest items) (kept '()))
       (if (pair? rest)
           (let ((item (car rest)))
             (loop (cdr rest)
                   (if (%kept? item kept same?) kept (cons item kept))))
           (begin
             (%check-end 'delete-duplicates 1 rest)
             (reverse kept)))))))

(define (%kept? item kept same?)
  (and (pair? kept)
       (or (same? (car kept) item)
           (%kept? item (cdr kept) same?))))
