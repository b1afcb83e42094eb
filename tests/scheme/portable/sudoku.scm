;; A Sudoku solver: constraint propagation over candidate sets that are bits of integers, search by the
;; cell with the fewest candidates, a check of uniqueness, and a maker of puzzles from a fixed seed.
;; expect-file: sudoku.txt
(import (scheme base) (scheme char) (scheme write))

;;; A grid is a vector of 81 sets of candidates; bit d is the digit d+1.

(define all-digits 511)

(define (bit digit) (expt 2 (- digit 1)))
(define (has? set digit) (odd? (quotient set (bit digit))))
(define (without set digit) (if (has? set digit) (- set (bit digit)) set))
(define (size set)
  (let loop ((set set) (n 0))
    (if (= set 0) n (loop (quotient set 2) (+ n (modulo set 2))))))
(define (digits set)
  (let loop ((d 9) (found '()))
    (if (= d 0) found (loop (- d 1) (if (has? set d) (cons d found) found)))))
(define (only-digit set) (car (digits set)))

(define (row cell) (quotient cell 9))
(define (column cell) (modulo cell 9))
(define (box cell) (+ (* 3 (quotient (row cell) 3)) (quotient (column cell) 3)))

(define (numbers n)
  (let loop ((i (- n 1)) (l '())) (if (< i 0) l (loop (- i 1) (cons i l)))))

(define (filter p? l)
  (cond ((null? l) '()) ((p? (car l)) (cons (car l) (filter p? (cdr l)))) (else (filter p? (cdr l)))))

(define cells (numbers 81))

;; The 27 units, and for each cell the cells that share one with it.
(define units
  (append
   (map (lambda (r) (filter (lambda (c) (= (row c) r)) cells)) (numbers 9))
   (map (lambda (k) (filter (lambda (c) (= (column c) k)) cells)) (numbers 9))
   (map (lambda (b) (filter (lambda (c) (= (box c) b)) cells)) (numbers 9))))

(define peers
  (list->vector
   (map (lambda (cell)
          (filter (lambda (other)
                    (and (not (= other cell))
                         (or (= (row other) (row cell)) (= (column other) (column cell)) (= (box other) (box cell)))))
                  cells))
        cells)))

(define units-of
  (list->vector (map (lambda (cell) (filter (lambda (unit) (memv cell unit)) units)) cells)))

;;; Propagation: the grid is changed; #f if it has become impossible.

(define eliminations 0)

(define (assign! grid cell digit)
  (let loop ((others (digits (without (vector-ref grid cell) digit))))
    (or (null? others)
        (and (eliminate! grid cell (car others)) (loop (cdr others))))))

(define (eliminate! grid cell digit)
  (let ((set (vector-ref grid cell)))
    (if (not (has? set digit))
        #t
        (let ((rest (without set digit)))
          (set! eliminations (+ eliminations 1))
          (vector-set! grid cell rest)
          (and (> rest 0)
               (or (> (size rest) 1) (clear-peers! grid cell (only-digit rest)))
               (place-in-units! grid cell digit))))))

(define (clear-peers! grid cell digit)
  (let loop ((others (vector-ref peers cell)))
    (or (null? others)
        (and (eliminate! grid (car others) digit) (loop (cdr others))))))

;; Where a digit has only one place left in a unit, it goes there.
(define (place-in-units! grid cell digit)
  (let loop ((units (vector-ref units-of cell)))
    (or (null? units)
        (let ((places (filter (lambda (c) (has? (vector-ref grid c) digit)) (car units))))
          (cond
           ((null? places) #f)
           ((and (null? (cdr places)) (> (size (vector-ref grid (car places))) 1))
            (and (assign! grid (car places) digit) (loop (cdr units))))
           (else (loop (cdr units))))))))

;;; Texts

(define (text->grid text)
  (let ((grid (make-vector 81 all-digits)))
    (let loop ((cell 0) (chars (filter (lambda (c) (not (char-whitespace? c))) (string->list text))))
      (cond
       ((null? chars) (if (= cell 81) grid (error "a puzzle has 81 cells, not" cell)))
       ((memv (car chars) '(#\. #\0)) (loop (+ cell 1) (cdr chars)))
       ((digit-value (car chars))
        => (lambda (digit) (and (assign! grid cell digit) (loop (+ cell 1) (cdr chars)))))
       (else (error "no digit" (car chars)))))))

(define (grid->text grid)
  (apply string-append
         (map (lambda (set) (if (= (size set) 1) (number->string (only-digit set)) "."))
              (vector->list grid))))

(define (show-grid text)
  (for-each
   (lambda (r)
     (when (and (> r 0) (= (modulo r 3) 0))
       (write-string "------+-------+------")
       (newline))
     (for-each
      (lambda (k)
        (when (and (> k 0) (= (modulo k 3) 0)) (write-string "| "))
        (write-char (string-ref text (+ (* 9 r) k)))
        (write-char #\space))
      (numbers 9))
     (newline))
   (numbers 9)))

;;; Search: calls found with each solution; found returns to have the next.

(define guesses 0)

(define (fewest grid)
  (let loop ((cells cells) (best #f) (least 10))
    (if (null? cells)
        best
        (let ((n (size (vector-ref grid (car cells)))))
          (if (and (> n 1) (< n least))
              (loop (cdr cells) (car cells) n)
              (loop (cdr cells) best least))))))

(define (search grid found)
  (let ((cell (fewest grid)))
    (if (not cell)
        (found grid)
        (for-each
         (lambda (digit)
           (set! guesses (+ guesses 1))
           (let ((copy (vector-copy grid)))
             (when (assign! copy cell digit) (search copy found))))
         (digits (vector-ref grid cell))))))

;; At most so many solutions, as texts.
(define (solutions text count)
  (let ((grid (text->grid text)) (found '()))
    (when grid
      (call/cc
       (lambda (enough)
         (search grid
                 (lambda (solved)
                   (set! found (cons (grid->text solved) found))
                   (set! count (- count 1))
                   (when (= count 0) (enough #f)))))))
    (reverse found)))

(define (valid? text)
  (let all ((units units))
    (or (null? units)
        (and (= (apply + (map (lambda (c) (bit (digit-value (string-ref text c)))) (car units))) all-digits)
             (all (cdr units))))))

;;; Making puzzles: digits are taken from a solution while it stays the only one.

(define seed 2024)
(define (random! n)
  (set! seed (modulo (+ (* seed 1103515245) 12345) 2147483648))
  (modulo (quotient seed 65536) n))

(define (shuffle items)
  (let ((v (list->vector items)))
    (let loop ((i (- (vector-length v) 1)))
      (if (< i 1)
          (vector->list v)
          (let* ((j (random! (+ i 1))) (t (vector-ref v i)))
            (vector-set! v i (vector-ref v j))
            (vector-set! v j t)
            (loop (- i 1)))))))

(define (make-puzzle solution tries)
  (let loop ((text solution) (order (shuffle cells)) (tries tries))
    (if (or (null? order) (= tries 0))
        text
        (let ((fewer (string-copy text)))
          (string-set! fewer (car order) #\.)
          (loop (if (= (length (solutions fewer 2)) 1) fewer text) (cdr order) (- tries 1))))))

(define (clues text)
  (length (filter (lambda (c) (not (char=? c #\.))) (string->list text))))

;;; Tries

(define puzzles
  '("53..7.... 6..195... .98....6. 8...6...3 4..8.3..1 7...2...6 .6....28. ...419..5 ....8..79"
    "..3.2.6.. 9..3.5..1 ..18.64.. ..81.29.. 7.......8 ..67.82.. ..26.95.. 8..2.3..9 ..5.1.3.."
    "4.....8.5 .3....... ...7..... .2.....6. ....8.4.. ....1.... ...6.3.7. 5..2..... 1.4......"
    "85...24.. 72......9 ..4...... ...1.7..2 3.5...9.. .4....... ....8..7. .17...... ....36.4."))

(for-each
 (lambda (puzzle)
   (set! eliminations 0)
   (set! guesses 0)
   (let ((found (solutions puzzle 2)))
     (show-grid (car found))
     (write (list 'valid (valid? (car found)) 'unique (null? (cdr found)) 'eliminations eliminations 'guesses guesses))
     (newline)))
 puzzles)

(write (list (solutions "55....... ......... ......... ......... ......... ......... ......... ......... ........." 1)
             (length (solutions (make-string 81 #\.) 3))
             (guard (e ((error-object? e) (error-object-message e))) (solutions "123" 1))
             (guard (e ((error-object? e) (error-object-message e))) (solutions (make-string 81 #\x) 1))))
(newline)
(let* ((solution (car (solutions (car puzzles) 1))) (puzzle (make-puzzle solution 40)))
  (show-grid puzzle)
  (write (list 'clues (clues puzzle) 'solved (equal? (solutions puzzle 2) (list solution))))
  (newline))
