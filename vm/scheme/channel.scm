;;; (lisle channel): choosing among channels.

(define (%check-case case)
  (let ((length (if (list? case) (length case) 0)))
    (if (not (and (or (= length 2) (= length 3))
                  (channel? (car case))
                  (procedure? (list-ref case (- length 1)))))
        (%wrong-type 'channel-select 1
                     "list of cases (channel procedure) or (channel value procedure)" case))))

;; Waits until one of the cases can be done, does it and calls its procedure in tail position. A
;; case is one of
;;   (channel receive-procedure)            gets the value, or an end-of-file object when closed
;;   (channel value sent-procedure)         sends the value, then calls the procedure without arguments
;; With a timeout, `otherwise` is called without arguments when nothing was possible in time.
(define channel-select
  (case-lambda
    ((cases) (channel-select cases #f (lambda () #f)))
    ((cases timeout) (channel-select cases timeout (lambda () #f)))
    ((cases timeout otherwise)
     (%check-list 'channel-select 1 cases)
     (for-each %check-case cases)
     (let* ((encoded
             (list->vector
              (map (lambda (case)
                     (if (pair? (cddr case))
                         (cons (list (cadr case)) (car case))
                         (cons #f (car case))))
                   cases)))
            (chosen (%channel-select encoded timeout))
            (number (car chosen)))
       (if (not number)
           (otherwise)
           (let ((case (list-ref cases number)))
             (if (pair? (cddr case))
                 ((caddr case))
                 ((cadr case) (cdr chosen)))))))))
