;; flags: --stress-gc
;; Definitions of the library that are computed when they are first referred to: the code of those
;; that wait for their turn survives the collections that the others make.
;; expect: (#t #t #t #(1 2 3) (1 2 3) #t)
(write
 (call-with-escape-continuation
  (lambda (k)
    (list (call-with-current-continuation procedure?)
          (procedure? list-stable-sort)
          (procedure? vector-stable-sort!)
          (vector-stable-sort < (vector 3 1 2))
          (stable-sort < (list 3 1 2))
          (procedure? hash-table-remove!)))))
(newline)
