(import (scheme base) (prefx (scheme char) c:))
(display (c:char-upcase #\a))
