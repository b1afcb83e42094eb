;; included: by the programs beside this folder
(define included-c (+ included-a 2))
