;; A pretty-printer: documents in the manner of Wadler and Leijen, and rules that lay out Scheme code.
;; expect-file: pretty-printer.txt
(import (scheme base) (scheme cxr) (scheme read) (scheme write))

;;; Documents: nil, (text string), (line replacement), (cat a b), (nest n doc), (group doc),
;;; (align doc), (hard)

(define nil '(nil))
(define (text s) (list 'text s))
(define line '(line " "))
(define soft-line '(line ""))
(define hard-line '(hard))
(define (nest n doc) (list 'nest n doc))
(define (group doc) (list 'group doc))
(define (align doc) (list 'align doc))
(define (cat . docs)
  (cond
   ((null? docs) nil)
   ((null? (cdr docs)) (car docs))
   (else (list 'cat (car docs) (apply cat (cdr docs))))))

(define (separated separator docs)
  (if (null? docs)
      nil
      (let loop ((doc (car docs)) (rest (cdr docs)))
        (if (null? rest)
            doc
            (loop (cat doc separator (car rest)) (cdr rest))))))

;; Does what is pending fit into the rest of the line? An item is (indentation mode document).
(define (fits? room items)
  (cond
   ((< room 0) #f)
   ((null? items) #t)
   (else
    (let* ((item (car items)) (i (car item)) (mode (cadr item)) (doc (caddr item)))
      (case (car doc)
        ((nil) (fits? room (cdr items)))
        ((text) (fits? (- room (string-length (cadr doc))) (cdr items)))
        ((line) (or (eq? mode 'broken)
                    (fits? (- room (string-length (cadr doc))) (cdr items))))
        ((hard) (eq? mode 'broken))
        ((cat) (fits? room (cons (list i mode (cadr doc)) (cons (list i mode (caddr doc)) (cdr items)))))
        ((nest) (fits? room (cons (list i mode (caddr doc)) (cdr items))))
        ((group) (fits? room (cons (list i 'flat (cadr doc)) (cdr items))))
        ((align) (fits? room (cons (list i mode (cadr doc)) (cdr items))))
        (else (error "no document" doc)))))))

(define (layout width doc port)
  (define (new-line indentation)
    (newline port)
    (write-string (make-string indentation #\space) port))
  (let loop ((column 0) (items (list (list 0 'broken doc))))
    (unless (null? items)
      (let* ((item (car items)) (rest (cdr items)) (i (car item)) (mode (cadr item)) (doc (caddr item)))
        (case (car doc)
          ((nil) (loop column rest))
          ((text)
           (write-string (cadr doc) port)
           (loop (+ column (string-length (cadr doc))) rest))
          ((line)
           (if (eq? mode 'flat)
               (begin
                 (write-string (cadr doc) port)
                 (loop (+ column (string-length (cadr doc))) rest))
               (begin (new-line i) (loop i rest))))
          ((hard) (new-line i) (loop i rest))
          ((cat) (loop column (cons (list i mode (cadr doc)) (cons (list i mode (caddr doc)) rest))))
          ((nest) (loop column (cons (list (+ i (cadr doc)) mode (caddr doc)) rest)))
          ((align) (loop column (cons (list column mode (cadr doc)) rest)))
          ((group)
           (let ((flat (list i 'flat (cadr doc))))
             (loop column
                   (cons (if (fits? (- width column) (cons flat rest))
                             flat
                             (list i 'broken (cadr doc)))
                         rest))))
          (else (error "no document" doc)))))))

;;; Scheme code

(define (datum->text datum)
  (let ((port (open-output-string)))
    (write datum port)
    (get-output-string port)))

;; How many operands stay on the first line of a form, before a body that is indented by two.
(define body-forms
  '((lambda . 1) (let . 1) (let* . 1) (letrec . 1) (define . 1) (when . 1) (unless . 1) (do . 2)
    (case . 1) (define-record-type . 1) (parameterize . 1) (guard . 1) (syntax-rules . 1)
    (let-values . 1) (define-syntax . 1)))

(define prefixes
  '((quote . "'") (quasiquote . "`") (unquote . ",") (unquote-splicing . ",@")))

(define (code->doc datum)
  (cond
   ((vector? datum) (cat (text "#") (list->doc (vector->list datum))))
   ((not (pair? datum)) (text (datum->text datum)))
   ((and (assq (car datum) prefixes) (pair? (cdr datum)) (null? (cddr datum)))
    => (lambda (ignored)
         (cat (text (cdr (assq (car datum) prefixes))) (align (code->doc (cadr datum))))))
   ((not (list? datum)) (dotted->doc datum))
   ((and (eq? (car datum) 'let) (pair? (cdr datum)) (symbol? (cadr datum))) (body->doc datum 2))
   ((eq? (car datum) 'if) (call->doc datum))
   ((memq (car datum) '(cond begin and or)) (clauses->doc datum))
   ((assq (car datum) body-forms) => (lambda (entry) (body->doc datum (cdr entry))))
   ((symbol? (car datum)) (call->doc datum))
   (else (list->doc datum))))

(define (dotted->doc datum)
  (let loop ((rest datum) (docs '()))
    (if (pair? rest)
        (loop (cdr rest) (cons (code->doc (car rest)) docs))
        (group
         (cat (text "(")
              (align (separated line (reverse (cons (cat (text ". ") (code->doc rest)) docs))))
              (text ")"))))))

(define (list->doc items)
  (group (cat (text "(") (align (separated line (map bindings->doc items))) (text ")"))))

;; A binding is laid out as a list, whatever its name is.
(define (bindings->doc datum)
  (if (and (list? datum) (pair? datum) (symbol? (car datum)) (pair? (cdr datum)) (null? (cddr datum))
           (not (assq (car datum) prefixes)))
      (group
       (cat (text "(") (code->doc (car datum)) (nest 1 (cat line (code->doc (cadr datum)))) (text ")")))
      (code->doc datum)))

(define (call->doc datum)
  (if (null? (cdr datum))
      (cat (text "(") (code->doc (car datum)) (text ")"))
      (group
       (cat (text "(") (code->doc (car datum)) (text " ")
            (align (separated line (map code->doc (cdr datum))))
            (text ")")))))

(define (clauses->doc datum)
  (define (clause->doc clause)
    (if (and (list? clause) (pair? clause) (eq? (car datum) 'cond))
        (group (cat (text "(") (align (separated line (map code->doc clause))) (text ")")))
        (code->doc clause)))
  (if (null? (cdr datum))
      (call->doc datum)
      (group
       (cat (text "(") (code->doc (car datum)) (text " ")
            (align (separated line (map clause->doc (cdr datum))))
            (text ")")))))

(define (body->doc datum distinguished)
  (let loop ((n distinguished) (rest (cdr datum)) (head (list (code->doc (car datum)))))
    (if (and (> n 0) (pair? rest))
        (loop (- n 1) (cdr rest)
              (cons (if (memq (car datum) '(let let* letrec do let-values parameterize))
                        (if (list? (car rest)) (list->doc (car rest)) (code->doc (car rest)))
                        (code->doc (car rest)))
                    head))
        (let ((first (separated (text " ") (map align (reverse head)))))
          (if (null? rest)
              (cat (text "(") first (text ")"))
              (group
               (cat (text "(") first
                    (nest 2 (cat (if (eq? (car datum) 'define) line line)
                                 (separated line (map code->doc rest))))
                    (text ")"))))))))

(define (pretty-print datum width)
  (let ((port (open-output-string)))
    (layout width (code->doc datum) port)
    (get-output-string port)))

;;; Tries: what is printed reads back, and no line is too long that could be shorter.

(define samples
  '((define (fact n) (if (= n 0) 1 (* n (fact (- n 1)))))
    (define (list-index p? l) (let loop ((l l) (i 0)) (cond ((null? l) #f) ((p? (car l)) i) (else (loop (cdr l) (+ i 1))))))
    (let ((x 1) (y (compute-something-long 1 2 3)) (z '(a b c d e f))) (display x) (list x y z))
    (define-syntax swap! (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
    (lambda (x . rest) `(list ,x ,@rest #(1 2 3) "a string" #\c))
    (do ((i 0 (+ i 1)) (acc '() (cons i acc))) ((= i 10) (reverse acc)) (display i) (newline))
    (f (g (h (i (j (k (l (m (n (o (p (q (r s)))))))))))))
    (a . b) (quote) (quote x . y) () #() ((lambda (x) x) 1) (begin) (cond (else 1))
    (call-with-values (lambda () (floor/ numerator-of-the-thing denominator-of-the-thing)) (lambda (q r) (list q r)))))

(define (longest-line string)
  (let loop ((chars (string->list string)) (column 0) (longest 0))
    (cond
     ((null? chars) (max column longest))
     ((char=? (car chars) #\newline) (loop (cdr chars) 0 (max column longest)))
     (else (loop (cdr chars) (+ column 1) longest)))))

(for-each
 (lambda (width)
   (write-string "--- ")
   (write width)
   (newline)
   (for-each
    (lambda (sample)
      (let ((printed (pretty-print sample width)))
        (write-string printed)
        (newline)
        (unless (equal? (read (open-input-string printed)) sample)
          (write-string "it does not read back!")
          (newline))))
    samples))
 '(72 30))
(write (map (lambda (width) (longest-line (pretty-print (cadr samples) width))) '(120 60 40 20 1)))
(newline)
(layout 20 (cat (text "hard") (nest 4 (cat hard-line (text "and") hard-line (group (cat (text "soft") soft-line (text "line")))))) (current-output-port))
(newline)
