;;; Procedures on ports that take procedures (R7RS 6.13, SRFI 6 and 28).

(define current-input-port (%port-parameter 0))
(define current-output-port (%port-parameter 1))
(define current-error-port (%port-parameter 2))

;; Most characters and bytes are there already, or have room: the first primitive takes them without a
;; frame, and says `#f` where the other one would wait or fail.
(define read-char
  (case-lambda
    (() (%read-char))
    ((port) (or (%read-char-now port) (%read-char port)))))

(define peek-char
  (case-lambda
    (() (%peek-char))
    ((port) (or (%peek-char-now port) (%peek-char port)))))

(define read-u8
  (case-lambda
    (() (%read-u8))
    ((port) (or (%read-u8-now port) (%read-u8 port)))))

(define peek-u8
  (case-lambda
    (() (%peek-u8))
    ((port) (or (%peek-u8-now port) (%peek-u8 port)))))

(define write-char
  (case-lambda
    ((char) (%write-char char))
    ((char port) (if (not (%write-char-now char port)) (%write-char char port)))))

(define write-u8
  (case-lambda
    ((byte) (%write-u8 byte))
    ((byte port) (if (not (%write-u8-now byte port)) (%write-u8 byte port)))))

(define (call-with-port port f)
  (let ((result (f port)))
    (close-port port)
    result))

(define (call-with-input-file name f)
  (call-with-port (open-input-file name) f))

(define (call-with-output-file name f)
  (call-with-port (open-output-file name) f))

(define (%with-port parameter port thunk)
  (let ((result (%parameterize (list parameter port) thunk)))
    (close-port port)
    result))

(define (with-input-from-file name thunk)
  (%with-port current-input-port (open-input-file name) thunk))

(define (with-output-to-file name thunk)
  (%with-port current-output-port (open-output-file name) thunk))

(define (call-with-output-string f)
  (let ((port (open-output-string)))
    (f port)
    (get-output-string port)))

(define (with-output-to-string thunk)
  (let ((port (open-output-string)))
    (%parameterize (list current-output-port port) thunk)
    (get-output-string port)))

(define (with-input-from-string text thunk)
  (%parameterize (list current-input-port (open-input-string text)) thunk))

(define (call-with-input-string text f)
  (f (open-input-string text)))

;; SRFI 28: ~a displays, ~s writes, ~% is a newline, ~~ a tilde.
(define (format text . arguments)
  (let ((port (open-output-string))
        (size (string-length text)))
    (let loop ((index 0) (arguments arguments))
      (if (< index size)
          (let ((char (string-ref text index)))
            (cond ((not (char=? char #\~))
                   (write-char char port)
                   (loop (+ index 1) arguments))
                  ((= (+ index 1) size)
                   (error "format: incomplete escape sequence" text))
                  (else
                   (loop (+ index 2)
                         (%format-directive text (string-ref text (+ index 1)) arguments port)))))
          (get-output-string port)))))

;; Carries out one directive; the arguments that are left.
(define (%format-directive text directive arguments port)
  (cond ((char=? directive #\%)
         (newline port)
         arguments)
        ((char=? directive #\~)
         (write-char #\~ port)
         arguments)
        ((not (memv directive '(#\a #\A #\s #\S)))
         (error "format: unknown escape sequence" text directive))
        ((null? arguments)
         (error "format: too few arguments" text))
        (else
         (if (memv directive '(#\a #\A))
             (display (car arguments) port)
             (write (car arguments) port))
         (cdr arguments))))
