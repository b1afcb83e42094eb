;; Unification, and what is built on it: a logic programming engine with backtracking search, and type
;; inference for a small functional language.
;; expect-file: unify.txt
(import (scheme base) (scheme cxr) (scheme write))

;;; Terms: variables are records; pairs and atoms are themselves.

(define-record-type logic-variable
  (new-variable name number)
  logic-variable?
  (name variable-name)
  (number variable-number))

(define counter 0)
(define (fresh name)
  (set! counter (+ counter 1))
  (new-variable name counter))

;; A substitution is an association list from variables.
(define (walk term substitution)
  (let ((binding (and (logic-variable? term) (assq term substitution))))
    (if binding (walk (cdr binding) substitution) term)))

(define (walk* term substitution)
  (let ((term (walk term substitution)))
    (if (pair? term)
        (cons (walk* (car term) substitution) (walk* (cdr term) substitution))
        term)))

(define (occurs? variable term substitution)
  (let ((term (walk term substitution)))
    (cond
     ((eq? variable term) #t)
     ((pair? term) (or (occurs? variable (car term) substitution) (occurs? variable (cdr term) substitution)))
     (else #f))))

;; The substitution extended so that both terms are equal, or #f.
(define (unify a b substitution)
  (let ((a (walk a substitution)) (b (walk b substitution)))
    (cond
     ((eq? a b) substitution)
     ((logic-variable? a) (and (not (occurs? a b substitution)) (cons (cons a b) substitution)))
     ((logic-variable? b) (unify b a substitution))
     ((and (pair? a) (pair? b))
      (let ((substitution (unify (car a) (car b) substitution)))
        (and substitution (unify (cdr a) (cdr b) substitution))))
     ((equal? a b) substitution)
     (else #f))))

;; Gives names like _0, _1 to what is left unknown.
(define (reify term substitution)
  (let ((names '()))
    (define (name-of variable)
      (let ((known (assq variable names)))
        (if known
            (cdr known)
            (let ((name (string->symbol (string-append "_" (number->string (length names))))))
              (set! names (cons (cons variable name) names))
              name))))
    (let build ((term (walk* term substitution)))
      (cond
       ((logic-variable? term) (name-of term))
       ((pair? term)
        (let* ((first (build (car term))) (rest (build (cdr term)))) (cons first rest)))
       (else term)))))

;;; Rules: (head goal ...), in which symbols that begin with ? are variables.

(define (variable-symbol? obj)
  (and (symbol? obj) (char=? (string-ref (symbol->string obj) 0) #\?)))

;; A copy with fresh variables; the table, a list in a box, maps symbols to them.
(define (instantiate term table)
  (cond
   ((variable-symbol? term)
    (let ((known (assq term (car table))))
      (if known
          (cdr known)
          (let ((variable (fresh term)))
            (set-car! table (cons (cons term variable) (car table)))
            variable))))
   ((pair? term)
    (let* ((first (instantiate (car term) table)) (rest (instantiate (cdr term) table)))
      (cons first rest)))
   (else term)))

;; Calls found with each substitution that satisfies the goals; found returns to ask for more.
(define (solve goals substitution rules depth found)
  (cond
   ((null? goals) (found substitution))
   ((= depth 0) 'too-deep)
   ((eq? (caar goals) 'not)
    (let ((provable
           (call/cc
            (lambda (k)
              (solve (cdar goals) substitution rules (- depth 1) (lambda (s) (k #t)))
              #f))))
      (unless provable (solve (cdr goals) substitution rules depth found))))
   ((eq? (caar goals) 'is)
    (let* ((value (compute (walk* (caddar goals) substitution)))
           (extended (unify (cadar goals) value substitution)))
      (when extended (solve (cdr goals) extended rules depth found))))
   ((eq? (caar goals) 'less)
    (when (< (compute (walk* (cadar goals) substitution)) (compute (walk* (caddar goals) substitution)))
      (solve (cdr goals) substitution rules depth found)))
   (else
    (for-each
     (lambda (rule)
       (let* ((copy (instantiate rule (list '())))
              (extended (unify (car goals) (car copy) substitution)))
         (when extended
           (solve (append (cdr copy) (cdr goals)) extended rules (- depth 1) found))))
     rules))))

(define (compute term)
  (cond
   ((number? term) term)
   ((and (pair? term) (memq (car term) '(+ - *)))
    (let ((a (compute (cadr term))) (b (compute (caddr term))))
      (case (car term) ((+) (+ a b)) ((-) (- a b)) (else (* a b)))))
   (else (error "not a number" term))))

;; The first answers to a question, at most so many.
(define (answers question count rules)
  (let* ((table (list '()))
         (goals (instantiate question table))
         (found '()))
    (call/cc
     (lambda (enough)
       (solve goals '() rules 60
              (lambda (substitution)
                (set! found (cons (map (lambda (entry) (list (car entry) (reify (cdr entry) substitution)))
                                       (reverse (car table)))
                                  found))
                (set! count (- count 1))
                (when (= count 0) (enough #f))))))
    (reverse found)))

(define (ask question count rules)
  (write question)
  (newline)
  (let ((found (answers question count rules)))
    (if (null? found)
        (begin (write-string "  no") (newline))
        (for-each (lambda (answer) (write-string "  ") (write answer) (newline)) found))))

(define family
  '(((parent ada bert)) ((parent ada cora)) ((parent bert dora)) ((parent cora emil)) ((parent emil fred))
    ((ancestor ?x ?y) (parent ?x ?y))
    ((ancestor ?x ?z) (parent ?x ?y) (ancestor ?y ?z))
    ((sibling ?x ?y) (parent ?p ?x) (parent ?p ?y) (not (same ?x ?y)))
    ((same ?x ?x))
    ((childless ?x) (person ?x) (not (parent ?x ?c)))
    ((person ada)) ((person bert)) ((person cora)) ((person dora)) ((person emil)) ((person fred))))

(define lists
  '(((append () ?l ?l))
    ((append (?x . ?a) ?b (?x . ?c)) (append ?a ?b ?c))
    ((member ?x (?x . ?r)))
    ((member ?x (?y . ?r)) (member ?x ?r))
    ((reverse () ()))
    ((reverse (?x . ?r) ?l) (reverse ?r ?s) (append ?s (?x) ?l))
    ((select ?x (?x . ?r) ?r))
    ((select ?x (?y . ?r) (?y . ?s)) (select ?x ?r ?s))
    ((permutation () ()))
    ((permutation ?l (?x . ?p)) (select ?x ?l ?r) (permutation ?r ?p))
    ((length () 0))
    ((length (?x . ?r) ?n) (length ?r ?m) (is ?n (+ ?m 1)))
    ((ordered ()))
    ((ordered (?x)))
    ((ordered (?x ?y . ?r)) (less ?x ?y) (ordered (?y . ?r)))
    ((sorted ?l ?s) (permutation ?l ?s) (ordered ?s))))

(ask '((ancestor ada ?who)) 10 family)
(ask '((ancestor ?who fred)) 10 family)
(ask '((sibling bert ?s)) 10 family)
(ask '((childless ?x)) 10 family)
(ask '((parent fred ?x)) 10 family)
(ask '((append ?a ?b (1 2 3))) 10 lists)
(ask '((append (1 2) ?rest ?whole)) 3 lists)
(ask '((member ?x (a b c)) (member ?x (b c d))) 10 lists)
(ask '((reverse (1 2 3 4) ?r)) 1 lists)
(ask '((permutation (1 2 3) ?p)) 10 lists)
(ask '((length (a b c) ?n)) 1 lists)
(ask '((sorted (3 1 4 2 5) ?s)) 1 lists)
(ask '((same ?x (f ?x))) 1 '(((same ?y ?y))))

;;; Type inference (Hindley and Milner, with generalisation at let)

(define (type-of expression)
  (let* ((result (fresh 'result)) (substitution (infer expression '() result '())))
    (if substitution (reify result substitution) 'ill-typed)))

(define (infer e environment type s)
  (cond
   ((not s) #f)
   ((exact-integer? e) (unify type 'int s))
   ((boolean? e) (unify type 'bool s))
   ((symbol? e)
    (let ((known (assq e environment)))
      (and known (unify type ((cdr known) s) s))))
   (else
    (case (car e)
      ((fn)
       (let ((argument (fresh 'argument)) (result (fresh 'result)))
         (infer (caddr e) (cons (cons (cadr e) (lambda (s) argument)) environment) result
                (unify type (list '-> argument result) s))))
      ((let)
       (let* ((bound (fresh 'bound)) (s (infer (caddr e) environment bound s)))
         (and s
              (infer (cadddr e)
                     (cons (cons (cadr e) (generalise (walk* bound s) environment s)) environment)
                     type s))))
      ((if)
       (infer (cadddr e) environment type
              (infer (caddr e) environment type (infer (cadr e) environment 'bool s))))
      ((add)
       (infer (caddr e) environment 'int (infer (cadr e) environment 'int (unify type 'int s))))
      (else
       (let* ((argument (fresh 'argument)) (s (infer (car e) environment (list '-> argument type) s)))
         (infer (cadr e) environment argument s)))))))

(define (variables-of term)
  (cond ((logic-variable? term) (list term))
        ((pair? term) (append (variables-of (car term)) (variables-of (cdr term))))
        (else '())))

(define (generalise type environment s)
  (let* ((fixed (apply append (map (lambda (entry) (variables-of (walk* ((cdr entry) s) s))) environment)))
         (free (let loop ((all (variables-of type)) (free '()))
                 (cond ((null? all) free)
                       ((or (memq (car all) fixed) (memq (car all) free)) (loop (cdr all) free))
                       (else (loop (cdr all) (cons (car all) free)))))))
    (lambda (s)
      (let ((copies (map (lambda (v) (cons v (fresh 'copy))) free)))
        (let copy ((term type))
          (cond ((assq term copies) => cdr)
                ((pair? term) (cons (copy (car term)) (copy (cdr term))))
                (else term)))))))

(for-each
 (lambda (e) (write e) (write-string " : ") (write (type-of e)) (newline))
 '(1 #t (fn x x) (fn x (add x 1)) (fn f (fn x (f (f x)))) (fn f (fn g (fn x (f (g x))))) (1 2) (fn x (x x))
   (let id (fn x x) (if (id #t) (id 1) 2)) (fn x (let y x (add y 1))) (if 1 2 3) (let twice (fn f (fn x (f (f x)))) ((twice (fn n (add n 1))) 5))
   (fn x (let y (fn z x) (if (y 1) (y #t) x))) (fn a (fn b (if a b a)))))
