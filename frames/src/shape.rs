//! What this crate must be told of code: which registers of a frame are live.

use lisle_gc::Value;

/// A point in the code of a procedure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// At entry, with this many arguments in the first registers: nothing else is live.
    Entry(usize),
    /// Before the instruction at this address.
    Instruction(usize),
}

/// The live registers of a frame at some place.
#[derive(Clone, Copy, Debug)]
pub enum Live<'a> {
    /// None: the frame will never go on from there.
    Nothing,
    /// Every register below the call window.
    Everything,
    /// The registers whose bits are set; those beyond the end are dead.
    Bits(&'a [u64]),
}

impl Live<'_> {
    /// Is this register live?
    #[inline]
    pub fn contains(&self, register: usize) -> bool {
        match self {
            Live::Nothing => false,
            Live::Everything => true,
            Live::Bits(bits) => {
                bits.get(register / 64).is_some_and(|word| word >> (register % 64) & 1 == 1)
            }
        }
    }
}

/// Where a frame is, in numbers that the virtual machine can read; zero for "unknown".
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Site {
    /// The place in the source.
    pub place: u64,
    /// The procedure's name.
    pub name: u64,
    /// Is the procedure one of the host's?
    pub is_native: bool,
}

/// Knows the code that runs in frames. Implemented by the virtual machine.
pub trait FrameShape: Send + Sync {
    /// The registers of a frame running `procedure` that are live before the instruction at
    /// `address`. An address outside the procedure's code has [`Live::Nothing`].
    fn live(&self, procedure: Value, address: usize) -> Live<'_>;

    /// Where `procedure` is, before the instruction at `address` or at its entry.
    fn site(&self, _procedure: Value, _address: Option<usize>) -> Site {
        Site::default()
    }
}
