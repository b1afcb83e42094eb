;; A Markdown converter: blocks are found line by line, then the text within them, and the result is
;; written as HTML.
;; expect-file: markdown.txt
(import (scheme base) (scheme char) (scheme write))

;;; Strings

(define (string-index text c start)
  (let loop ((i start))
    (cond ((>= i (string-length text)) #f)
          ((char=? (string-ref text i) c) i)
          (else (loop (+ i 1))))))

(define (starts-with? text start prefix)
  (let ((end (+ start (string-length prefix))))
    (and (<= end (string-length text)) (string=? (substring text start end) prefix))))

(define (find-text text what start)
  (let loop ((i start))
    (cond ((> (+ i (string-length what)) (string-length text)) #f)
          ((starts-with? text i what) i)
          (else (loop (+ i 1))))))

(define (trim-left text)
  (let loop ((i 0))
    (if (and (< i (string-length text)) (char-whitespace? (string-ref text i)))
        (loop (+ i 1))
        (substring text i (string-length text)))))

(define (trim text)
  (let ((text (trim-left text)))
    (let loop ((end (string-length text)))
      (if (and (> end 0) (char-whitespace? (string-ref text (- end 1))))
          (loop (- end 1))
          (substring text 0 end)))))

(define (blank? line) (string=? (trim line) ""))
(define (indentation line) (- (string-length line) (string-length (trim-left line))))
(define (after text n) (if (< n (string-length text)) (substring text n (string-length text)) ""))

(define (lines text)
  (let ((port (open-input-string text)))
    (let loop ((found '()))
      (let ((line (read-line port)))
        (if (eof-object? line) (reverse found) (loop (cons line found)))))))

(define (join strings separator)
  (if (null? strings)
      ""
      (apply string-append (car strings)
             (apply append (map (lambda (s) (list separator s)) (cdr strings))))))

(define (escape text)
  (let ((port (open-output-string)))
    (string-for-each
     (lambda (c)
       (case c
         ((#\<) (write-string "&lt;" port))
         ((#\>) (write-string "&gt;" port))
         ((#\&) (write-string "&amp;" port))
         ((#\") (write-string "&quot;" port))
         (else (write-char c port))))
     text)
    (get-output-string port)))

;;; Text within a block

(define (inline text)
  (define end (string-length text))
  (define port (open-output-string))
  ;; Writes what is between two marks in an element, if there is a second mark.
  (define (between mark tag i)
    (let* ((start (+ i (string-length mark))) (close (find-text text mark start)))
      (and close
           (> close start)
           (not (char-whitespace? (string-ref text start)))
           (begin
             (write-string (string-append "<" tag ">" (inline (substring text start close)) "</" tag ">") port)
             (+ close (string-length mark))))))
  (define (code i)
    (let ((close (string-index text #\` (+ i 1))))
      (and close
           (begin
             (write-string (string-append "<code>" (escape (substring text (+ i 1) close)) "</code>") port)
             (+ close 1)))))
  ;; [label](target) and ![label](target)
  (define (link i image?)
    (let* ((start (if image? (+ i 2) (+ i 1))) (close (closing start)))
      (and close
           (starts-with? text (+ close 1) "(")
           (let ((paren (string-index text #\) (+ close 2))))
             (and paren
                  (let ((label (substring text start close)) (target (escape (substring text (+ close 2) paren))))
                    (write-string
                     (if image?
                         (string-append "<img src=\"" target "\" alt=\"" (escape label) "\">")
                         (string-append "<a href=\"" target "\">" (inline label) "</a>"))
                     port)
                    (+ paren 1)))))))
  (define (closing start)
    (let loop ((i start) (depth 0))
      (and (< i end)
           (case (string-ref text i)
             ((#\[) (loop (+ i 1) (+ depth 1)))
             ((#\]) (if (= depth 0) i (loop (+ i 1) (- depth 1))))
             (else (loop (+ i 1) depth))))))
  (define (auto-link i)
    (let ((close (string-index text #\> i)))
      (and close
           (starts-with? text (+ i 1) "http")
           (let ((target (escape (substring text (+ i 1) close))))
             (write-string (string-append "<a href=\"" target "\">" target "</a>") port)
             (+ close 1)))))
  (let loop ((i 0))
    (if (< i end)
        (let* ((c (string-ref text i))
               (next
                (case c
                  ((#\*) (or (and (starts-with? text i "**") (between "**" "strong" i)) (between "*" "em" i)))
                  ((#\_) (between "_" "em" i))
                  ((#\~) (and (starts-with? text i "~~") (between "~~" "del" i)))
                  ((#\`) (code i))
                  ((#\!) (and (starts-with? text i "![") (link i #t)))
                  ((#\[) (link i #f))
                  ((#\<) (auto-link i))
                  ((#\\) (and (< (+ i 1) end)
                              (begin (write-string (escape (string (string-ref text (+ i 1)))) port) (+ i 2))))
                  (else #f))))
          (if next
              (loop next)
              (begin (write-string (escape (string c)) port) (loop (+ i 1)))))
        (get-output-string port))))

;;; Blocks. Each kind has a procedure from lines to the block's HTML and the lines after it.

(define (take-while p? items)
  (let loop ((items items) (taken '()))
    (if (and (pair? items) (p? (car items)))
        (loop (cdr items) (cons (car items) taken))
        (values (reverse taken) items))))

(define (heading-level line)
  (let loop ((i 0))
    (cond ((and (< i (string-length line)) (char=? (string-ref line i) #\#)) (loop (+ i 1)))
          ((and (<= 1 i 6) (< i (string-length line)) (char=? (string-ref line i) #\space)) i)
          (else #f))))

(define (rule? line)
  (let ((text (trim line)))
    (and (>= (string-length text) 3)
         (memv (string-ref text 0) '(#\- #\*))
         (string=? text (make-string (string-length text) (string-ref text 0))))))

(define (fence? line) (starts-with? (trim-left line) 0 "```"))
(define (quote? line) (starts-with? line 0 ">"))

;; The kind of list that a line's item belongs to and where its text begins, or #f.
(define (item line)
  (let* ((indent (indentation line)) (text (after line indent)))
    (cond
     ((and (> (string-length text) 1) (memv (string-ref text 0) '(#\- #\* #\+)) (char=? (string-ref text 1) #\space))
      (cons 'ul (+ indent 2)))
     (else
      (let-values (((digits rest) (take-while char-numeric? (string->list text))))
        (and (pair? digits) (pair? rest) (pair? (cdr rest)) (char=? (car rest) #\.) (char=? (cadr rest) #\space)
             (cons 'ol (+ indent (length digits) 2))))))))

(define (table-row? line) (and (string-index line #\| 0) #t))
(define (table-rule? line)
  (and (table-row? line)
       (let all ((chars (string->list (trim line))))
         (or (null? chars) (and (memv (car chars) '(#\| #\- #\: #\space)) (all (cdr chars)))))))

(define (split-row line)
  (let loop ((chars (string->list (trim line))) (cell '()) (cells '()))
    (define (finish) (cons (trim (list->string (reverse cell))) cells))
    (cond
     ((null? chars)
      (let* ((all (reverse (finish)))
             (all (if (and (pair? all) (string=? (car all) "")) (cdr all) all))
             (back (reverse all)))
        (reverse (if (and (pair? back) (string=? (car back) "")) (cdr back) back))))
     ((char=? (car chars) #\|) (loop (cdr chars) '() (finish)))
     (else (loop (cdr chars) (cons (car chars) cell) cells)))))

(define (element tag content) (string-append "<" tag ">" content "</" tag ">"))

(define (table lines)
  (let-values (((rows rest) (take-while table-row? lines)))
    (define (row tag line)
      (element "tr" (apply string-append (map (lambda (cell) (element tag (inline cell))) (split-row line)))))
    (values
     (element "table"
              (string-append (row "th" (car rows))
                             (apply string-append (map (lambda (line) (row "td" line)) (cddr rows)))))
     rest)))

(define (list-block lines)
  (let* ((first (item (car lines))) (kind (car first)) (base (indentation (car lines))))
    (let loop ((lines lines) (items '()))
      (let ((this (and (pair? lines) (item (car lines)))))
        (if (and this (eq? (car this) kind) (= (indentation (car lines)) base))
            (let-values (((more rest)
                          (take-while (lambda (line) (and (not (blank? line)) (> (indentation line) base))) (cdr lines))))
              (let* ((text (after (car lines) (cdr this)))
                     (inner (map (lambda (line) (after line (min (indentation line) (cdr this)))) more)))
                (loop rest (cons (element "li" (item-content text inner)) items))))
            (values (element (symbol->string kind) (apply string-append (reverse items))) lines))))))

(define (item-content text inner)
  (let-values (((plain rest) (take-while (lambda (line) (not (item line))) inner)))
    (string-append (inline (join (cons text plain) " "))
                   (if (null? rest) "" (blocks rest)))))

(define (code-block lines)
  (let-values (((code rest) (take-while (lambda (line) (not (fence? line))) (cdr lines))))
    (values (element "pre" (element "code" (escape (join code "\n")))) (if (pair? rest) (cdr rest) '()))))

(define (quote-block lines)
  (let-values (((quoted rest) (take-while quote? lines)))
    (values
     (element "blockquote"
              (blocks (map (lambda (line) (let ((text (after line 1))) (if (starts-with? text 0 " ") (after text 1) text)))
                           quoted)))
     rest)))

(define (paragraph lines)
  (let-values (((text rest)
                (take-while (lambda (line)
                              (not (or (blank? line) (heading-level line) (fence? line) (quote? line) (rule? line) (item line))))
                            lines)))
    (if (null? text)
        (values (element "p" (inline (car lines))) (cdr lines))
        (values (element "p" (inline (join (map trim text) " "))) rest))))

(define (blocks lines)
  (let loop ((lines lines) (html '()))
    (define (with block)
      (let-values (((one rest) (block lines))) (loop rest (cons one html))))
    (cond
     ((null? lines) (join (reverse html) "\n"))
     ((blank? (car lines)) (loop (cdr lines) html))
     ((heading-level (car lines))
      => (lambda (level)
           (loop (cdr lines)
                 (cons (element (string-append "h" (number->string level)) (inline (trim (after (car lines) level)))) html))))
     ((rule? (car lines)) (loop (cdr lines) (cons "<hr>" html)))
     ((fence? (car lines)) (with code-block))
     ((quote? (car lines)) (with quote-block))
     ((item (car lines)) (with list-block))
     ((and (pair? (cdr lines)) (table-row? (car lines)) (table-rule? (cadr lines))) (with table))
     (else (with paragraph)))))

(define (markdown->html text) (blocks (lines text)))

;;; Tries

(for-each
 (lambda (text)
   (write-string (markdown->html text))
   (newline)
   (write-string "----")
   (newline))
 '("# Title\n\nA paragraph with *emphasis*, **strong words** and `code < here`.\nIt goes on & on.\n\n## Second\n---\nEnd."
   "- one\n- two with _more_\n  and a second line\n  - inner\n  - inner two\n- three\n\n1. first\n2. second\n10. tenth"
   "> quoted *text*\n> more\n>\n> > deeper\n\nafter"
   "```scheme\n(define (f x)\n  (* x \"<&>\"))\n```\ntext"
   "[a link](http://example.org/?a=1&b=2) and ![an image](pic.png), <http://x.y>, [not a link] and [nested [x]](y)"
   "| name | value |\n|------|:-----:|\n| a    | **1** |\n| b\n\nplain | text"
   "a * b * c, 2*3*4, **open, _x_ \\*escaped\\* ~~gone~~ ***both***, `unclosed"
   "####### seven\n#none\n###### six\n\n***\n* * *\n-x\n1.x"
   "" "\n\n  \n" "just text"))
