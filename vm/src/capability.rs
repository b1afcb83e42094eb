//! Capabilities: what of the world outside its heap a program may use.
//!
//! A virtual machine has none unless its host grants them; an evaluation under
//! [`Limits`](crate::limits::Limits) has at most those of the machine. The command line grants all,
//! or with `--sandbox` only those that are named.

use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::limits::Sandbox;

/// One thing a program may be allowed to do.
///
/// ```
/// # let vm = lisle::Vm::new()?;
/// use lisle::{Capability, ErrorKind};
/// let error = vm.eval::<()>("(open-output-file \"x\")").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Denied, "{:?} was not granted", Capability::WriteFiles);
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Capability {
    /// Read files and folders: `open-input-file`, `include`, libraries from files.
    ReadFiles = 1,
    /// Write, rename and delete files and folders.
    WriteFiles = 2,
    /// See the variables of the environment.
    Environment = 4,
    /// Use standard input, output and error.
    StandardStreams = 8,
    /// End the process (`emergency-exit`).
    Process = 16,
}

impl Capability {
    /// What it allows, as errors put it.
    const fn describe(self) -> &'static str {
        match self {
            Capability::ReadFiles => "reading files",
            Capability::WriteFiles => "writing files",
            Capability::Environment => "seeing the environment",
            Capability::StandardStreams => "using the standard streams",
            Capability::Process => "ending the process",
        }
    }
}

/// A set of capabilities.
///
/// ```
/// use lisle::{Capabilities, Capability};
/// let some = Capabilities::NONE.with(Capability::ReadFiles);
/// assert!(some.has(Capability::ReadFiles) && !some.has(Capability::WriteFiles));
/// assert!(Capabilities::ALL.has(Capability::WriteFiles));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Capabilities(u8);

impl Capabilities {
    /// No capability: the default.
    ///
    /// ```
    /// assert!(!lisle::Capabilities::NONE.has(lisle::Capability::ReadFiles));
    /// ```
    pub const NONE: Capabilities = Capabilities(0);
    /// Every capability there is.
    ///
    /// ```
    /// assert!(lisle::Capabilities::ALL.has(lisle::Capability::ReadFiles));
    /// ```
    pub const ALL: Capabilities = Capabilities(0xff);

    /// These and one more.
    ///
    /// ```
    /// use lisle::{Capabilities, Capability};
    /// let reader = Capabilities::NONE.with(Capability::ReadFiles);
    /// assert!(reader.has(Capability::ReadFiles) && !reader.has(Capability::WriteFiles));
    /// ```
    #[must_use]
    pub const fn with(self, capability: Capability) -> Capabilities {
        Capabilities(self.0 | capability as u8)
    }
    /// These without one.
    ///
    /// ```
    /// use lisle::{Capabilities, Capability};
    /// let most = Capabilities::ALL.without(Capability::Process);
    /// assert!(most.has(Capability::ReadFiles) && !most.has(Capability::Process));
    /// ```
    #[must_use]
    pub const fn without(self, capability: Capability) -> Capabilities {
        Capabilities(self.0 & !(capability as u8))
    }
    /// Is this one among them?
    ///
    /// ```
    /// use lisle::{Capabilities, Capability};
    /// assert!(!Capabilities::default().has(Capability::StandardStreams));
    /// ```
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & capability as u8 != 0
    }
}

impl Cx<'_> {
    /// May the running program do this?
    pub fn allows(&self, capability: Capability) -> bool {
        self.vm().config.capabilities.has(capability)
            && (self.mutator.context.is_none()
                || Sandbox::of(self.mutator).is_none_or(|sandbox| sandbox.allows(capability)))
    }
    /// Raises an error if the running program may not do this.
    pub fn demand(&mut self, capability: Capability, procedure: &str) -> Result<(), Raised> {
        if self.allows(capability) {
            return Ok(());
        }
        let message = format!("{procedure}: {} is not allowed here", capability.describe());
        Err(self.error(ErrorKind::Denied, &message, &[]))
    }
}
