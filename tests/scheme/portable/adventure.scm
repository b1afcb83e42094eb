;; A text adventure's world: rooms, things, a parser for commands with synonyms, rules that may refuse an
;; action, a clock of events, saving by continuation; and a game that is played from a script.
;; expect-file: adventure.txt
(import (scheme base) (scheme char) (scheme cxr) (scheme write))

(define-record-type room
  (make-room name description exits seen)
  room?
  (name room-name)
  (description room-description)
  (exits room-exits set-room-exits!)
  (seen room-seen? set-room-seen!))

(define-record-type thing
  (make-thing name words description place traits)
  thing?
  (name thing-name)
  (words thing-words)
  (description thing-description set-thing-description!)
  (place thing-place set-thing-place!)
  (traits thing-traits set-thing-traits!))

(define rooms '())
(define things '())
(define here (make-parameter #f))

(define (room! name description . exits)
  (set! rooms (cons (cons name (make-room name description exits #f)) rooms)))
(define (thing! name words place description . traits)
  (set! things (cons (make-thing name words description place traits) things)))

(define (find-room name)
  (let ((entry (assq name rooms)))
    (if entry (cdr entry) (error "no such room" name))))
(define (find-thing name)
  (let loop ((all things))
    (cond ((null? all) (error "no such thing" name))
          ((eq? (thing-name (car all)) name) (car all))
          (else (loop (cdr all))))))

(define (filter p? l)
  (let loop ((l l) (kept '()))
    (cond ((null? l) (reverse kept)) ((p? (car l)) (loop (cdr l) (cons (car l) kept))) (else (loop (cdr l) kept)))))

(define (trait? thing trait) (and (memq trait (thing-traits thing)) #t))
(define (add-trait! thing trait)
  (unless (trait? thing trait) (set-thing-traits! thing (cons trait (thing-traits thing)))))
(define (remove-trait! thing trait)
  (set-thing-traits! thing (filter (lambda (t) (not (eq? t trait))) (thing-traits thing))))

;;; The state of the player

(define position 'cottage)
(define score 0)
(define turns 0)
(define finished #f)

(define (things-in place)
  (filter (lambda (thing) (eq? (thing-place thing) place)) (reverse things)))

;; What can be seen: here, carried, or in something open that can be seen.
(define (visible? thing)
  (let ((place (thing-place thing)))
    (or (eq? place position)
        (eq? place 'player)
        (and (symbol? place)
             (not (assq place rooms))
             (not (eq? place 'nowhere))
             (let ((holder (find-thing place))) (and (trait? holder 'open) (visible? holder)))))))

(define (dark?)
  (and (eq? position 'cellar)
       (not (let ((lamp (find-thing 'lamp))) (and (trait? lamp 'lit) (visible? lamp))))))

;;; Text

(define (say . parts)
  (for-each (lambda (part) (display part)) parts)
  (newline))

(define (join words)
  (cond ((null? words) "nothing")
        ((null? (cdr words)) (car words))
        ((null? (cddr words)) (string-append (car words) " and " (cadr words)))
        (else (string-append (car words) ", " (join (cdr words))))))

(define (article thing)
  (let ((name (symbol->string (thing-name thing))))
    (string-append (if (memv (string-ref name 0) '(#\a #\e #\i #\o #\u)) "an " "a ") name)))

(define (split text)
  (let loop ((chars (string->list (string-downcase text))) (word '()) (words '()))
    (define (words-with-this) (if (null? word) words (cons (list->string (reverse word)) words)))
    (cond ((null? chars) (reverse (words-with-this)))
          ((char-alphabetic? (car chars)) (loop (cdr chars) (cons (car chars) word) words))
          (else (loop (cdr chars) '() (words-with-this))))))

;;; Refusals leave the action by an escape.

(define refuse (make-parameter #f))
(define (no . parts) (apply say parts) ((refuse) #f))

(define (the-thing words)
  (let ((found (filter (lambda (thing)
                         (and (visible? thing)
                              (let any ((words words))
                                (and (pair? words)
                                     (or (member (car words) (thing-words thing)) (any (cdr words)))))))
                       things)))
    (cond ((null? words) (no "What do you mean?"))
          ((dark?) (no "It is too dark to see."))
          ((null? found) (no "There is no " (car (reverse words)) " here."))
          ((pair? (cdr found)) (no "Which one: " (join (map article (reverse found))) "?"))
          (else (car found)))))

;;; Actions

(define (look . ignored)
  (let ((room (find-room position)))
    (if (dark?)
        (say "It is pitch dark.")
        (begin
          (say "[" (room-name room) "] " (room-description room))
          (for-each
           (lambda (thing)
             (unless (trait? thing 'fixed) (say "There is " (article thing) " here.")))
           (things-in position))
          (say "Exits: " (join (map (lambda (exit) (symbol->string (car exit))) (room-exits room))) ".")))))

(define (go words)
  (let* ((direction (if (pair? words) (string->symbol (car words)) (no "Where to?")))
         (exit (assq direction (room-exits (find-room position)))))
    (unless exit (no "You can't go that way."))
    (let ((guard-of (cddr exit)))
      (when (and (pair? guard-of) (not ((car guard-of)))) ((refuse) #f)))
    (set! position (cadr exit))
    (let ((room (find-room position)))
      (if (room-seen? room)
          (say "[" (room-name room) "]")
          (begin (set-room-seen! room #t) (look))))))

(define (take words)
  (let ((thing (the-thing words)))
    (when (eq? (thing-place thing) 'player) (no "You have it already."))
    (when (trait? thing 'fixed) (no "You can't take that."))
    (when (>= (length (things-in 'player)) 4) (no "You carry too much."))
    (set-thing-place! thing 'player)
    (when (trait? thing 'treasure)
      (remove-trait! thing 'treasure)
      (set! score (+ score 10)))
    (say "Taken.")))

(define (put-down words)
  (let ((thing (the-thing words)))
    (unless (eq? (thing-place thing) 'player) (no "You don't have that."))
    (set-thing-place! thing position)
    (say "Dropped.")))

(define (examine words)
  (let ((thing (the-thing words)))
    (say (thing-description thing))
    (when (trait? thing 'open)
      (say "In it: " (join (map article (things-in (thing-name thing)))) "."))))

(define (open-it words)
  (let ((thing (the-thing words)))
    (unless (trait? thing 'container) (no "That doesn't open."))
    (when (trait? thing 'open) (no "It is open."))
    (when (and (trait? thing 'locked) (not (eq? (thing-place (find-thing 'key)) 'player)))
      (no "It is locked."))
    (remove-trait! thing 'locked)
    (add-trait! thing 'open)
    (say "Open. In it: " (join (map article (things-in (thing-name thing)))) ".")))

(define (light words)
  (let ((lamp (find-thing 'lamp)))
    (unless (eq? (thing-place lamp) 'player) (no "You have nothing to light."))
    (when (trait? lamp 'empty) (no "It is out of oil."))
    (add-trait! lamp 'lit)
    (set! fuel-left 6)
    (say "The lamp burns.")))

(define (inventory . ignored)
  (say "You carry " (join (map article (things-in 'player))) "."))

(define (tell-score . ignored) (say "Score " score " in " turns " turns."))
(define (stop-playing . ignored) (set! finished #t) (say "Goodbye."))

(define saved #f)
(define (save . ignored)
  (let ((places (map thing-place things)) (traits (map thing-traits things))
        (old-position position) (old-score score) (old-fuel fuel-left))
    (set! saved
          (lambda ()
            (for-each set-thing-place! things places)
            (for-each set-thing-traits! things traits)
            (set! position old-position)
            (set! score old-score)
            (set! fuel-left old-fuel)))
    (say "Saved.")))
(define (restore . ignored)
  (if saved (begin (saved) (say "Restored.") (look)) (no "Nothing was saved.")))

(define verbs
  (list (cons '("look" "l") look) (cons '("go" "walk" "run") go) (cons '("take" "get" "grab") take)
        (cons '("drop" "leave") put-down) (cons '("examine" "x" "inspect") examine) (cons '("open" "unlock") open-it)
        (cons '("light" "burn") light) (cons '("inventory" "i") inventory) (cons '("score") tell-score)
        (cons (quote ("quit" "q")) stop-playing) (cons '("save") save) (cons '("restore") restore)))

(define directions '("north" "south" "east" "west" "up" "down"))
(define noise '("the" "a" "an" "to" "at" "with" "please"))

(define (command text)
  (let* ((words (filter (lambda (w) (not (member w noise))) (split text)))
         (words (if (and (pair? words) (member (car words) directions)) (cons "go" words) words)))
    (call/cc
     (lambda (k)
       (parameterize ((refuse k))
         (let ((verb (and (pair? words)
                          (let find ((all verbs))
                            (cond ((null? all) #f) ((member (car words) (caar all)) (cdar all)) (else (find (cdr all))))))))
           (if verb
               (begin (verb (cdr words)) (set! turns (+ turns 1)) (tick))
               (say "I don't understand " (if (pair? words) (car words) "nothing") "."))))))))

;;; What happens by itself

(define fuel-left 0)
(define (tick)
  (when (> fuel-left 0)
    (set! fuel-left (- fuel-left 1))
    (case fuel-left
      ((2) (say "The lamp flickers."))
      ((0) (let ((lamp (find-thing 'lamp)))
             (remove-trait! lamp 'lit)
             (add-trait! lamp 'empty)
             (say "The lamp goes out.")))))
  (when (and (eq? position 'bank) (eq? (thing-place (find-thing 'crown)) 'player) (not finished))
    (set! score (+ score 50))
    (set! finished #t)
    (say "The crown is safe. You have won!")))

;;; The world

(room! 'cottage "A small room under a thatched roof." '(north garden)
       (list 'down 'cellar
             (lambda () (or (trait? (find-thing 'hatch) 'open) (begin (say "The hatch is shut.") #f)))))
(room! 'garden "Weeds, and a gate to the road." '(south cottage) '(east road))
(room! 'road "A dusty road." '(west garden) '(north bank))
(room! 'bank "A vault with thick walls." '(south road))
(room! 'cellar "It smells of mould." '(up cottage))
(thing! 'lamp '("lamp" "lantern") 'cottage "A brass lamp.")
(thing! 'hatch '("hatch" "door") 'cottage "An oak hatch in the floor." 'fixed 'container 'locked)
(thing! 'key '("key") 'garden "A rusty key.")
(thing! 'rock '("rock" "stone") 'garden "A grey rock.")
(thing! 'chest '("chest" "box") 'cellar "An iron chest." 'fixed 'container)
(thing! 'crown '("crown") 'chest "A golden crown." 'treasure)
(thing! 'apple '("apple" "fruit") 'chest "A mouldy apple.")

(define (play script)
  (set-room-seen! (find-room position) #t)
  (look)
  (let loop ((script script))
    (unless (or finished (null? script))
      (say "> " (car script))
      (command (car script))
      (loop (cdr script)))))

(play '("take lamp" "down" "open the hatch" "dance" "" "go" "go up" "north" "x rock" "get the key" "take key" "grab stone" "i" "save"
        "south" "unlock hatch with the key" "x hatch" "down" "take crown" "light lamp" "look" "open chest" "get crown" "take apple"
        "i" "look" "drop rock" "take apple" "up" "look" "light lamp" "down" "x chest" "up" "score" "restore" "i" "south" "open door" "light lamp"
        "down" "open chest" "take crown" "up" "north" "east" "west" "e" "east" "north" "score"))
(tell-score)
(write (guard (e ((error-object? e) (list (error-object-message e) (error-object-irritants e)))) (find-room 'attic)))
(newline)
