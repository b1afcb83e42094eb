;;; SRFI 230: atomic operations.
;;;
;;; Each is one atomic step of the machine on a word of the heap, with which acquire and release come
;;; for free: every memory order is served by the strongest.

(define-library (srfi 230)
  (export
   memory-order memory-order?
   make-atomic-flag atomic-flag? atomic-flag-test-and-set! atomic-flag-clear!
   make-atomic-box atomic-box? atomic-box-ref atomic-box-set! atomic-box-swap!
   atomic-box-compare-and-swap!
   make-atomic-fxbox atomic-fxbox? atomic-fxbox-ref atomic-fxbox-set! atomic-fxbox-swap!
   atomic-fxbox-compare-and-swap! atomic-fxbox+/fetch! atomic-fxbox-/fetch!
   atomic-fxbox-and/fetch! atomic-fxbox-ior/fetch! atomic-fxbox-xor/fetch!
   make-atomic-pair atomic-pair? atomic-pair-ref atomic-pair-set! atomic-pair-swap!
   atomic-pair-compare-and-swap!
   atomic-fence)
  (import (scheme base) (srfi 111) (only (lisle fixnum) fixnum?) (srfi 227) (lisle internal))
  (begin

    (define-record-type <atomic-flag> (wrap-flag box) atomic-flag? (box flag-box))
    (define-record-type <atomic-box> (wrap-box box) atomic-box? (box box-of))
    (define-record-type <atomic-fxbox> (wrap-fxbox box) atomic-fxbox? (box fxbox-of))
    ;; The box holds a pair that never changes.
    (define-record-type <atomic-pair> (wrap-pair box) atomic-pair? (box pair-box))

    (define orders '(relaxed acquire release acquire-release sequentially-consistent))

    (define-syntax memory-order
      (syntax-rules () ((_ order) (checked-order 'order))))
    (define (checked-order order)
      (if (not (memq order orders)) (%wrong-type 'memory-order 1 "memory order" order))
      order)
    (define (memory-order? obj) (and (memq obj orders) #t))

    (define default 'sequentially-consistent)
    (define (check-order who position order)
      (if (not (memq order orders)) (%wrong-type who position "memory order" order)))
    (define (check-fixnum who position obj)
      (if (not (fixnum? obj)) (%wrong-type who position "fixnum" obj)))

    (define (make-atomic-flag) (wrap-flag (box #f)))
    (define-optionals* (atomic-flag-test-and-set! flag (order default))
      (check-order 'atomic-flag-test-and-set! 2 order)
      (%box-swap! (flag-box flag) #t))
    (define-optionals* (atomic-flag-clear! flag (order default))
      (check-order 'atomic-flag-clear! 2 order)
      (%box-swap! (flag-box flag) #f)
      (if #f #f))

    (define (make-atomic-box obj) (wrap-box (box obj)))
    (define-optionals* (atomic-box-ref abox (order default))
      (check-order 'atomic-box-ref 2 order)
      (unbox (box-of abox)))
    (define-optionals* (atomic-box-set! abox obj (order default))
      (check-order 'atomic-box-set! 3 order)
      (%box-swap! (box-of abox) obj)
      (if #f #f))
    (define-optionals* (atomic-box-swap! abox obj (order default))
      (check-order 'atomic-box-swap! 3 order)
      (%box-swap! (box-of abox) obj))
    (define-optionals* (atomic-box-compare-and-swap! abox expected desired
                                                     (success default) (failure default))
      (check-order 'atomic-box-compare-and-swap! 4 success)
      (check-order 'atomic-box-compare-and-swap! 5 failure)
      (%box-cas! (box-of abox) expected desired))

    (define (make-atomic-fxbox n)
      (check-fixnum 'make-atomic-fxbox 1 n)
      (wrap-fxbox (box n)))
    (define-optionals* (atomic-fxbox-ref fxbox (order default))
      (check-order 'atomic-fxbox-ref 2 order)
      (unbox (fxbox-of fxbox)))
    (define-optionals* (atomic-fxbox-set! fxbox n (order default))
      (check-fixnum 'atomic-fxbox-set! 2 n)
      (check-order 'atomic-fxbox-set! 3 order)
      (%box-swap! (fxbox-of fxbox) n)
      (if #f #f))
    (define-optionals* (atomic-fxbox-swap! fxbox n (order default))
      (check-fixnum 'atomic-fxbox-swap! 2 n)
      (check-order 'atomic-fxbox-swap! 3 order)
      (%box-swap! (fxbox-of fxbox) n))
    (define-optionals* (atomic-fxbox-compare-and-swap! fxbox expected desired
                                                       (success default) (failure default))
      (check-fixnum 'atomic-fxbox-compare-and-swap! 2 expected)
      (check-fixnum 'atomic-fxbox-compare-and-swap! 3 desired)
      (check-order 'atomic-fxbox-compare-and-swap! 4 success)
      (check-order 'atomic-fxbox-compare-and-swap! 5 failure)
      (%box-cas! (fxbox-of fxbox) expected desired))

    ;; These return what the box held before; sums wrap around.
    (define-syntax define-fetch
      (syntax-rules ()
        ((_ name (box n) step)
         (define-optionals* (name fxbox n (order default))
           (check-fixnum 'name 2 n)
           (check-order 'name 3 order)
           (let ((box (fxbox-of fxbox))) step)))))
    (define-fetch atomic-fxbox+/fetch! (b n) (%box-add! b n))
    (define-fetch atomic-fxbox-/fetch! (b n)
      ;; The least fixnum is its own negation, modulo the range.
      (%box-add! b (if (fixnum? (- n)) (- n) n)))
    (define-fetch atomic-fxbox-and/fetch! (b n) (%box-and! b n))
    (define-fetch atomic-fxbox-ior/fetch! (b n) (%box-ior! b n))
    (define-fetch atomic-fxbox-xor/fetch! (b n) (%box-xor! b n))

    (define (make-atomic-pair a d) (wrap-pair (box (cons a d))))
    (define (both pair) (values (car pair) (cdr pair)))
    (define-optionals* (atomic-pair-ref apair (order default))
      (check-order 'atomic-pair-ref 2 order)
      (both (unbox (pair-box apair))))
    (define-optionals* (atomic-pair-set! apair a d (order default))
      (check-order 'atomic-pair-set! 4 order)
      (%box-swap! (pair-box apair) (cons a d))
      (if #f #f))
    (define-optionals* (atomic-pair-swap! apair a d (order default))
      (check-order 'atomic-pair-swap! 4 order)
      (both (%box-swap! (pair-box apair) (cons a d))))
    ;; Tried again when another thread stored a pair of the same contents meanwhile.
    (define-optionals* (atomic-pair-compare-and-swap! apair expected-a expected-d a d
                                                      (success default) (failure default))
      (check-order 'atomic-pair-compare-and-swap! 6 success)
      (check-order 'atomic-pair-compare-and-swap! 7 failure)
      (let ((new (cons a d)))
        (let retry ((found (unbox (pair-box apair))))
          (if (and (eq? (car found) expected-a) (eq? (cdr found) expected-d))
              (let ((before (%box-cas! (pair-box apair) found new)))
                (if (eq? before found) (both found) (retry before)))
              (both found)))))

    (define-optionals* (atomic-fence (order default))
      (check-order 'atomic-fence 1 order)
      (%memory-fence))))
