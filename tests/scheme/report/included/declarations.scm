;; included: by the programs beside this folder
(import (only (scheme base) list))
(begin (define decl-x (list 'declared)))
