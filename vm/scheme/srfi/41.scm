;;; SRFI 41: streams. A stream is a promise of a pair of promises, or of nothing.

(define-library (srfi 41)
  (export stream-null stream-cons stream? stream-null? stream-pair? stream-car stream-cdr
          stream-lambda
          define-stream list->stream port->stream stream stream->list stream-append
          stream-concat stream-constant stream-drop stream-drop-while stream-filter stream-fold
          stream-for-each stream-from stream-iterate stream-length stream-let stream-map
          stream-match stream-of stream-range stream-ref stream-reverse stream-scan stream-take
          stream-take-while stream-unfold stream-unfolds stream-zip)
  (import (scheme base) (scheme lazy) (srfi 227) (lisle internal))
  (begin

    (define-record-type <stream>
      (make-stream promise)
      stream?
      (promise stream-promise))

    ;; What a forced stream holds.
    (define-record-type <stream-pair>
      (make-pair head tail)
      forced-pair?
      ;; A promise of the first element.
      (head pair-head)
      (tail pair-tail))

    (define nothing (list 'stream-null))

    ;; As `delay-force`, so that chains of streams take bounded space.
    (define-syntax stream-lazy
      (syntax-rules ()
        ((_ expression)
         (make-stream (delay-force (promise-of expression))))))

    (define (promise-of obj)
      (if (not (stream? obj)) (%wrong-type 'stream 1 "stream" obj))
      (stream-promise obj))

    (define (forced who obj)
      (if (not (stream? obj)) (%wrong-type who 1 "stream" obj))
      (force (stream-promise obj)))

    (define stream-null (make-stream (make-promise nothing)))

    (define-syntax stream-cons
      (syntax-rules ()
        ((_ first rest)
         (make-stream
          (make-promise (make-pair (delay first) (stream-lazy rest)))))))

    (define (stream-null? obj)
      (and (stream? obj) (eq? (forced 'stream-null? obj) nothing)))

    (define (stream-pair? obj)
      (and (stream? obj) (forced-pair? (forced 'stream-pair? obj))))

    (define (forced-pair who stream)
      (let ((value (forced who stream)))
        (if (not (forced-pair? value))
            (%wrong-type who 1 "stream that is not empty" stream))
        value))

    (define (stream-car stream) (force (pair-head (forced-pair 'stream-car stream))))
    (define (stream-cdr stream) (pair-tail (forced-pair 'stream-cdr stream)))

    (define-syntax stream-lambda
      (syntax-rules ()
        ((_ formals body1 body2 ...)
         (lambda formals (stream-lazy (let () body1 body2 ...))))))

    (define-syntax define-stream
      (syntax-rules ()
        ((_ (name . formals) body1 body2 ...)
         (define name (stream-lambda formals body1 body2 ...)))))

    (define-syntax stream-let
      (syntax-rules ()
        ((_ name ((variable value) ...) body1 body2 ...)
         ((letrec ((name (stream-lambda (variable ...) body1 body2 ...))) name) value ...))))

    (define-syntax stream
      (syntax-rules ()
        ((_) stream-null)
        ((_ first rest ...) (stream-cons first (stream rest ...)))))

    (define (check who position stream)
      (if (not (stream? stream)) (%wrong-type who position "stream" stream)))

    (define (check-all who streams)
      (for-each (lambda (stream) (check who 2 stream)) streams))

    ;; Conversion

    (define (list->stream items)
      (%check-list 'list->stream 1 items)
      (stream-let loop ((items items))
        (if (null? items)
            stream-null
            (stream-cons (car items) (loop (cdr items))))))

    (define-optionals* (port->stream (port (current-input-port)))
      (if (not (input-port? port)) (%wrong-type 'port->stream 1 "input port" port))
      (stream-let loop ()
        (let ((char (read-char port)))
          (if (eof-object? char)
              stream-null
              (stream-cons char (loop))))))

    (define (stream->list first . more)
      (let ((stream (if (null? more) first (car more)))
            (size (if (null? more) -1 first)))
        (if (pair? more) (%check-size 'stream->list 1 first))
        (check 'stream->list (if (null? more) 1 2) stream)
        (let loop ((stream stream) (left size) (items '()))
          (if (or (= left 0) (stream-null? stream))
              (reverse items)
              (loop (stream-cdr stream) (- left 1) (cons (stream-car stream) items))))))

    ;; Joining

    (define (stream-append . streams)
      (check-all 'stream-append streams)
      (if (null? streams)
          stream-null
          (stream-let loop ((first (car streams)) (rest (cdr streams)))
            (cond ((null? rest) first)
                  ((stream-null? first) (loop (car rest) (cdr rest)))
                  (else (stream-cons (stream-car first) (loop (stream-cdr first) rest)))))))

    (define (stream-concat streams)
      (check 'stream-concat 1 streams)
      (stream-let outer ((streams streams))
        (if (stream-null? streams)
            stream-null
            (stream-let inner ((stream (stream-car streams)))
              (if (stream-null? stream)
                  (outer (stream-cdr streams))
                  (stream-cons (stream-car stream) (inner (stream-cdr stream))))))))

    (define (stream-constant . items)
      (if (null? items)
          stream-null
          (stream-let loop ((rest items))
            (if (null? rest)
                (loop items)
                (stream-cons (car rest) (loop (cdr rest)))))))

    ;; Parts

    (define (stream-drop size stream)
      (%check-size 'stream-drop 1 size)
      (check 'stream-drop 2 stream)
      (stream-let loop ((left size) (stream stream))
        (if (or (= left 0) (stream-null? stream))
            stream
            (loop (- left 1) (stream-cdr stream)))))

    (define (stream-drop-while drop? stream)
      (%check-function 'stream-drop-while 1 drop?)
      (check 'stream-drop-while 2 stream)
      (stream-let loop ((stream stream))
        (if (and (stream-pair? stream) (drop? (stream-car stream)))
            (loop (stream-cdr stream))
            stream)))

    (define (stream-take size stream)
      (%check-size 'stream-take 1 size)
      (check 'stream-take 2 stream)
      (stream-let loop ((left size) (stream stream))
        (if (or (= left 0) (stream-null? stream))
            stream-null
            (stream-cons (stream-car stream) (loop (- left 1) (stream-cdr stream))))))

    (define (stream-take-while keep? stream)
      (%check-function 'stream-take-while 1 keep?)
      (check 'stream-take-while 2 stream)
      (stream-let loop ((stream stream))
        (if (and (stream-pair? stream) (keep? (stream-car stream)))
            (stream-cons (stream-car stream) (loop (stream-cdr stream)))
            stream-null)))

    (define (stream-filter keep? stream)
      (%check-function 'stream-filter 1 keep?)
      (check 'stream-filter 2 stream)
      (stream-let loop ((stream stream))
        (cond ((stream-null? stream) stream-null)
              ((keep? (stream-car stream))
               (stream-cons (stream-car stream) (loop (stream-cdr stream))))
              (else (loop (stream-cdr stream))))))

    (define (stream-ref stream index)
      (check 'stream-ref 1 stream)
      (%check-size 'stream-ref 2 index)
      (let loop ((left index) (stream stream))
        (cond ((stream-null? stream) (%out-of-range 'stream-ref 2 index))
              ((= left 0) (stream-car stream))
              (else (loop (- left 1) (stream-cdr stream))))))

    ;; Folding and mapping

    (define (any-null? streams)
      (and (pair? streams)
           (or (stream-null? (car streams))
               (any-null? (cdr streams)))))

    (define (stream-fold f seed stream)
      (%check-function 'stream-fold 1 f)
      (check 'stream-fold 3 stream)
      (let loop ((state seed) (stream stream))
        (if (stream-null? stream)
            state
            (loop (f state (stream-car stream)) (stream-cdr stream)))))

    (define (stream-for-each f . streams)
      (%check-function 'stream-for-each 1 f)
      (check-all 'stream-for-each streams)
      (let loop ((streams streams))
        (if (not (any-null? streams))
            (begin
              (apply f (map stream-car streams))
              (loop (map stream-cdr streams))))))

    (define (stream-map f . streams)
      (%check-function 'stream-map 1 f)
      (check-all 'stream-map streams)
      (stream-let loop ((streams streams))
        (if (any-null? streams)
            stream-null
            (stream-cons (apply f (map stream-car streams))
                         (loop (map stream-cdr streams))))))

    (define (stream-zip . streams)
      (if (null? streams) (error "stream-zip: expected at least one stream"))
      (apply stream-map list streams))

    (define (stream-length stream)
      (check 'stream-length 1 stream)
      (stream-fold (lambda (size item) (+ size 1)) 0 stream))

    (define (stream-reverse stream)
      (check 'stream-reverse 1 stream)
      (stream-let loop ((stream stream) (reversed stream-null))
        (if (stream-null? stream)
            reversed
            (loop (stream-cdr stream)
                  (let ((item (stream-car stream))) (stream-cons item reversed))))))

    (define (stream-scan f seed stream)
      (%check-function 'stream-scan 1 f)
      (check 'stream-scan 3 stream)
      (stream-let loop ((state seed) (stream stream))
        (if (stream-null? stream)
            (stream-cons state stream-null)
            (stream-cons state
                         (loop (f state (stream-car stream)) (stream-cdr stream))))))

    ;; Generating

    (define-optionals* (stream-from first (step 1))
      (stream-let loop ((n first))
        (stream-cons n (loop (+ n step)))))

    (define (stream-iterate f seed)
      (%check-function 'stream-iterate 1 f)
      (stream-let loop ((state seed))
        (stream-cons state (loop (f state)))))

    (define-optionals* (stream-range first past (step (if (< first past) 1 -1)))
      (if (not (number? step)) (%wrong-type 'stream-range 3 "number" step))
      (let ((before? (if (< 0 step) < >)))
        (stream-let loop ((n first))
          (if (before? n past)
              (stream-cons n (loop (+ n step)))
              stream-null))))

    (define (stream-unfold f more? next seed)
      (%check-function 'stream-unfold 1 f)
      (%check-function 'stream-unfold 2 more?)
      (%check-function 'stream-unfold 3 next)
      (stream-let loop ((seed seed))
        (if (more? seed)
            (stream-cons (f seed) (loop (next seed)))
            stream-null)))

    ;; `f` returns the next seed and a result for each stream: a list of one element, #f for
    ;; nothing now, '() for the end. As many streams as the first call gives results.
    (define (stream-unfolds f seed)
      (%check-function 'stream-unfolds 1 f)
      (let* ((steps (stream-let loop ((seed seed))
                      (call-with-values (lambda () (f seed))
                        (lambda (next . results) (stream-cons results (loop next))))))
             (count (length (stream-car steps))))
        (define (result-stream index)
          (stream-let loop ((steps steps))
            (let ((result (list-ref (stream-car steps) index)))
              (cond ((pair? result) (stream-cons (car result) (loop (stream-cdr steps))))
                    (result stream-null)
                    (else (loop (stream-cdr steps)))))))
        (let loop ((index (- count 1)) (streams '()))
          (if (< index 0)
              (apply values streams)
              (loop (- index 1) (cons (result-stream index) streams))))))

    ;; Syntax

    (define-syntax stream-match
      (syntax-rules ()
        ((_ expression clause ...)
         (let ((stream expression))
           (check 'stream-match 1 stream)
           (match-clauses stream clause ...)))))

    (define-syntax match-clauses
      (syntax-rules ()
        ((_ stream) (error "stream-match: no pattern matches" stream))
        ((_ stream (pattern body ...) clause ...)
         (let ((fail (lambda () (match-clauses stream clause ...))))
           (match-pattern stream pattern (fail) body ...)))))

    ;; A body of two expressions begins with a fender.
    (define-syntax match-pattern
      (syntax-rules (_)
        ((match-pattern stream () failure body ...)
         (if (stream-null? stream) (match-body failure body ...) failure))
        ((match-pattern stream (_ . rest) failure body ...)
         (if (stream-pair? stream)
             (let ((tail (stream-cdr stream)))
               (match-pattern tail rest failure body ...))
             failure))
        ((match-pattern stream (variable . rest) failure body ...)
         (if (stream-pair? stream)
             (let ((variable (stream-car stream))
                   (tail (stream-cdr stream)))
               (match-pattern tail rest failure body ...))
             failure))
        ((match-pattern stream _ failure body ...)
         (match-body failure body ...))
        ((match-pattern stream variable failure body ...)
         (let ((variable stream))
           (match-body failure body ...)))))

    (define-syntax match-body
      (syntax-rules ()
        ((_ failure expression) expression)
        ((_ failure fender expression) (if fender expression failure))))

    (define-syntax stream-of
      (syntax-rules ()
        ((_ expression clause ...)
         (stream-of-clauses expression stream-null clause ...))))

    (define-syntax stream-of-clauses
      (syntax-rules (in is)
        ((_ expression base) (stream-cons expression base))
        ((_ expression base (variable in stream) clause ...)
         (stream-let loop ((rest stream))
           (if (stream-null? rest)
               base
               (let ((variable (stream-car rest)))
                 (stream-of-clauses expression (loop (stream-cdr rest)) clause ...)))))
        ((_ expression base (variable is value) clause ...)
         (let ((variable value))
           (stream-of-clauses expression base clause ...)))
        ((_ expression base test clause ...)
         (if test
             (stream-of-clauses expression base clause ...)
             base))))))
