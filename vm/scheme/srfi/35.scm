;;; SRFI 35: conditions.
;;;
;;; A condition is a list of parts, each a condition type and an association list of its fields; a
;;; simple condition has one part.

(define-library (srfi 35)
  (export make-condition-type condition-type? make-condition condition? condition-has-type?
          condition-ref make-compound-condition extract-condition define-condition-type condition
          &condition &message message-condition? condition-message &serious serious-condition?
          &error error?)
  (import (scheme base) (only (srfi 1) find any every append-map lset= filter-map)
          (lisle internal))
  (begin

    (define-record-type <condition-type>
      (make-type name parent fields)
      condition-type?
      (name type-name)
      (parent type-parent)
      ;; The fields of the parent and its own.
      (fields type-fields))

    (define-record-type <condition>
      (make-parts parts)
      parts?
      (parts parts-of))

    ;; What `error` and primitives raise are errors with a message.
    (define (condition? obj)
      (or (parts? obj) (error-object? obj)))
    (define (condition-parts condition)
      (if (parts? condition)
          (parts-of condition)
          (list (list &error)
                (list &message (cons 'message (error-object-message condition))))))

    (define (check-type who position type)
      (if (not (condition-type? type))
          (%wrong-type who position "condition type" type)))

    (define (check-condition who position obj)
      (if (not (condition? obj))
          (%wrong-type who position "condition" obj)))

    (define (make-condition-type name parent fields)
      (if (not (symbol? name)) (%wrong-type 'make-condition-type 1 "symbol" name))
      (check-type 'make-condition-type 2 parent)
      (%check-list 'make-condition-type 3 fields)
      (let ((twice (find (lambda (field) (memq field (type-fields parent))) fields)))
        (if twice
            (error "make-condition-type: the parent type has this field too" twice)))
      (make-type name parent (append (type-fields parent) fields)))

    (define (subtype? type other)
      (and type
           (or (eq? type other)
               (subtype? (type-parent type) other))))

    (define (make-condition type . fields)
      (check-type 'make-condition 1 type)
      (let loop ((rest fields) (alist '()))
        (cond ((null? rest) (make-simple type alist))
              ((null? (cdr rest)) (error "make-condition: a field without a value" (car rest)))
              (else (loop (cddr rest) (cons (cons (car rest) (cadr rest)) alist))))))

    (define (make-simple type alist)
      (if (not (lset= eq? (type-fields type) (map car alist)))
          (error "make-condition: these are not the fields of the type"
                 (type-name type) (map car alist) (type-fields type)))
      (make-parts (list (cons type alist))))

    (define (condition-has-type? condition type)
      (check-condition 'condition-has-type? 1 condition)
      (check-type 'condition-has-type? 2 type)
      (any (lambda (part) (subtype? (car part) type)) (condition-parts condition)))

    (define (condition-ref condition field)
      (check-condition 'condition-ref 1 condition)
      (let ((entry (any (lambda (part) (assq field (cdr part))) (condition-parts condition))))
        (if entry
            (cdr entry)
            (error "condition-ref: the condition has no such field" field condition))))

    (define (make-compound-condition . conditions)
      (for-each (lambda (c) (check-condition 'make-compound-condition 1 c)) conditions)
      (if (null? conditions)
          (error "make-compound-condition: expected at least one condition"))
      (make-parts (append-map condition-parts conditions)))

    (define (extract-condition condition type)
      (check-condition 'extract-condition 1 condition)
      (check-type 'extract-condition 2 type)
      (let ((part (find (lambda (part) (subtype? (car part) type)) (condition-parts condition))))
        (if (not part)
            (error "extract-condition: the condition does not have this type" (type-name type)))
        (make-parts
         (list (cons type
                     (map (lambda (field) (assq field (cdr part))) (type-fields type)))))))

    (define-syntax define-condition-type
      (syntax-rules ()
        ((_ name parent predicate (field accessor) ...)
         (begin
           (define name (make-condition-type 'name parent '(field ...)))
           (define (predicate obj)
             (and (condition? obj) (condition-has-type? obj name)))
           (define (accessor condition)
             (if (not (predicate condition))
                 (%wrong-type 'accessor 1 "condition of its type" condition))
             (condition-ref (extract-condition condition name) 'field))
           ...))))

    ;; Fields given for one part count for the others that have a field of that name.
    (define (make-condition-of parts)
      (let* ((given (append-map cdr parts))
             (known (append-map (lambda (part) (type-fields (car part))) parts))
             (unknown (find (lambda (entry) (not (memq (car entry) known))) given)))
        (if unknown
            (error "condition: no type has this field" (car unknown)))
        (make-parts
         (map (lambda (part)
                (check-type 'condition 1 (car part))
                (cons (car part)
                      (map (lambda (field)
                             (or (assq field (cdr part))
                                 (assq field given)
                                 (error "condition: a field has no value" field)))
                           (type-fields (car part)))))
              parts))))

    (define-syntax condition
      (syntax-rules ()
        ((_ (type (field value) ...) ...)
         (make-condition-of (list (cons type (list (cons 'field value) ...)) ...)))))

    (define &condition (make-type '&condition #f '()))
    (define-condition-type &message &condition message-condition? (message condition-message))
    (define-condition-type &serious &condition serious-condition?)
    (define-condition-type &error &serious error?)))
