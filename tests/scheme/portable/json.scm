;; A JSON reader and writer, with paths into documents, tried on documents good and bad.
;; expect-file: json.txt
(import (scheme base) (scheme char) (scheme inexact) (scheme write))

;; Objects are (object (name . value) ...), arrays are vectors, null is the symbol null.

(define (json-error port what . irritants)
  (apply error (string-append "JSON: " what) irritants))

(define (skip-space port)
  (let ((c (peek-char port)))
    (when (and (char? c) (char-whitespace? c))
      (read-char port)
      (skip-space port))))

(define (expect-text port text value)
  (string-for-each
   (lambda (wanted)
     (let ((c (read-char port)))
       (unless (eqv? c wanted)
         (json-error port "misspelt word" text))))
   text)
  value)

(define (read-json port)
  (skip-space port)
  (let ((c (peek-char port)))
    (cond
     ((eof-object? c) (json-error port "unexpected end"))
     ((char=? c #\{) (read-char port) (read-object port))
     ((char=? c #\[) (read-char port) (read-array port))
     ((char=? c #\") (read-char port) (read-json-string port))
     ((char=? c #\t) (expect-text port "true" #t))
     ((char=? c #\f) (expect-text port "false" #f))
     ((char=? c #\n) (expect-text port "null" 'null))
     ((or (char=? c #\-) (char-numeric? c)) (read-json-number port))
     (else (json-error port "unexpected character" c)))))

(define (read-object port)
  (skip-space port)
  (if (eqv? (peek-char port) #\})
      (begin (read-char port) (list 'object))
      (let loop ((members '()))
        (skip-space port)
        (unless (eqv? (read-char port) #\")
          (json-error port "a member needs a name"))
        (let ((name (read-json-string port)))
          (skip-space port)
          (unless (eqv? (read-char port) #\:)
            (json-error port "a name needs a colon" name))
          (let ((members (cons (cons name (read-json port)) members)))
            (skip-space port)
            (let ((c (read-char port)))
              (cond
               ((eqv? c #\,) (loop members))
               ((eqv? c #\}) (cons 'object (reverse members)))
               (else (json-error port "an object is not closed")))))))))

(define (read-array port)
  (skip-space port)
  (if (eqv? (peek-char port) #\])
      (begin (read-char port) (vector))
      (let loop ((items '()))
        (let ((items (cons (read-json port) items)))
          (skip-space port)
          (let ((c (read-char port)))
            (cond
             ((eqv? c #\,) (loop items))
             ((eqv? c #\]) (list->vector (reverse items)))
             (else (json-error port "an array is not closed"))))))))

(define escapes
  '((#\" . #\") (#\\ . #\\) (#\/ . #\/) (#\b . #\backspace) (#\n . #\newline)
    (#\r . #\return) (#\t . #\tab)))

(define (read-hex port)
  (let* ((digits (read-string 4 port))
         (code (and (string? digits) (= (string-length digits) 4) (string->number digits 16))))
    (or code (json-error port "bad escape"))))

(define (read-json-string port)
  (let loop ((chars '()))
    (let ((c (read-char port)))
      (cond
       ((eof-object? c) (json-error port "a string is not closed"))
       ((char=? c #\") (list->string (reverse chars)))
       ((char=? c #\\)
        (let* ((e (read-char port)) (known (assv e escapes)))
          (cond
           (known (loop (cons (cdr known) chars)))
           ((eqv? e #\u) (loop (cons (read-unicode port) chars)))
           (else (json-error port "unknown escape" e)))))
       (else (loop (cons c chars)))))))

(define (read-unicode port)
  (let ((high (read-hex port)))
    (if (<= #xD800 high #xDBFF)
        (begin
          (unless (and (eqv? (read-char port) #\\) (eqv? (read-char port) #\u))
            (json-error port "half of a surrogate pair"))
          (let ((low (read-hex port)))
            (integer->char (+ #x10000 (* (- high #xD800) #x400) (- low #xDC00)))))
        (integer->char high))))

(define (read-json-number port)
  (let loop ((chars '()))
    (let ((c (peek-char port)))
      (if (and (char? c) (or (char-numeric? c) (memv c '(#\- #\+ #\. #\e #\E))))
          (loop (cons (read-char port) chars))
          (let* ((text (list->string (reverse chars))) (n (string->number text)))
            (or n (json-error port "no number" text)))))))

(define (string->json text)
  (let* ((port (open-input-string text)) (value (read-json port)))
    (skip-space port)
    (if (eof-object? (peek-char port))
        value
        (json-error port "text after the document" (peek-char port)))))

;;; Writing

(define (write-json-string text port)
  (write-char #\" port)
  (string-for-each
   (lambda (c)
     (cond
      ((char=? c #\") (write-string "\\\"" port))
      ((char=? c #\\) (write-string "\\\\" port))
      ((char=? c #\newline) (write-string "\\n" port))
      ((char=? c #\tab) (write-string "\\t" port))
      ((< (char->integer c) 32)
       (let ((hex (number->string (char->integer c) 16)))
         (write-string "\\u" port)
         (write-string (make-string (- 4 (string-length hex)) #\0) port)
         (write-string hex port)))
      (else (write-char c port))))
   text)
  (write-char #\" port))

(define (object? value)
  (and (pair? value) (eq? (car value) 'object)))

;; Calls write-item for each item, with separators and the indentation of the level.
(define (write-items open close items write-item level port)
  (define (new-line level)
    (newline port)
    (write-string (make-string (* 2 level) #\space) port))
  (write-string open port)
  (unless (null? items)
    (let loop ((items items))
      (new-line (+ level 1))
      (write-item (car items))
      (unless (null? (cdr items))
        (write-string "," port)
        (loop (cdr items))))
    (new-line level))
  (write-string close port))

(define (write-json value port level)
  (cond
   ((eq? value 'null) (write-string "null" port))
   ((boolean? value) (write-string (if value "true" "false") port))
   ((number? value) (write-string (number->string value) port))
   ((string? value) (write-json-string value port))
   ((vector? value)
    (write-items "[" "]" (vector->list value)
                 (lambda (item) (write-json item port (+ level 1))) level port))
   ((object? value)
    (write-items "{" "}" (cdr value)
                 (lambda (member)
                   (write-json-string (car member) port)
                   (write-string ": " port)
                   (write-json (cdr member) port (+ level 1)))
                 level port))
   (else (error "no JSON value" value))))

(define (json->string value)
  (let ((port (open-output-string)))
    (write-json value port 0)
    (get-output-string port)))

;;; Paths: a list of names and indexes

(define (json-ref value path)
  (cond
   ((null? path) value)
   ((and (string? (car path)) (object? value))
    (let ((member (assoc (car path) (cdr value))))
      (if member (json-ref (cdr member) (cdr path)) 'missing)))
   ((and (integer? (car path)) (vector? value) (< -1 (car path) (vector-length value)))
    (json-ref (vector-ref value (car path)) (cdr path)))
   (else 'missing)))

(define (json-depth value)
  (cond
   ((vector? value) (+ 1 (apply max 0 (map json-depth (vector->list value)))))
   ((object? value)
    (+ 1 (apply max 0 (map (lambda (member) (json-depth (cdr member))) (cdr value)))))
   (else 0)))

;;; Tries

(define document
  "{ \"title\": \"Gr\\u00fc\\u00dfe \\\"all\\\"\", \"tags\": [\"a\", \"b\\n\", \"\\ud83d\\ude00\"],
     \"size\": {\"width\": 10, \"height\": -25, \"half\": 1.5},
     \"nothing\": null, \"yes\": true, \"no\": false, \"empty\": [], \"none\": {},
     \"deep\": [[[[1, 2], [3]]]] }")

(define value (string->json document))
(write-string (json->string value))
(newline)
(for-each
 (lambda (path)
   (write path)
   (write-string " -> ")
   (write (json-ref value path))
   (newline))
 '(("tags" 0) ("tags" 5) ("size" "height") ("deep" 0 0 0 1) ("nothing") ("no") ("missing") ("size" 0)))
(write (list (json-depth value) (equal? value (string->json (json->string value)))))
(newline)
(for-each
 (lambda (text)
   (write text)
   (write-string " -> ")
   (write (guard (e ((error-object? e) (let ((irritants (error-object-irritants e)))
                            (cons (error-object-message e) (if (pair? irritants) irritants '())))))
            (string->json text)))
   (newline))
 '("" "[1, 2" "{\"a\" 1}" "{a: 1}" "tru" "[1] 2" "\"\\q\"" "-" "1e2.5" "[1,]" "\"open" "[]" " 12 " "nul"))
