;;; SRFI 95: sorting and merging, with keys. Keys are computed once for each element and sort.

(define-library (srfi 95)
  (export sorted? merge merge! (rename sort-by sort) (rename sort-by! sort!))
  (import (except (lisle base) sorted?) (lisle internal) (srfi 227))
  (begin

    (define (check who items less? key)
      (if (not (or (vector? items) (list? items)))
          (%wrong-type who 1 "list or vector" items))
      (%check-function who 2 less?)
      (if key (%check-function who 3 key)))

    (define (by-key less? key)
      (if key
          (lambda (a b) (less? (key a) (key b)))
          less?))

    (define-optionals* (sorted? items less? (key #f))
      (check 'sorted? items less? key)
      (if (vector? items)
          (vector-sorted? (by-key less? key) items)
          (list-sorted? (by-key less? key) items)))

    (define-optionals* (merge a b less? (key #f))
      (%check-list 'merge 1 a)
      (%check-list 'merge 2 b)
      (%check-function 'merge 3 less?)
      (list-merge (by-key less? key) a b))

    (define-optionals* (merge! a b less? (key #f))
      (%check-list 'merge! 1 a)
      (%check-list 'merge! 2 b)
      (%check-function 'merge! 3 less?)
      (list-merge! (by-key less? key) a b))

    ;; A list of (key . element) pairs.
    (define (keyed items key)
      (map (lambda (item) (cons (key item) item)) items))
    (define (by-car less?)
      (lambda (a b) (less? (car a) (car b))))

    (define-optionals* (sort-by items less? (key #f))
      (check 'sort items less? key)
      (cond ((not key) (sort items less?))
            ((vector? items)
             (list->vector
              (map cdr (list-sort! (by-car less?) (keyed (vector->list items) key)))))
            (else (map cdr (list-sort! (by-car less?) (keyed items key))))))

    (define-optionals* (sort-by! items less? (key #f))
      (check 'sort! items less? key)
      (cond ((vector? items)
             (vector-copy! items 0 (sort-by items less? key))
             items)
            (key
             (let loop ((rest items) (sorted (sort-by items less? key)))
               (if (pair? rest)
                   (begin
                     (set-car! rest (car sorted))
                     (loop (cdr rest) (cdr sorted)))
                   items)))
            (else (list-sort! less? items))))))
