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

/// How a report calls an object one can wait for: by its name, or else by its number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Its number.
    pub id: WaitId,
    /// Its name, if it has one.
    pub name: Option<Arc<str>>,
}

impl Label {
    /// The name, or the number, without quotes.
    pub fn plain(&self) -> String {
        self.name.as_ref().map_or_else(|| format!("#{}", self.id.0), |name| name.to_string())
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.name.is_some() { "`" } else { "" };
        write!(f, "{quote}{}{quote}", self.plain())
    }
}

/// What a thread waits for without a timeout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WaitingFor {
    /// A mutex, and the thread that owns it, if any.
    Mutex {
        /// Which.
        label: Label,
        /// Who owns it.
        owner: Option<MutatorId>,
    },
    /// A condition variable.
    Condvar(Label),
    /// The end of a thread; zero if it was never started.
    Join(MutatorId),
    /// A value on a channel.
    Receive(Label),
    /// Room on a channel.
    Send(Label),
    /// One of several channels.
    Select(Arc<[Label]>),
}

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitingFor::Mutex { label, .. } => write!(f, "mutex {label}"),
            WaitingFor::Condvar(label) => write!(f, "condition variable {label}"),
            WaitingFor::Join(_) => write!(f, "the end of a thread"),
            WaitingFor::Receive(label) => write!(f, "a value on channel {label}"),
            WaitingFor::Send(label) => write!(f, "room on channel {label}"),
            WaitingFor::Select(labels) => {
                let labels: Vec<String> = labels.iter().map(Label::to_string).collect();
                write!(f, "one of the channels {}", labels.join(", "))
            }
        }
    }
}
