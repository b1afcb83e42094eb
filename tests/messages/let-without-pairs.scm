(let (x 1)
  (display x))
