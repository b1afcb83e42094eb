(defin (double x)
  (* 2 x))
(display (double 4))
