(import (scheme base) (scheme write))
(display (exact->inexact 1/3))
