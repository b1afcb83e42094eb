;;; SRFI 1: lists as sets. Every `same?` is called with an element of an earlier list first.

(define (%in? item items same?)
  (and (pair? items)
       (or (same? (car items) item)
           (%in? item (cdr items) same?))))

(define (%subset? same? a b)
  (every (lambda (item) (%has? same? item b)) a))

(define (%has? same? item items)
  (and (pair? items)
       (or (same? item (car items))
           (%has? same? item (cdr items)))))

(define (lset<= same? . lists)
  (or (null? lists)
      (let loop ((first (car lists)) (rest (cdr lists)))
        (or (null? rest)
            (and (or (eq? first (car rest))
                     (%subset? same? first (car rest)))
                 (loop (car rest) (cdr rest)))))))

(define (lset= same? . lists)
  (or (null? lists)
      (let loop ((first (car lists)) (rest (cdr lists)))
        (or (null? rest)
            (and (or (eq? first (car rest))
                     (and (%subset? same? first (car rest))
                          (every (lambda (item) (%in? item first same?)) (car rest))))
                 (loop (car rest) (cdr rest)))))))

(define (lset-adjoin same? items . more)
  (fold (lambda (item items)
          (if (%in? item items same?)
              items
              (cons item items)))
        items
        more))

(define (lset-union same? . lists)
  (reduce (lambda (items union)
            (cond ((null? items) union)
                  ((null? union) items)
                  ((eq? items union) union)
                  (else
                   (fold (lambda (item union)
                           (if (%in? item union same?)
                               union
                               (cons item union)))
                         union
                         items))))
          '()
          lists))

(define (lset-intersection same? items . lists)
  (filter (lambda (item)
            (every (lambda (other) (%has? same? item other)) lists))
          items))

(define (lset-difference same? items . lists)
  (filter (lambda (item)
            (every (lambda (other) (not (%has? same? item other))) lists))
          items))

(define (lset-diff+intersection same? items . lists)
  (partition (lambda (item)
               (every (lambda (other) (not (%has? same? item other))) lists))
             items))

(define (lset-xor same? . lists)
  (reduce (lambda (b a)
            (append-reverse (filter (lambda (item) (not (%in? item a same?))) b)
                            (filter (lambda (item) (not (%has? same? item b))) a)))
          '()
          lists))

(define lset-union! lset-union)
(define lset-intersection! lset-intersection)
(define lset-difference! lset-difference)
(define lset-diff+intersection! lset-diff+intersection)
(define lset-xor! lset-xor)
