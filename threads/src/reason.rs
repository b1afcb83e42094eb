//! Why a thread waits, and why it may be interrupted.

use std::fmt;
use std::sync::Arc;

/// The number of a mutator, which names its thread in reports; zero is nobody.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Default)]
pub struct MutatorId(pub u64);

/// The number that stands for a heap object one can wait for. Objects move; their numbers do not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct WaitId(pub u64);

/// What a thread is told from outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Interrupt {
    /// Another thread, or the host, wants this one to end.
    Terminate,
    /// The user pressed Ctrl-C.
    UserBreak,
    /// What the virtual machine has attached to the thread ([`crate::Mutator::context`]) wants it to
    /// look.
    Context,
    /// Every thread waits for another one; the text says who waits for what.
    Deadlock(Arc<str>),
}

/// What a thread waits for without a timeout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WaitingFor {
    /// A mutex, and the thread that owns it, if any.
    Mutex {
        /// Its number.
        id: WaitId,
        /// Its name, if it has one.
        name: Option<Arc<str>>,
        /// Who owns it.
        owner: Option<MutatorId>,
    },
    /// A condition variable.
    Condvar {
        /// Its number.
        id: WaitId,
        /// Its name, if it has one.
        name: Option<Arc<str>>,
    },
    /// The end of a thread; zero if it was never started.
    Join(MutatorId),
    /// A value on a channel.
    Receive(WaitId),
    /// Room on a channel.
    Send(WaitId),
    /// One of several channels.
    Select(Arc<[WaitId]>),
}

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |name: &Option<Arc<str>>, id: &WaitId| match name {
            Some(name) => format!("`{name}`"),
            None => format!("#{}", id.0),
        };
        match self {
            WaitingFor::Mutex { id, name, .. } => write!(f, "mutex {}", named(name, id)),
            WaitingFor::Condvar { id, name } => {
                write!(f, "condition variable {}", named(name, id))
            }
            WaitingFor::Join(_) => write!(f, "the end of a thread"),
            WaitingFor::Receive(id) => write!(f, "a value on channel #{}", id.0),
            WaitingFor::Send(id) => write!(f, "room on channel #{}", id.0),
            WaitingFor::Select(ids) => {
                let ids: Vec<String> = ids.iter().map(|id| format!("#{}", id.0)).collect();
                write!(f, "one of the channels {}", ids.join(", "))
            }
        }
    }
}
