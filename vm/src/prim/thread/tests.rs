//! What waits do with interrupts that mean nothing to their thread.

use crate::Vm;
use lisle_threads::Interrupt;

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
