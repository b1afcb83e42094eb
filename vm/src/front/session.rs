//! What an expansion may ask of the VM, and how far it may go.

use super::FrontError;
use super::host::Host;
use super::stopping::reason_to_stop;
use crate::capability::Capability;
use crate::expand::{ExpandError, ExpandErrorKind, Limits, Session};
use crate::source::Span;
use crate::vm::VmShared;
use lisle_threads::Mutator;

/// What `expand` makes in a session for this host.
pub(super) fn with_session<T>(
    vm: &VmShared,
    host: &Host<'_>,
    expand: impl FnOnce(&Session<'_>) -> crate::expand::Result<T>,
) -> Result<T, FrontError> {
    let stop = || host.with_mutator(|mutator| reason_to_stop(vm, mutator));
    let check = || match stop() {
        None => Ok(()),
        Some(error) => {
            let error = ExpandError::new(error.message, Span::NONE);
            Err(error.of_kind(ExpandErrorKind::Interrupted))
        }
    };
    let may_include = host.with_cx(|cx| cx.allows(Capability::ReadFiles));
    let loader = vm.config.loaders.with_folders(&vm.config.library_path, may_include);
    let session = Session {
        symbols: &vm.symbols,
        sources: &vm.sources,
        host,
        loader: &loader,
        check: &check,
        limits: host.with_mutator(|mutator| limits(mutator)),
    };
    expand(&session).map_err(|error| {
        let interrupted = error.kind == ExpandErrorKind::Interrupted;
        let error = FrontError::from(error);
        match if interrupted { stop() } else { None } {
            Some(FrontError { kind, .. }) => FrontError { kind, ..error },
            None => error,
        }
    })
}

/// How deep programs may nest, by the native stack of the thread that compiles: the program's own
/// thread is given a large one, guest threads have `native_stack_bytes` (2 MiB). The passes after
/// the expander take up to twice what it takes at the same depth. What calls between host and guest,
/// macros' procedures among them, have used already is not there any more.
fn limits(mutator: &Mutator) -> Limits {
    let here = 0u8;
    let outermost = mutator.nested.first().map(|nested| nested.native_address);
    let used = outermost.map_or(0, |address| address.abs_diff((&raw const here).addr()));
    let large = std::thread::current().name() == Some(crate::MAIN_THREAD);
    let (depth, bytes): (u32, usize) = if large { (10_000, 64 << 20) } else { (1000, 512 << 10) };
    Limits { depth, stack_bytes: bytes.saturating_sub(used), ..Limits::default() }
}
