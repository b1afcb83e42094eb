;;; SRFI 64: test suites.
;;;
;;; Tests report to the current runner, and without one to a runner that `test-begin` makes, which
;;; prints what fails and, at the end of the outermost group, how many tests came out how.

(define-library (srfi 64)
  (export
   test-begin test-end test-group test-group-with-cleanup
   test-assert test-equal test-eqv test-eq test-approximate test-error
   test-read-eval-string test-apply test-with-runner
   test-match-name test-match-nth test-match-any test-match-all test-skip test-expect-fail
   test-runner? test-runner-create test-runner-factory test-runner-current test-runner-get
   test-runner-null test-runner-simple
   test-result-kind test-result-alist test-result-ref test-result-set! test-result-remove
   test-result-clear test-passed?
   test-runner-pass-count test-runner-fail-count test-runner-xpass-count
   test-runner-xfail-count test-runner-skip-count
   test-runner-test-name test-runner-group-path test-runner-group-stack test-runner-reset
   test-runner-on-test-begin test-runner-on-test-begin!
   test-runner-on-test-end test-runner-on-test-end!
   test-runner-on-group-begin test-runner-on-group-begin!
   test-runner-on-group-end test-runner-on-group-end!
   test-runner-on-bad-count test-runner-on-bad-count!
   test-runner-on-bad-end-name test-runner-on-bad-end-name!
   test-runner-on-final test-runner-on-final!
   test-runner-aux-value test-runner-aux-value!
   test-on-test-begin-simple test-on-test-end-simple test-on-group-begin-simple
   test-on-group-end-simple test-on-bad-count-simple test-on-bad-end-name-simple
   test-on-final-simple)
  (import (scheme base) (scheme read) (scheme write) (scheme eval) (scheme repl)
          (srfi 227) (lisle internal))
  (begin

    (define-record-type <test-runner>
      (make-runner groups skips expected-fails selected results
                   pass fail xpass xfail skip
                   on-test-begin on-test-end on-group-begin on-group-end on-bad-count
                   on-bad-end-name on-final aux own?)
      test-runner?
      ;; Innermost first.
      (groups runner-groups set-groups!)
      ;; Specifiers: procedures of a runner.
      (skips runner-skips set-skips!)
      (expected-fails runner-expected-fails set-expected-fails!)
      ;; Specifiers of which one must match, or #f for no such condition.
      (selected runner-selected set-selected!)
      ;; The association list of the test that runs or ran last.
      (results test-result-alist set-results!)
      (pass test-runner-pass-count set-pass!)
      (fail test-runner-fail-count set-fail!)
      (xpass test-runner-xpass-count set-xpass!)
      (xfail test-runner-xfail-count set-xfail!)
      (skip test-runner-skip-count set-skip!)
      (on-test-begin test-runner-on-test-begin test-runner-on-test-begin!)
      (on-test-end test-runner-on-test-end test-runner-on-test-end!)
      (on-group-begin test-runner-on-group-begin test-runner-on-group-begin!)
      (on-group-end test-runner-on-group-end test-runner-on-group-end!)
      (on-bad-count test-runner-on-bad-count test-runner-on-bad-count!)
      (on-bad-end-name test-runner-on-bad-end-name test-runner-on-bad-end-name!)
      (on-final test-runner-on-final test-runner-on-final!)
      (aux test-runner-aux-value test-runner-aux-value!)
      ;; Did `test-begin` make it? Then it goes when the outermost group ends.
      (own? runner-own? set-own!))

    ;; A group remembers what holds outside it.
    (define-record-type <group>
      (make-group name expected-count count-before skips expected-fails)
      group?
      (name group-name)
      (expected-count group-expected-count)
      (count-before group-count-before)
      (skips group-skips)
      (expected-fails group-expected-fails))

    (define (ignore . arguments) #f)

    (define (test-runner-null)
      (make-runner '() '() '() #f '() 0 0 0 0 0
                   ignore ignore ignore ignore ignore ignore ignore #f #f))

    (define (test-runner-simple)
      (let ((runner (test-runner-null)))
        (test-runner-on-test-begin! runner test-on-test-begin-simple)
        (test-runner-on-test-end! runner test-on-test-end-simple)
        (test-runner-on-group-begin! runner test-on-group-begin-simple)
        (test-runner-on-group-end! runner test-on-group-end-simple)
        (test-runner-on-bad-count! runner test-on-bad-count-simple)
        (test-runner-on-bad-end-name! runner test-on-bad-end-name-simple)
        (test-runner-on-final! runner test-on-final-simple)
        runner))

    (define test-runner-current (make-parameter #f))
    (define test-runner-factory (make-parameter test-runner-simple))
    (define (test-runner-create) ((test-runner-factory)))

    (define (test-runner-get)
      (or (test-runner-current)
          (error "test-runner-get: there is no test runner; call test-begin first")))

    (define (test-runner-reset runner)
      (set-groups! runner '())
      (set-skips! runner '())
      (set-expected-fails! runner '())
      (set-selected! runner #f)
      (set-results! runner '())
      (set-pass! runner 0)
      (set-fail! runner 0)
      (set-xpass! runner 0)
      (set-xfail! runner 0)
      (set-skip! runner 0))

    (define (test-runner-group-stack runner) (map group-name (runner-groups runner)))
    (define (test-runner-group-path runner) (reverse (test-runner-group-stack runner)))
    (define (test-runner-test-name runner)
      (test-result-ref runner 'test-name ""))

    (define (total runner)
      (+ (test-runner-pass-count runner) (test-runner-fail-count runner)
         (test-runner-xpass-count runner) (test-runner-xfail-count runner)
         (test-runner-skip-count runner)))

    ;; What the simple runner prints

    (define (test-on-test-begin-simple runner) #f)
    (define (test-on-group-begin-simple runner name count) #f)
    (define (test-on-group-end-simple runner) #f)

    (define (print . items)
      (for-each display items)
      (newline))

    (define (test-on-test-end-simple runner)
      (let ((kind (test-result-kind runner)))
        (if (memq kind '(fail xpass))
            (begin
              (display (if (eq? kind 'fail) "FAIL " "XPASS "))
              (for-each (lambda (name) (display name) (display " / "))
                        (test-runner-group-path runner))
              (print (test-runner-test-name runner))
              (for-each
               (lambda (key label)
                 (let ((entry (assq key (test-result-alist runner))))
                   (if entry
                       (begin
                         (display label)
                         (write (cdr entry))
                         (newline)))))
               '(source-form expected-value actual-value expected-error actual-error)
               '("  form: " "  expected: " "  actual: " "  expected error: " "  error: "))))))

    (define (test-on-bad-count-simple runner actual expected)
      (print "The number of tests is " actual ", not " expected))

    (define (test-on-bad-end-name-simple runner begin-name end-name)
      (print "test-end " end-name " ends the group " begin-name))

    (define (test-on-final-simple runner)
      (define (show label count)
        (if (> count 0) (print "# of " label " " count)))
      (show "expected passes     " (test-runner-pass-count runner))
      (show "expected failures   " (test-runner-xfail-count runner))
      (show "unexpected successes" (test-runner-xpass-count runner))
      (show "unexpected failures " (test-runner-fail-count runner))
      (show "skipped tests       " (test-runner-skip-count runner)))

    ;; Groups

    (define (runner-to-use)
      (or (test-runner-current)
          (let ((runner (test-runner-create)))
            (set-own! runner #t)
            (test-runner-current runner)
            runner)))

    (define-optionals* (test-begin name (count #f))
      (let ((runner (runner-to-use)))
        ((test-runner-on-group-begin runner) runner name count)
        (set-groups! runner
                     (cons (make-group name count (total runner) (runner-skips runner)
                                       (runner-expected-fails runner))
                           (runner-groups runner)))))

    (define-optionals* (test-end (name #f))
      (let* ((runner (test-runner-get))
             (groups (runner-groups runner)))
        (if (null? groups) (error "test-end: no group has begun" name))
        (let* ((group (car groups))
               (count (- (total runner) (group-count-before group))))
          (if (and name (not (equal? name (group-name group))))
              ((test-runner-on-bad-end-name runner) runner (group-name group) name))
          (if (and (group-expected-count group) (not (= count (group-expected-count group))))
              ((test-runner-on-bad-count runner) runner count (group-expected-count group)))
          ((test-runner-on-group-end runner) runner)
          (set-groups! runner (cdr groups))
          (set-skips! runner (group-skips group))
          (set-expected-fails! runner (group-expected-fails group))
          (if (null? (cdr groups))
              (begin
                ((test-runner-on-final runner) runner)
                (if (and (runner-own? runner) (eq? runner (test-runner-current)))
                    (test-runner-current #f)))))))

    (define-syntax test-group
      (syntax-rules ()
        ((_ name body ...)
         (run-group name (lambda () body ... #f) (lambda () #f)))))

    (define-syntax test-group-with-cleanup
      (syntax-rules ()
        ((_ name body1 body2 ... cleanup)
         (run-group name (lambda () body1 body2 ... #f) (lambda () cleanup)))))

    ;; A group that is to be skipped is not run.
    (define (run-group name body cleanup)
      (let ((runner (runner-to-use)))
        (set-results! runner (list (cons 'test-name name)))
        (if (skip? runner)
            (set-skip! runner (+ 1 (test-runner-skip-count runner)))
            (dynamic-wind
             (lambda () (test-begin name))
             body
             (lambda ()
               (cleanup)
               (test-end name))))))

    ;; Specifiers

    (define (test-match-name name)
      (lambda (runner) (equal? name (test-runner-test-name runner))))

    (define-optionals* (test-match-nth first (count 1))
      (let ((seen 0))
        (lambda (runner)
          (set! seen (+ seen 1))
          (and (>= seen first) (< seen (+ first count))))))

    (define (specifier obj)
      (cond ((procedure? obj) obj)
            ((string? obj) (test-match-name obj))
            ((exact-integer? obj) (test-match-nth 1 obj))
            (else (%wrong-type 'test-skip 1 "specifier (procedure, string or integer)" obj))))

    ;; Every specifier is asked, since some count.
    (define (matches specifiers runner)
      (map (lambda (specifier) (and (specifier runner) #t)) specifiers))

    (define (test-match-any . specifiers)
      (let ((specifiers (map specifier specifiers)))
        (lambda (runner) (and (memq #t (matches specifiers runner)) #t))))

    (define (test-match-all . specifiers)
      (let ((specifiers (map specifier specifiers)))
        (lambda (runner) (not (memq #f (matches specifiers runner))))))

    (define (test-skip . specifiers)
      (let ((runner (test-runner-get)))
        (set-skips! runner
                    (cons (apply test-match-all specifiers) (runner-skips runner)))))

    (define (test-expect-fail . specifiers)
      (let ((runner (test-runner-get)))
        (set-expected-fails! runner
                             (cons (apply test-match-all specifiers)
                                   (runner-expected-fails runner)))))

    (define (skip? runner)
      (let ((selected (runner-selected runner)))
        (or (memq #t (matches (runner-skips runner) runner))
            (and selected (not (memq #t (matches selected runner)))))))

    (define (test-apply first . more)
      (if (test-runner? first)
          (let* ((backwards (reverse more))
                 (thunk (car backwards))
                 (specifiers (map specifier (reverse (cdr backwards)))))
            (parameterize ((test-runner-current first))
              (let ((outer (runner-selected first)))
                (set-selected! first (if (null? specifiers) outer specifiers))
                (thunk)
                (set-selected! first outer))))
          (let ((runner (test-runner-current)))
            (if runner
                (apply test-apply runner first more)
                (let ((runner (test-runner-create)))
                  (apply test-apply runner first more)
                  ((test-runner-on-final runner) runner))))))

    (define-syntax test-with-runner
      (syntax-rules ()
        ((_ runner body1 body2 ...)
         (parameterize ((test-runner-current runner)) body1 body2 ...))))

    ;; Results

    (define-optionals* (test-result-ref runner key (default #f))
      (let ((entry (assq key (test-result-alist runner))))
        (if entry (cdr entry) default)))

    (define (test-result-remove runner key)
      (set-results! runner
                    (let loop ((rest (test-result-alist runner)))
                      (cond ((null? rest) '())
                            ((eq? (caar rest) key) (loop (cdr rest)))
                            (else (cons (car rest) (loop (cdr rest))))))))

    (define (test-result-set! runner key value)
      (test-result-remove runner key)
      (set-results! runner (cons (cons key value) (test-result-alist runner))))

    (define (test-result-clear runner) (set-results! runner '()))

    (define-optionals* (test-result-kind (runner (test-runner-get)))
      (test-result-ref runner 'result-kind))

    (define-optionals* (test-passed? (runner (test-runner-get)))
      (and (memq (test-result-kind runner) '(pass xpass)) #t))

    ;; Tests

    ;; `test` returns whether it passed; what it raises is a failure.
    (define (run-test name form test)
      (let ((runner (test-runner-get)))
        (set-results! runner (list (cons 'test-name name) (cons 'source-form form)))
        (cond ((skip? runner)
               (finish runner 'skip))
              (else
               (let ((expected-fail?
                      (memq #t (matches (runner-expected-fails runner) runner))))
                 (if expected-fail? (test-result-set! runner 'result-kind 'xfail))
                 ((test-runner-on-test-begin runner) runner)
                 (let ((passed? (caught runner (lambda () (test runner)))))
                   (finish runner
                           (if passed?
                               (if expected-fail? 'xpass 'pass)
                               (if expected-fail? 'xfail 'fail)))))))))

    (define (caught runner thunk)
      (guard (obj (#t
                   (test-result-set! runner 'actual-error obj)
                   #f))
        (thunk)))

    (define (finish runner kind)
      (test-result-set! runner 'result-kind kind)
      (case kind
        ((pass) (set-pass! runner (+ 1 (test-runner-pass-count runner))))
        ((fail) (set-fail! runner (+ 1 (test-runner-fail-count runner))))
        ((xpass) (set-xpass! runner (+ 1 (test-runner-xpass-count runner))))
        ((xfail) (set-xfail! runner (+ 1 (test-runner-xfail-count runner))))
        ((skip)
         ((test-runner-on-test-begin runner) runner)
         (set-skip! runner (+ 1 (test-runner-skip-count runner)))))
      ((test-runner-on-test-end runner) runner)
      (and (memq kind '(pass xpass)) #t))

    (define-syntax test-assert
      (syntax-rules ()
        ((_ name expression)
         (run-test name 'expression
                   (lambda (runner)
                     (let ((value expression))
                       (test-result-set! runner 'actual-value value)
                       value))))
        ((_ expression) (test-assert "" expression))))

    (define (compare same? expected thunk)
      (lambda (runner)
        (test-result-set! runner 'expected-value expected)
        (let ((value (thunk)))
          (test-result-set! runner 'actual-value value)
          (same? expected value))))

    (define-syntax define-comparison
      (syntax-rules ()
        ((_ name same?)
         (define-syntax name
           (syntax-rules ()
             ((_ test-name expected expression)
              (run-test test-name 'expression (compare same? expected (lambda () expression))))
             ((_ expected expression)
              (name "" expected expression)))))))

    (define-comparison test-equal equal?)
    (define-comparison test-eqv eqv?)
    (define-comparison test-eq eq?)

    (define-syntax test-approximate
      (syntax-rules ()
        ((_ name expected expression error)
         (run-test name 'expression
                   (compare (close-by error) expected (lambda () expression))))
        ((_ expected expression error)
         (test-approximate "" expected expression error))))

    (define (close-by error)
      (lambda (expected value)
        (<= (- expected error) value (+ expected error))))

    ;; The error type is #t for any, or a predicate.
    (define-syntax test-error
      (syntax-rules ()
        ((_ name type expression)
         (run-test name 'expression (raises type (lambda () expression))))
        ((_ type expression) (test-error "" type expression))
        ((_ expression) (test-error "" #t expression))))

    (define (raises type thunk)
      (lambda (runner)
        (test-result-set! runner 'expected-error type)
        (guard (obj (#t
                     (test-result-set! runner 'actual-error obj)
                     (if (procedure? type) (type obj) (and type #t))))
          (test-result-set! runner 'actual-value (thunk))
          #f)))

    (define (test-read-eval-string text)
      (let* ((port (open-input-string text))
             (form (read port)))
        (if (not (eof-object? (read-char port)))
            (error "test-read-eval-string: there is more than one datum" text))
        (eval form (interaction-environment))))))
