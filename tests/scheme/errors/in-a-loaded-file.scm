;; An error in a loaded file is shown where it happened
;; error: parts/wrong.scm:6:3
(load "parts/wrong.scm")
(fails 4)
