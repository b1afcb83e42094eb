;;; wordcount.scm -- the words of many files, counted by a pool of threads into one hash table.
;;;
;;; The names of the files are a queue under a mutex. Each thread of the pool takes a name, counts
;;; the file's words in a table of its own, and adds that to the table shared by all.
;;; Uses SRFI 18 (threads, mutexes) and SRFI 69 (hash tables).
;;;
;;;     cargo run --release -- examples/wordcount.scm FILE ...
;;;
;;; prints the number of words, of different words, and the ten most frequent ones.

(import (scheme base) (scheme char) (scheme file) (scheme write) (scheme process-context)
        (srfi 18) (srfi 69))

(define pool-size 4)
(define shown 10)

(define (with-lock mutex thunk)
  (dynamic-wind
   (lambda () (mutex-lock! mutex))
   thunk
   (lambda () (mutex-unlock! mutex))))

(define (add-count! table word count)
  (hash-table-update!/default table word (lambda (old) (+ old count)) 0))

;;; Calls `visit` with each word of a line, in lower case. A word is a run of letters.
(define (for-each-word visit line)
  (let ((end (string-length line)))
    (let loop ((i 0) (start #f))
      (cond ((and (< i end) (char-alphabetic? (string-ref line i)))
             (loop (+ i 1) (or start i)))
            (else
             (if start (visit (string-downcase (substring line start i))))
             (if (< i end) (loop (+ i 1) #f)))))))

(define (count-file name)
  (let ((table (make-hash-table string=?)))
    (call-with-input-file name
      (lambda (port)
        (let loop ((line (read-line port)))
          (if (not (eof-object? line))
              (begin
                (for-each-word (lambda (word) (add-count! table word 1)) line)
                (loop (read-line port)))))))
    table))

(define (count-files names)
  (let ((queue names)
        (queue-lock (make-mutex))
        (counts (make-hash-table string=?))
        (counts-lock (make-mutex)))
    (define (next-name)
      (with-lock queue-lock
        (lambda ()
          (and (pair? queue)
               (let ((name (car queue)))
                 (set! queue (cdr queue))
                 name)))))
    (define (work)
      (let ((name (next-name)))
        (if name
            (let ((own (count-file name)))
              (with-lock counts-lock
                (lambda ()
                  (hash-table-walk own
                    (lambda (word count) (add-count! counts word count)))))
              (work)))))
    (let ((pool (let start ((n pool-size))
                  (if (= n 0)
                      '()
                      (cons (thread-start! (make-thread work)) (start (- n 1)))))))
      (for-each thread-join! pool)
      counts)))

;;; More frequent words first; those of one frequency by the alphabet.
(define (before? a b)
  (or (> (cdr a) (cdr b))
      (and (= (cdr a) (cdr b)) (string<? (car a) (car b)))))

;;; The first `count` entries of a sorted list.
(define (first-of entries count)
  (if (or (= count 0) (null? entries))
      '()
      (cons (car entries) (first-of (cdr entries) (- count 1)))))

(define (sort entries)
  (if (or (null? entries) (null? (cdr entries)))
      entries
      (let loop ((rest (cdr entries)) (low '()) (high '()))
        (cond ((null? rest)
               (append (sort low) (list (car entries)) (sort high)))
              ((before? (car rest) (car entries))
               (loop (cdr rest) (cons (car rest) low) high))
              (else
               (loop (cdr rest) low (cons (car rest) high)))))))

(define (line . parts)
  (for-each display parts)
  (newline))

(let* ((counts (count-files (cdr (command-line))))
       (entries (sort (hash-table->alist counts))))
  (line (apply + (map cdr entries)) " words, " (length entries) " different")
  (for-each (lambda (entry) (line (cdr entry) " " (car entry)))
            (first-of entries shown)))
