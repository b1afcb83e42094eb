;; A spreadsheet evaluator: formulas are parsed once, dependencies are found from them, cells are computed
;; when asked for and again only when something they depend on has changed; cycles and errors are values.
;; expect-file: spreadsheet.txt
(import (scheme base) (scheme char) (scheme cxr) (scheme write))

(define-record-type cell
  (make-cell name source formula value state dependents)
  cell?
  (name cell-name)
  (source cell-source set-cell-source!)
  (formula cell-formula set-cell-formula!)
  (value cell-value set-cell-value!)
  (state cell-state set-cell-state!)
  (dependents cell-dependents set-cell-dependents!))

(define-record-type failure
  (make-failure reason)
  failure?
  (reason failure-reason))

;;; The sheet: an association list from names, as symbols, to cells

(define (make-sheet) (list '()))

(define (sheet-cell sheet name)
  (let ((entry (assq name (car sheet))))
    (if entry
        (cdr entry)
        (let ((new (make-cell name "" '(empty) 0 'clean '())))
          (set-car! sheet (cons (cons name new) (car sheet)))
          new))))

;;; Names: letters for the column, digits for the row

(define (column->number text)
  (let loop ((chars (string->list text)) (n 0))
    (if (null? chars)
        n
        (loop (cdr chars) (+ (* 26 n) (- (char->integer (char-upcase (car chars))) 64))))))

(define (number->column n)
  (let loop ((n n) (chars '()))
    (if (= n 0)
        (list->string chars)
        (let-values (((q r) (floor/ (- n 1) 26)))
          (loop q (cons (integer->char (+ 65 r)) chars))))))

(define (cell-symbol column row)
  (string->symbol (string-append (number->column column) (number->string row))))

;;; Tokens and formulas

(define (tokenise text)
  (define end (string-length text))
  (define (span p? start)
    (let loop ((i start)) (if (and (< i end) (p? (string-ref text i))) (loop (+ i 1)) i)))
  (let loop ((i 0) (tokens '()))
    (if (= i end)
        (reverse tokens)
        (let ((c (string-ref text i)))
          (cond
           ((char-whitespace? c) (loop (+ i 1) tokens))
           ((or (char-numeric? c) (char=? c #\.))
            (let ((j (span (lambda (c) (or (char-numeric? c) (char=? c #\.))) i)))
              (loop j (cons (or (string->number (substring text i j)) (fail "bad number")) tokens))))
           ((char-alphabetic? c)
            (let* ((j (span char-alphabetic? i)) (k (span char-numeric? j)))
              (loop k
                    (cons (if (= j k)
                              (list 'word (string-upcase (substring text i j)))
                              (list 'ref (column->number (substring text i j)) (string->number (substring text j k))))
                          tokens))))
           ((char=? c #\")
            (let ((j (span (lambda (c) (not (char=? c #\"))) (+ i 1))))
              (when (= j end) (fail "open string"))
              (loop (+ j 1) (cons (substring text (+ i 1) j) tokens))))
           ((and (memv c '(#\< #\>)) (< (+ i 1) end) (memv (string-ref text (+ i 1)) '(#\= #\>)))
            (loop (+ i 2) (cons (string->symbol (substring text i (+ i 2))) tokens)))
           (else (loop (+ i 1) (cons (string->symbol (string c)) tokens))))))))

(define (fail reason) (raise (make-failure reason)))

(define (parse-formula text)
  (define tokens (tokenise text))
  (define (peek) (if (pair? tokens) (car tokens) 'end))
  (define (next!) (let ((t (peek))) (when (pair? tokens) (set! tokens (cdr tokens))) t))
  (define (expect! token) (unless (eq? (next!) token) (fail "syntax")))
  (define (binary operators operand)
    (lambda ()
      (let loop ((left (operand)))
        (if (memq (peek) operators)
            (let* ((operator (next!)) (right (operand))) (loop (list 'op operator left right)))
            left))))
  (define (factor)
    (let ((token (next!)))
      (cond
       ((or (number? token) (string? token)) (list 'constant token))
       ((eq? token '-) (list 'op '- '(constant 0) (factor)))
       ((eq? token (string->symbol "(")) (let ((e (expression))) (expect! (string->symbol ")")) e))
       ((and (pair? token) (eq? (car token) 'ref)) (reference token))
       ((and (pair? token) (eq? (car token) 'word)) (call (cadr token)))
       (else (fail "syntax")))))
  (define (reference token)
    (if (eq? (peek) ':)
        (begin
          (next!)
          (let ((to (next!)))
            (unless (and (pair? to) (eq? (car to) 'ref)) (fail "syntax"))
            (list 'range (cadr token) (caddr token) (cadr to) (caddr to))))
        (list 'cell (cell-symbol (cadr token) (caddr token)))))
  (define (call name)
    (expect! (string->symbol "("))
    (if (eq? (peek) (string->symbol ")"))
        (begin (next!) (list 'call name))
        (let loop ((arguments (list (expression))))
          (let ((token (next!)))
            (cond ((eq? token (string->symbol ",")) (loop (cons (expression) arguments)))
                  ((eq? token (string->symbol ")")) (cons 'call (cons name (reverse arguments))))
                  (else (fail "syntax")))))))
  (define power (binary '(^) factor))
  (define product (binary '(* /) power))
  (define sum (binary '(+ - &) product))
  (define expression (binary '(= < > <= >= <>) sum))
  (let ((e (expression)))
    (unless (eq? (peek) 'end) (fail "syntax"))
    e))

(define (range-cells range)
  (let ((from-column (cadr range)) (from-row (caddr range)) (to-column (cadddr range)) (to-row (list-ref range 4)))
    (let loop ((c to-column) (r to-row) (names '()))
      (cond ((< c from-column) names)
            ((< r from-row) (loop (- c 1) to-row names))
            (else (loop c (- r 1) (cons (cell-symbol c r) names)))))))

(define (references formula)
  (case (car formula)
    ((cell) (list (cadr formula)))
    ((range) (range-cells formula))
    ((op call) (apply append (map references (cddr formula))))
    (else '())))

;;; Evaluation

(define evaluations 0)

(define (cell-result sheet name)
  (let ((cell (sheet-cell sheet name)))
    (case (cell-state cell)
      ((clean) (cell-value cell))
      ((busy) (make-failure "cycle"))
      (else
       (set-cell-state! cell 'busy)
       (set! evaluations (+ evaluations 1))
       (let ((value (guard (e ((failure? e) e)) (evaluate sheet (cell-formula cell)))))
         (set-cell-value! cell value)
         (set-cell-state! cell 'clean)
         value)))))

(define (value-of sheet name)
  (let ((value (cell-result sheet name)))
    (if (failure? value) (raise value) value)))

(define (need-number value)
  (if (number? value) value (fail "number wanted")))

(define (evaluate sheet formula)
  (case (car formula)
    ((empty) 0)
    ((constant) (cadr formula))
    ((cell) (value-of sheet (cadr formula)))
    ((range) (fail "range"))
    ((op) (operate (cadr formula) (evaluate sheet (caddr formula)) (evaluate sheet (cadddr formula))))
    ((call) (call-function sheet (cadr formula) (cddr formula)))
    (else (error "no formula" formula))))

(define (->text value) (if (number? value) (number->string value) value))

(define (operate operator a b)
  (case operator
    ((&) (string-append (->text a) (->text b)))
    ((=) (if (equal? a b) 1 0))
    ((<>) (if (equal? a b) 0 1))
    (else
     (let ((a (need-number a)) (b (need-number b)))
       (case operator
         ((+) (+ a b)) ((-) (- a b)) ((*) (* a b)) ((^) (expt a b))
         ((/) (if (= b 0) (fail "division by zero") (/ a b)))
         ((<) (if (< a b) 1 0)) ((>) (if (> a b) 1 0)) ((<=) (if (<= a b) 1 0)) (else (if (>= a b) 1 0)))))))

(define (call-function sheet name arguments)
  (define (numbers)
    (apply append
           (map (lambda (argument)
                  (if (eq? (car argument) 'range)
                      (let loop ((names (range-cells argument)) (found '()))
                        (if (null? names)
                            (reverse found)
                            (let ((v (value-of sheet (car names))))
                              (loop (cdr names)
                                    (if (and (number? v) (not (string=? (cell-source (sheet-cell sheet (car names))) "")))
                                        (cons v found)
                                        found)))))
                      (list (need-number (evaluate sheet argument)))))
                arguments)))
  (define (some numbers) (if (null? numbers) (fail "nothing to compute with") numbers))
  (cond
   ((string=? name "SUM") (apply + (numbers)))
   ((string=? name "COUNT") (length (numbers)))
   ((string=? name "MIN") (apply min (some (numbers))))
   ((string=? name "MAX") (apply max (some (numbers))))
   ((string=? name "AVERAGE") (let ((all (some (numbers)))) (/ (apply + all) (length all))))
   ((string=? name "ROUND") (round (car (some (numbers)))))
   ((string=? name "IF")
    (unless (= (length arguments) 3) (fail "arguments"))
    (evaluate sheet (if (equal? (evaluate sheet (car arguments)) 0) (caddr arguments) (cadr arguments))))
   ((string=? name "LEN") (string-length (->text (evaluate sheet (car arguments)))))
   ((string=? name "UPPER") (string-upcase (->text (evaluate sheet (car arguments)))))
   (else (fail (string-append "no function " name)))))

;;; Changing a cell

(define (remove item l)
  (cond ((null? l) '()) ((eq? (car l) item) (remove item (cdr l))) (else (cons (car l) (remove item (cdr l))))))

(define (spoil! sheet cell)
  (unless (eq? (cell-state cell) 'stale)
    (set-cell-state! cell 'stale)
    (for-each (lambda (name) (spoil! sheet (sheet-cell sheet name))) (cell-dependents cell))))

(define (set-cell! sheet name source)
  (let ((cell (sheet-cell sheet name)))
    (for-each
     (lambda (other)
       (let ((other (sheet-cell sheet other)))
         (set-cell-dependents! other (remove name (cell-dependents other)))))
     (references (cell-formula cell)))
    (set-cell-source! cell source)
    (set-cell-formula!
     cell
     (cond
      ((string=? source "") '(empty))
      ((char=? (string-ref source 0) #\=)
       (guard (e ((failure? e) (list 'call (string-append "with " (failure-reason e)))))
         (parse-formula (substring source 1 (string-length source)))))
      ((string->number source) => (lambda (n) (list 'constant n)))
      (else (list 'constant source))))
    (for-each
     (lambda (other)
       (let ((other (sheet-cell sheet other)))
         (set-cell-dependents! other (cons name (remove name (cell-dependents other))))))
     (references (cell-formula cell)))
    (spoil! sheet cell)))

;;; Tries

(define (shown value)
  (cond ((failure? value) (string-append "!" (failure-reason value)))
        ((number? value) (number->string value))
        (else value)))

(define (pad text width)
  (string-append (make-string (max 0 (- width (string-length text))) #\space) text))

(define (show-sheet sheet columns rows)
  (set! evaluations 0)
  (do ((r 1 (+ r 1))) ((> r rows))
    (do ((c 1 (+ c 1))) ((> c columns))
      (let ((cell (sheet-cell sheet (cell-symbol c r))))
        (write-string (pad (if (string=? (cell-source cell) "") "" (shown (cell-result sheet (cell-name cell)))) 22))))
    (newline))
  (write-string "evaluations: ")
  (write evaluations)
  (newline))

(define sheet (make-sheet))
(define (fill! . entries)
  (let loop ((entries entries))
    (unless (null? entries)
      (set-cell! sheet (car entries) (cadr entries))
      (loop (cddr entries)))))

(fill! 'A1 "item" 'B1 "price" 'C1 "count" 'D1 "total"
       'A2 "apples" 'B2 "3/4" 'C2 "12" 'D2 "=B2*C2" 'A3 "pears" 'B3 "1/2" 'C3 "7" 'D3 "=B3*C3"
       'A4 "tax" 'B4 "19/100" 'D4 "=ROUND(SUM(D2:D3)*B4)" 'A5 "all" 'C5 "=SUM(C2:C4)" 'D5 "=SUM(D2:D4)"
       'A6 "=UPPER(A2) & \" and \" & A3" 'B6 "=IF(D5>10, \"dear\", \"cheap\")" 'C6 "=AVERAGE(B2:B4)" 'D6 "=MAX(D2:D4)-MIN(D2:D4)")
(show-sheet sheet 4 6)
(show-sheet sheet 4 6)
(fill! 'C3 "40")
(show-sheet sheet 4 6)
(fill! 'B2 "=D5" 'C6 "=1/0" 'D6 "=C6+1")
(show-sheet sheet 4 6)
(fill! 'B2 "=2^3-1" 'C6 "=NOSUCH(1)" 'D6 "=(1+" 'B6 "=A1+1" 'A6 "=COUNT(A1:D5)")
(show-sheet sheet 4 6)
(define long (make-sheet))
(set-cell! long 'A1 "1")
(do ((i 2 (+ i 1))) ((> i 300))
  (set-cell! long (cell-symbol 1 i) (string-append "=A" (number->string (- i 1)) "+A1")))
(define before (cell-result long 'A300))
(set-cell! long 'A1 "2")
(write (list before (cell-result long 'A300) (map number->column '(1 26 27 52 703)) (column->number "AAA")))
(newline)
