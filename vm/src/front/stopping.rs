//! When a thread that reads or compiles is to stop, and what it says then.
//!
//! Expander, passes and loader ask now and then, never in a form of less than some thousand
//! expressions. What they have made by then is dropped: nothing refers to it. In a primitive the
//! interpreter takes the interrupt before anybody sees the error ([`raised`]), and says what it means.

use super::FrontError;
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::limits::Sandbox;
use crate::source::Span;
use crate::vm::VmShared;
use lisle_threads::Mutator;

/// Why the thread is to stop, if it is.
pub(super) fn reason_to_stop(vm: &VmShared, mutator: &Mutator) -> Option<FrontError> {
    let sandbox = Sandbox::of(mutator);
    let limit = sandbox.and_then(|sandbox| sandbox.reached());
    let stops = limit.is_some() || vm.is_interrupted() || mutator.has_interrupt();
    stops.then(|| match limit {
        Some(limit) => FrontError::new(ErrorKind::Limit(limit), limit.message(), Span::NONE),
        None => FrontError::new(ErrorKind::Interrupted, "interrupted", Span::NONE),
    })
}

/// What a thread says that was to stop a moment ago.
pub(super) fn stopped(vm: &VmShared, mutator: &Mutator) -> FrontError {
    let reason = reason_to_stop(vm, mutator);
    reason.unwrap_or_else(|| FrontError::new(ErrorKind::Interrupted, "interrupted", Span::NONE))
}

/// What a primitive raises for what the front end found wrong. One that was to stop runs again if the
/// thread goes on after its interrupt.
pub(crate) fn raised(cx: &mut Cx<'_>, error: &FrontError) -> Raised {
    let stops = matches!(error.kind, ErrorKind::Interrupted | ErrorKind::Limit(_));
    match stops && cx.mutator.has_interrupt() {
        true => cx.retry(),
        false => cx.vm().front_raised(cx, error),
    }
}

#[cfg(test)]
mod tests {
    use crate::condition::ErrorKind;
    use crate::read::Datum;
    use crate::source::Span;
    use crate::{Error, Vm};
    use lisle_threads::Interrupt;

    /// Forms of ten thousand parts, each long for another part of the front end. (The twelve hundredth part
    /// of a `begin` is the twelve hundredth unit.)
    const LONG: &[(&str, &str, &str)] = &[
        ("(quote (", "1 ", "))"),
        ("(quote #(", "x ", "))"),
        ("(list ", "1 ", ")"),
        ("(begin ", "(define x 1)", ")"),
        ("(let () ", "(car x)", ")"),
        ("(lambda () ", "(lambda (x) (if x x (set! x 1)))", ")"),
    ];

    fn form(vm: &Vm, text: &str) -> Result<Datum, Error> {
        let read = crate::read::read_one(crate::source::SourceId(1), text, &vm.shared().symbols);
        Ok(read.expect("it is a datum").expect("there is a datum").0)
    }

    /// Compiles a form with an interrupt waiting; the kind of error.
    fn interrupted(vm: &Vm, form: &Datum) -> Result<Option<ErrorKind>, Error> {
        vm.enter(|cx| {
            let (mutator, vm) = cx.parts();
            let environment = vm.front.expander(vm).interaction_environment().clone();
            vm.world.interrupt(mutator.id(), Interrupt::UserBreak);
            let compiled = vm.front.compile(vm, mutator, form, &environment);
            assert_eq!(mutator.safepoint(), Some(Interrupt::UserBreak));
            Ok(compiled.err().map(|error| error.kind))
        })
    }

    #[test]
    fn an_interrupt_is_answered_before_a_long_form_is_compiled() -> Result<(), Error> {
        let vm = Vm::new()?;
        for (head, unit, tail) in LONG {
            let long = form(&vm, &format!("{head}{}{tail}", unit.repeat(10_000)))?;
            assert_eq!(interrupted(&vm, &long)?, Some(ErrorKind::Interrupted), "{head}");
        }
        // A short one is compiled, and runs into the interrupt.
        let short = Datum::list([].into_iter(), Span::NONE);
        assert_ne!(interrupted(&vm, &short)?, Some(ErrorKind::Interrupted));
        assert_eq!(vm.eval::<i64>("(+ 1 2)")?, 3);
        Ok(())
    }
}
