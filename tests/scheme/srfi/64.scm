;; Test suites
;; expect: FAIL outer / inner / wrong
;; expect:   form: (+ 1 1)
;; expect:   expected: 3
;; expect:   actual: 2
;; expect: XPASS outer / surprise
;; expect:   form: #t
;; expect:   actual: #t
;; expect: FAIL outer / no-error
;; expect:   form: 5
;; expect:   actual: 5
;; expect:   expected error: #t
;; expect: test-end other ends the group named
;; expect: The number of tests is 1, not 2
;; expect: # of expected passes      12
;; expect: # of expected failures    1
;; expect: # of unexpected successes 1
;; expect: # of unexpected failures  2
;; expect: # of skipped tests        3
;; expect: 36 checks
(import (scheme base) (scheme write) (srfi 64))
(include "../check.scm")

;; As the simple runner reports
(test-begin "outer")
(define simple (test-runner-get))
(check (test-runner? simple) #t)
(test-assert "yes" (= 1 1))
(test-assert (memq 'a '(a)))
(test-equal "equal" '(1 2) (list 1 2))
(test-equal "x" (string #\x))
(test-eqv 5 (+ 2 3))
(test-eqv "eqv" 1.5 1.5)
(test-eq 'a 'a)
(test-eq "eq" 'a 'a)
(test-approximate 3.14 22/7 0.01)
(test-approximate "pi" 3.14 3.1415 0.01)
(test-error (car 5))
(test-group "inner"
  (test-equal "wrong" 3 (+ 1 1)))
(test-expect-fail "known")
(test-assert "known" #f)
(test-expect-fail 1)
(test-assert "surprise" #t)
(test-error "no-error" #t 5)
(test-skip "skipped" )
(test-assert "skipped" (error "not run"))
(test-skip (test-match-nth 1 2))
(test-assert (error "not run"))
(test-assert (error "not run"))
(test-begin "named" 2)
(test-error "type" error-object? (error "x"))
(test-end "other")
(check (test-runner-group-path simple) '("outer"))
(test-end "outer")
(check (test-runner-current) #f)
(check-raises (test-end))
(check-raises (test-runner-get))

;; With a runner that prints nothing
(define runner (test-runner-null))
(define (counts)
  (list (test-runner-pass-count runner) (test-runner-fail-count runner) (test-runner-xpass-count runner)
        (test-runner-xfail-count runner) (test-runner-skip-count runner)))
(test-with-runner runner
  (test-begin "a")
  (check (test-assert "t" #t) #t)
  (check (list (test-result-kind) (test-passed?)) '(pass #t))
  (check (test-assert "f" #f) #f)
  (check (list (test-result-kind runner) (test-passed? runner)) '(fail #f))
  (check (test-runner-test-name runner) "f")
  (check (test-result-ref runner 'source-form) #f)
  (test-equal "e" 1 (+ 1 1))
  (check (list (test-result-ref runner 'expected-value) (test-result-ref runner 'actual-value) (test-result-ref runner 'none 'default)) '(1 2 default))
  (check (cdr (assq 'source-form (test-result-alist runner))) '(+ 1 1))
  (test-result-set! runner 'mine 5)
  (check (test-result-ref runner 'mine) 5)
  (test-result-remove runner 'mine)
  (check (test-result-ref runner 'mine) #f)
  (test-result-clear runner)
  (check (test-result-alist runner) '())
  (test-assert "raises" (error "oops"))
  (check (error-object-message (test-result-ref runner 'actual-error)) "oops")
  (test-begin "b")
  (check (test-runner-group-stack runner) '("b" "a"))
  (test-end)
  (check (counts) '(1 3 0 0 0))
  (test-skip (test-match-any "p" "q"))
  (test-assert "p" #f)
  (test-assert "q" #f)
  (test-assert "r" #t)
  (check (counts) '(2 3 0 0 2))
  (test-skip (test-match-all (test-match-name "s") 1))
  (test-assert "s" #f)
  (test-assert "s" #t)
  (check (counts) '(3 3 0 0 3))
  ;; Groups end what was skipped in them
  (test-group "g" (test-skip 5) (test-assert #f))
  (test-assert #t)
  (check (counts) '(4 3 0 0 4))
  (define cleaned '())
  (test-group-with-cleanup "with" (test-assert #t) (set! cleaned (cons 'cleaned cleaned)))
  (check (list cleaned (counts)) '((cleaned) (5 3 0 0 4)))
  (test-skip "whole")
  (test-group "whole" (test-assert #f))
  (check (counts) '(5 3 0 0 5))
  (test-end "a"))
(test-runner-reset runner)
(check (counts) '(0 0 0 0 0))
;; test-apply runs what matches
(test-apply runner "wanted" (lambda () (test-assert "wanted" #t) (test-assert "other" #f)))
(check (counts) '(1 0 0 0 1))
;; Hooks
(define events '())
(define (note . event) (set! events (cons event events)))
(define h (test-runner-null))
(test-runner-on-test-begin! h (lambda (r) (note 'begin (test-runner-test-name r))))
(test-runner-on-test-end! h (lambda (r) (note 'end (test-result-kind r))))
(test-runner-on-group-begin! h (lambda (r name count) (note 'group name count)))
(test-runner-on-group-end! h (lambda (r) (note 'group-end)))
(test-runner-on-bad-count! h (lambda (r actual expected) (note 'count actual expected)))
(test-runner-on-bad-end-name! h (lambda (r begin-name end-name) (note 'name begin-name end-name)))
(test-runner-on-final! h (lambda (r) (note 'final)))
(test-runner-aux-value! h 'aux)
(check (test-runner-aux-value h) 'aux)
(check (map procedure? (list (test-runner-on-test-begin h) (test-runner-on-test-end h) (test-runner-on-group-begin h) (test-runner-on-group-end h)
                             (test-runner-on-bad-count h) (test-runner-on-bad-end-name h) (test-runner-on-final h)))
       '(#t #t #t #t #t #t #t))
(test-with-runner h (test-begin "x" 3) (test-assert "t" #t) (test-end "y"))
(check (reverse events)
       '((group "x" 3) (begin "t") (end pass) (name "x" "y") (count 1 3) (group-end) (final)))
(check (parameterize ((test-runner-factory (lambda () h))) (eq? (test-runner-create) h)) #t)
(check (map procedure? (list test-runner-simple test-on-test-begin-simple test-on-test-end-simple test-on-group-begin-simple test-on-group-end-simple
             test-on-bad-count-simple test-on-bad-end-name-simple test-on-final-simple))
       '(#t #t #t #t #t #t #t #t))
(check (test-read-eval-string "(+ 3 4)") 7)
(check-raises (test-read-eval-string "(+ 3 4) x"))
(check-raises (test-read-eval-string "(+ 3"))

;; A runner that was installed stays when a group ends; one that test-begin made goes with it
(let ((runner (test-runner-null)))
  (test-with-runner runner
    (test-begin "first")
    (test-assert "a" #t)
    (test-end "first")
    (test-assert "between" #f)
    (test-begin "second")
    (test-assert "b" #t)
    (test-end "second"))
  (check (list (test-runner-pass-count runner) (test-runner-fail-count runner)) '(2 1)))
(check (test-runner-current) #f)

(report)
