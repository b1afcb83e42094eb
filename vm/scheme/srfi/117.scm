;;; SRFI 117: queues based on lists. The last pair of the list is known.

(define-library (srfi 117)
  (export make-list-queue list-queue list-queue-copy list-queue-unfold list-queue-unfold-right
          list-queue? list-queue-empty? list-queue-front list-queue-back list-queue-list
          list-queue-set-list! list-queue-first-last
          list-queue-add-front! list-queue-add-back! list-queue-remove-front!
          list-queue-remove-back! list-queue-remove-all!
          list-queue-append list-queue-append! list-queue-concatenate
          list-queue-map list-queue-map! list-queue-for-each)
  (import (scheme base) (only (srfi 1) last-pair append-map) (srfi 227) (lisle internal))
  (begin

    (define-record-type <list-queue>
      (make-queue first last)
      list-queue?
      (first first-of set-first!)
      ;; '() when the queue is empty.
      (last last-of set-last!))

    (define (check who position obj)
      (if (not (list-queue? obj)) (%wrong-type who position "list queue" obj)))

    (define (check-nonempty who queue)
      (check who 1 queue)
      (if (null? (first-of queue))
          (error (string-append (symbol->string who) ": the queue is empty"))))

    (define (last-pair-of items)
      (if (pair? items) (last-pair items) '()))

    (define (make-list-queue items . last)
      (%check-list 'make-list-queue 1 items)
      (make-queue items (if (pair? last) (car last) (last-pair-of items))))

    (define (list-queue . items) (make-list-queue items))

    (define (list-queue-copy queue)
      (check 'list-queue-copy 1 queue)
      (make-list-queue (list-copy (first-of queue))))

    (define-optionals* (list-queue-unfold stop? f next seed (queue (list-queue)))
      (check 'list-queue-unfold 5 queue)
      (let loop ((seed seed) (done '()))
        (if (stop? seed)
            (begin
              (for-each (lambda (item) (list-queue-add-front! queue item)) done)
              queue)
            (let ((item (f seed)))
              (loop (next seed) (cons item done))))))

    (define-optionals* (list-queue-unfold-right stop? f next seed (queue (list-queue)))
      (check 'list-queue-unfold-right 5 queue)
      (let loop ((seed seed) (done '()))
        (if (stop? seed)
            (begin
              (for-each (lambda (item) (list-queue-add-back! queue item)) done)
              queue)
            (let ((item (f seed)))
              (loop (next seed) (cons item done))))))

    (define (list-queue-empty? queue)
      (check 'list-queue-empty? 1 queue)
      (null? (first-of queue)))

    (define (list-queue-front queue)
      (check-nonempty 'list-queue-front queue)
      (car (first-of queue)))

    (define (list-queue-back queue)
      (check-nonempty 'list-queue-back queue)
      (car (last-of queue)))

    (define (list-queue-list queue)
      (check 'list-queue-list 1 queue)
      (first-of queue))

    (define (list-queue-first-last queue)
      (check 'list-queue-first-last 1 queue)
      (values (first-of queue) (last-of queue)))

    (define (list-queue-set-list! queue items . last)
      (check 'list-queue-set-list! 1 queue)
      (%check-list 'list-queue-set-list! 2 items)
      (set-first! queue items)
      (set-last! queue (if (pair? last) (car last) (last-pair-of items))))

    (define (list-queue-add-front! queue item)
      (check 'list-queue-add-front! 1 queue)
      (let ((items (cons item (first-of queue))))
        (if (null? (first-of queue)) (set-last! queue items))
        (set-first! queue items)))

    (define (list-queue-add-back! queue item)
      (check 'list-queue-add-back! 1 queue)
      (let ((last (list item)))
        (if (null? (first-of queue))
            (set-first! queue last)
            (set-cdr! (last-of queue) last))
        (set-last! queue last)))

    (define (list-queue-remove-front! queue)
      (check-nonempty 'list-queue-remove-front! queue)
      (let ((items (first-of queue)))
        (set-first! queue (cdr items))
        (if (null? (cdr items)) (set-last! queue '()))
        (car items)))

    (define (list-queue-remove-back! queue)
      (check-nonempty 'list-queue-remove-back! queue)
      (let ((items (first-of queue))
            (item (car (last-of queue))))
        (if (null? (cdr items))
            (list-queue-set-list! queue '())
            (let loop ((before items))
              (if (pair? (cddr before))
                  (loop (cdr before))
                  (begin
                    (set-cdr! before '())
                    (set-last! queue before)))))
        item))

    (define (list-queue-remove-all! queue)
      (check 'list-queue-remove-all! 1 queue)
      (let ((items (first-of queue)))
        (list-queue-set-list! queue '())
        items))

    (define (list-queue-append . queues)
      (list-queue-concatenate queues))

    (define (list-queue-append! . queues)
      (for-each (lambda (queue) (check 'list-queue-append! 1 queue)) queues)
      (if (null? queues)
          (list-queue)
          (let ((result (car queues)))
            (for-each (lambda (queue)
                        (if (pair? (first-of queue))
                            (begin
                              (if (null? (first-of result))
                                  (set-first! result (first-of queue))
                                  (set-cdr! (last-of result) (first-of queue)))
                              (set-last! result (last-of queue)))))
                      (cdr queues))
            result)))

    (define (list-queue-concatenate queues)
      (%check-list 'list-queue-concatenate 1 queues)
      (make-list-queue (append-map (lambda (queue) (list-copy (list-queue-list queue))) queues)))

    (define (list-queue-map f queue)
      (check 'list-queue-map 2 queue)
      (make-list-queue (map f (first-of queue))))

    (define (list-queue-map! f queue)
      (check 'list-queue-map! 2 queue)
      (list-queue-set-list! queue (map f (first-of queue))))

    (define (list-queue-for-each f queue)
      (check 'list-queue-for-each 2 queue)
      (for-each f (first-of queue)))))
