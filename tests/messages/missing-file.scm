(define (first-line name)
  (call-with-input-file name read-line))
(display (list (first-line "no-such-file.txt")))
