;;; SRFI 160: all about homogeneous vectors of one type. The at sign stands for the type's name: this
;;; text is a template (see front/embedded.rs).

(define-library (srfi 160 @)
  (export
   make-@vector @vector @vector-unfold @vector-unfold-right @vector-copy @vector-reverse-copy
   @vector-append @vector-concatenate @vector-append-subvectors
   @? @vector? @vector-empty? @vector=
   @vector-ref @vector-length
   @vector-take @vector-take-right @vector-drop @vector-drop-right @vector-segment
   @vector-fold @vector-fold-right @vector-map @vector-map! @vector-for-each @vector-count
   @vector-cumulate
   @vector-take-while @vector-take-while-right @vector-drop-while @vector-drop-while-right
   @vector-index @vector-index-right @vector-skip @vector-skip-right @vector-any @vector-every
   @vector-partition @vector-filter @vector-remove
   @vector-set! @vector-swap! @vector-fill! @vector-reverse! @vector-copy!
   @vector-reverse-copy! @vector-unfold! @vector-unfold-right!
   @vector->list reverse-@vector->list list->@vector reverse-list->@vector @vector->vector
   vector->@vector
   make-@vector-generator @vector-comparator write-@vector)
  (import (scheme base) (scheme complex) (scheme write)
          (only (srfi 1) append-map every filter partition remove)
          (only (srfi 128) make-comparator default-hash)
          (prefix (srfi 133) v:) (srfi 160 base) (srfi 227) (lisle internal))
  (begin

    ;; What is said in terms of lists and vectors.
    (define (values-of v) (list->vector (@vector->list v)))
    (define (of items) (list->@vector items))

    (define (@vector-unfold f size . seeds)
      (vector->@vector (apply v:vector-unfold f size seeds)))
    (define (@vector-unfold-right f size . seeds)
      (vector->@vector (apply v:vector-unfold-right f size seeds)))

    (define-optionals* (@vector-copy v (start 0) (end (@vector-length v)))
      (of (@vector->list v start end)))
    (define-optionals* (@vector-reverse-copy v (start 0) (end (@vector-length v)))
      (of (reverse (@vector->list v start end))))
    (define (@vector-concatenate vectors)
      (%check-list '@vector-concatenate 1 vectors)
      (of (append-map @vector->list vectors)))
    (define (@vector-append . vectors) (@vector-concatenate vectors))
    (define (@vector-append-subvectors . arguments)
      (let loop ((rest arguments) (parts '()))
        (cond ((null? rest) (@vector-concatenate (reverse parts)))
              ((and (pair? (cdr rest)) (pair? (cddr rest)))
               (loop (cdr (cddr rest))
                     (cons (@vector-copy (car rest) (cadr rest) (car (cddr rest))) parts)))
              (else
               (error "@vector-append-subvectors: expected vector, start, end, ..."
                      arguments)))))

    (define (@vector-empty? v) (= 0 (@vector-length v)))
    (define (@vector= . vectors)
      (or (null? vectors)
          (let loop ((first (car vectors)) (rest (cdr vectors)))
            (or (null? rest)
                (and (= (@vector-length first) (@vector-length (car rest)))
                     (every = (@vector->list first) (@vector->list (car rest)))
                     (loop (car rest) (cdr rest)))))))

    (define (@vector-take v size) (@vector-copy v 0 size))
    (define (@vector-take-right v size) (@vector-copy v (- (@vector-length v) size)))
    (define (@vector-drop v size) (@vector-copy v size))
    (define (@vector-drop-right v size) (@vector-copy v 0 (- (@vector-length v) size)))
    (define (@vector-segment v size)
      (if (not (and (exact-integer? size) (positive? size)))
          (%wrong-type '@vector-segment 2 "exact positive integer" size))
      (let ((end (@vector-length v)))
        (let loop ((start 0) (parts '()))
          (if (>= start end)
              (reverse parts)
              (let ((next (min end (+ start size))))
                (loop next (cons (@vector-copy v start next) parts)))))))

    (define (@vector-fold f seed v . more)
      (apply v:vector-fold f seed (values-of v) (map values-of more)))
    (define (@vector-fold-right f seed v . more)
      (apply v:vector-fold-right f seed (values-of v) (map values-of more)))
    (define (@vector-map f v . more)
      (vector->@vector (apply vector-map f (values-of v) (map values-of more))))
    (define (@vector-map! f v . more)
      (@vector-copy! v 0 (apply @vector-map f v more)))
    (define (@vector-for-each f v . more)
      (apply vector-for-each f (values-of v) (map values-of more)))
    (define (@vector-count counted? v . more)
      (apply v:vector-count counted? (values-of v) (map values-of more)))
    (define (@vector-cumulate f seed v)
      (vector->@vector (v:vector-cumulate f seed (values-of v))))

    (define (@vector-index found? v . more)
      (apply v:vector-index found? (values-of v) (map values-of more)))
    (define (@vector-index-right found? v . more)
      (apply v:vector-index-right found? (values-of v) (map values-of more)))
    (define (@vector-skip skipped? v . more)
      (apply v:vector-skip skipped? (values-of v) (map values-of more)))
    (define (@vector-skip-right skipped? v . more)
      (apply v:vector-skip-right skipped? (values-of v) (map values-of more)))
    (define (@vector-any found? v . more)
      (apply v:vector-any found? (values-of v) (map values-of more)))
    (define (@vector-every holds? v . more)
      (apply v:vector-every holds? (values-of v) (map values-of more)))

    (define (@vector-take-while keep? v)
      (@vector-copy v 0 (or (@vector-skip keep? v) (@vector-length v))))
    (define (@vector-take-while-right keep? v)
      (let ((last (@vector-skip-right keep? v)))
        (@vector-copy v (if last (+ last 1) 0))))
    (define (@vector-drop-while drop? v)
      (@vector-copy v (or (@vector-skip drop? v) (@vector-length v))))
    (define (@vector-drop-while-right drop? v)
      (let ((last (@vector-skip-right drop? v)))
        (@vector-copy v 0 (if last (+ last 1) 0))))

    (define (@vector-partition in? v)
      (let-values (((ins outs) (partition in? (@vector->list v))))
        (values (of (append ins outs)) (length ins))))
    (define (@vector-filter keep? v) (of (filter keep? (@vector->list v))))
    (define (@vector-remove drop? v) (of (remove drop? (@vector->list v))))

    (define (@vector-swap! v i j)
      (let ((item (@vector-ref v i)))
        (@vector-set! v i (@vector-ref v j))
        (@vector-set! v j item)))
    (define-optionals* (@vector-fill! v fill (start 0) (end (@vector-length v)))
      (%check-range '@vector-fill! 4 start end (@vector-length v))
      (let loop ((index start))
        (if (< index end)
            (begin
              (@vector-set! v index fill)
              (loop (+ index 1))))))
    (define (store! who to at items)
      (%check-index who 2 at 0 (- (@vector-length to) (length items)))
      (let loop ((index at) (items items))
        (if (pair? items)
            (begin
              (@vector-set! to index (car items))
              (loop (+ index 1) (cdr items))))))
    (define-optionals* (@vector-copy! to at from (start 0) (end (@vector-length from)))
      (store! '@vector-copy! to at (@vector->list from start end)))
    (define-optionals* (@vector-reverse-copy! to at from (start 0) (end (@vector-length from)))
      (store! '@vector-reverse-copy! to at (reverse (@vector->list from start end))))
    (define-optionals* (@vector-reverse! v (start 0) (end (@vector-length v)))
      (@vector-reverse-copy! v start v start end))
    (define (@vector-unfold! f v start end . seeds)
      (let ((made (make-vector end 0)))
        (apply v:vector-unfold! f made start end seeds)
        (store! '@vector-unfold! v start (vector->list made start end))))
    (define (@vector-unfold-right! f v start end . seeds)
      (let ((made (make-vector end 0)))
        (apply v:vector-unfold-right! f made start end seeds)
        (store! '@vector-unfold-right! v start (vector->list made start end))))

    (define-optionals* (reverse-@vector->list v (start 0) (end (@vector-length v)))
      (reverse (@vector->list v start end)))
    (define (reverse-list->@vector items)
      (%check-list 'reverse-list->@vector 1 items)
      (of (reverse items)))
    (define-optionals* (@vector->vector v (start 0) (end (@vector-length v)))
      (list->vector (@vector->list v start end)))
    (define-optionals* (vector->@vector items (start 0) (end (vector-length items)))
      (of (vector->list items start end)))

    (define-optionals* (make-@vector-generator v (start 0) (end (@vector-length v)))
      (%check-range 'make-@vector-generator 3 start end (@vector-length v))
      (lambda ()
        (if (< start end)
            (let ((item (@vector-ref v start)))
              (set! start (+ start 1))
              item)
            (eof-object))))

    ;; Shorter vectors come first; complex numbers go by their real parts, then the others.
    (define (before? a b)
      (if (and (real? a) (real? b))
          (< a b)
          (or (< (real-part a) (real-part b))
              (and (= (real-part a) (real-part b))
                   (< (imag-part a) (imag-part b))))))
    (define (@vector<? a b)
      (let ((size-a (@vector-length a))
            (size-b (@vector-length b)))
        (or (< size-a size-b)
            (and (= size-a size-b)
                 (let loop ((index 0))
                   (and (< index size-a)
                        (let ((x (@vector-ref a index))
                              (y (@vector-ref b index)))
                          (or (before? x y)
                              (and (= x y) (loop (+ index 1)))))))))))
    (define @vector-comparator
      (make-comparator @vector? @vector= @vector<?
                       (lambda (v) (default-hash (@vector->list v)))))

    (define-optionals* (write-@vector v (port (current-output-port)))
      (write-string "#@" port)
      (write (@vector->list v) port))))
