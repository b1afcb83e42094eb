//! What waits do with interrupts that mean nothing to their thread.

use crate::Vm;
use lisle_threads::Interrupt;
use std::time::{Duration, Instant};

/// The wait is over, and its mutex, which was opened for it, is another thread's.
#[test]
fn a_wait_for_a_signal_that_is_interrupted_opens_its_mutex_once() {
    let vm = Vm::new().expect("the system has memory");
    let attached = vm.attach().expect("the system has memory");
    let wait = "
        (define m (make-mutex))
        (define cv (make-condition-variable))
        (define ready #f)
        (define (wait) (mutex-lock! m) (set! ready #t) (mutex-unlock! m cv))
        (define waiter (thread-start! (make-thread wait)))
        (let loop () (if (not ready) (begin (thread-yield!) (loop))))
        (mutex-lock! m)";
    attached.eval::<()>(wait).expect("it waits");
    for (id, _) in vm.shared().world.mutators() {
        vm.shared().world.interrupt(id, Interrupt::Context);
    }
    let look = "(list (thread-join! waiter 60 'waits) (eq? (mutex-state m) (current-thread)))";
    assert_eq!(attached.eval_text(look).expect("it returns"), "(#t #t)");
}

/// Without end, they would begin the time anew each time.
#[test]
fn interrupts_do_not_lengthen_a_timeout() {
    let vm = Vm::new().expect("the system has memory");
    let attached = vm.attach().expect("the system has memory");
    let waits = "
        (import (lisle channel))
        (define held (make-mutex))
        (mutex-lock! held)
        (define endless (thread-start! (make-thread (lambda () (mutex-lock! held)))))
        (define full (make-channel 1))
        (channel-send! full 1)
        (define (wait)
          (thread-sleep! 0.1)
          (list (thread-join! endless 0.1 'late)
                (mutex-lock! held 0.1)
                (channel-send! full 1 0.1 'late)
                (channel-receive! (make-channel) 1/10 'late)))
        (define done #f)
        (define waiter (thread-start! (make-thread (lambda () (let ((all (wait))) (set! done #t) all)))))";
    attached.eval::<()>(waits).expect("they wait");
    let end = Instant::now() + Duration::from_secs(20);
    while !attached.eval::<bool>("done").expect("it is a boolean") {
        assert!(Instant::now() < end, "the waits go on while interrupts come");
        for (id, _) in vm.shared().world.mutators() {
            vm.shared().world.interrupt(id, Interrupt::Context);
        }
        attached.eval::<()>("(thread-sleep! 0.01)").expect("it sleeps");
    }
    let all = attached.eval_text("(thread-join! waiter)").expect("it has ended");
    assert_eq!(all, "(late #f late late)");
}
