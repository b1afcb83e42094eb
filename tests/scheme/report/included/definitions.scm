;; included: by the programs beside this folder
(define included-a 1)
(define (included-b x) (list x included-a))
