;; included: by the programs beside this folder
(DEFINE (Shouted N) (LIST 'QUIET n))
