//! Interrupting guest code from other threads.

use crate::limits::Sandbox;
use crate::vm::VmShared;
use lisle_threads::{Interrupt, MutatorId};
use std::fmt;
use std::sync::{Arc, Weak};

/// Interrupts a limited evaluation, or all guest code of a machine. Any thread may use it; it never
/// waits for guest code or for a collection.
///
/// Guest code that runs meets the interrupt at its next call or turn of a loop; one that waits stops
/// waiting. In a limited evaluation it is a limit like the others ([`Limit::Interrupted`]): a
/// condition first, the end soon after. Otherwise it is a condition only.
///
/// [`Limit::Interrupted`]: crate::Limit::Interrupted
///
/// ```
/// use lisle::{ErrorKind, Limit, Limits, Vm};
/// let vm = Vm::new()?;
/// let (sender, receiver) = std::sync::mpsc::channel();
/// let other = std::thread::spawn(move || {
///     let handle: lisle::InterruptHandle = receiver.recv().unwrap();
///     handle.interrupt();
/// });
/// let result = vm.enter(|cx| cx.limits(Limits::new(), |cx| {
///     sender.send(cx.interrupt_handle()).unwrap();
///     cx.eval::<()>("(let loop () (loop))")
/// }));
/// assert_eq!(result.unwrap_err().kind(), ErrorKind::Limit(Limit::Interrupted));
/// # other.join().unwrap();
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone)]
pub struct InterruptHandle {
    vm: Weak<VmShared>,
    sandbox: Option<Arc<Sandbox>>,
}

impl InterruptHandle {
    pub(crate) fn new(vm: Weak<VmShared>, sandbox: Option<Arc<Sandbox>>) -> InterruptHandle {
        InterruptHandle { vm, sandbox }
    }

    /// Interrupts what the handle stands for. Nothing happens when that has ended.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let handle = vm.interrupt_handle();
    /// drop(vm);
    /// handle.interrupt(); // The machine is gone: nothing happens.
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn interrupt(&self) {
        let Some(vm) = self.vm.upgrade() else { return };
        match &self.sandbox {
            Some(sandbox) => sandbox.interrupt(&vm),
            None => vm.world.interrupt_others(MutatorId::default(), &Interrupt::UserBreak),
        }
    }
}

impl fmt::Debug for InterruptHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InterruptHandle").finish_non_exhaustive()
    }
}
