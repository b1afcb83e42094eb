;; Feature-based conditional expansion: SRFIs are features
;; expect: 10 checks
(import (scheme base) (scheme write) (srfi 0))
(include "../check.scm")

(check (cond-expand (srfi-0 'yes) (else 'no)) 'yes)
(check (cond-expand (srfi-1 'yes) (else 'no)) 'yes)
(check (cond-expand (srfi-99999 'yes) (else 'no)) 'no)
(check (cond-expand ((and srfi-1 srfi-133) 'yes) (else 'no)) 'yes)
(check (cond-expand ((or srfi-99999 srfi-8) 'yes) (else 'no)) 'yes)
(check (cond-expand ((not srfi-1) 'yes) (else 'no)) 'no)
(check (cond-expand ((library (srfi 133)) 'yes) (else 'no)) 'yes)
(check (cond-expand ((library (scheme vector)) 'yes) (else 'no)) 'yes)
(check (cond-expand ((library (srfi 99999)) 'yes) (else 'no)) 'no)
(check (and (memq 'srfi-0 (features)) #t) #t)

(report)
