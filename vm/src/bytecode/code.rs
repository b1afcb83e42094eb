//! Loaded code: what frames run.
//!
//! Code lives outside the heap, at an address that never changes, until its VM is dropped. Its
//! constants stand in front of its instructions and are roots. When a template is loaded, every `ConstX` operand is replaced by the
//! distance from the next instruction to the constant, so that the machine needs nothing but its
//! program counter to find it.
//!
//! A closure's first payload word is the address of its code; [`Code::of`] is the way back.

use crate::bytecode::decode::Instruction;
use crate::bytecode::isa::{Op, Operand};
use crate::bytecode::liveness::Liveness;
use crate::bytecode::template::ClauseEntry;
use crate::interp::host::HostProcedure;
use crate::prim::PrimId;
use crate::source::Span;
use crate::symbols::Sym;
use lisle_gc::{Value, object};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// In [`Code::exact`]: arguments are checked and arranged by the slow path.
pub const GENERAL: u32 = u32::MAX;

/// What kind of code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeKind {
    /// Compiled from Scheme.
    Compiled,
    /// The stub of a primitive.
    Primitive(PrimId),
    /// A procedure of the machine itself.
    Machine,
    /// The stub of a procedure of the host.
    Host,
}

/// A procedure's code. `repr(C)`: the fields that a call reads come first.
#[repr(C)]
pub struct Code {
    /// The first instruction, when `exact` is not [`GENERAL`].
    pub entry: *const u32,
    /// The only number of arguments taken, or [`GENERAL`].
    pub exact: u32,
    /// Size of the frame in bytes.
    pub frame_bytes: u32,
    /// The buffer: constants, then instructions.
    buffer: Box<[AtomicU64]>,
    constant_count: usize,
    word_count: usize,
    /// Which kind.
    pub kind: CodeKind,
    /// The clauses of compiled code.
    pub clauses: Vec<ClauseEntry>,
    /// The fewest and most arguments of a primitive or machine procedure; 255 for no bound.
    pub native_arity: (u8, u8),
    /// How many values its closures capture.
    pub captures: u32,
    /// The procedure's name.
    pub name: Option<Sym>,
    spans: Vec<(u32, Span)>,
    /// Where it stands in the source.
    pub span: Span,
    /// The host's procedure, of code of that kind.
    pub host: Option<Box<dyn HostProcedure>>,
    liveness: OnceLock<Liveness>,
}

// SAFETY: the pointer `entry` points into `buffer`, which belongs to the code and whose
// instructions never change; constants are words read as atomics or by a stopped world's collector.
unsafe impl Send for Code {}
// SAFETY: as for `Send`; `OnceLock` guards the only field written after loading.
unsafe impl Sync for Code {}

/// What [`Code::new`] needs.
pub struct CodeParts {
    /// Which kind.
    pub kind: CodeKind,
    /// The instructions, `ConstX` operands still constant numbers.
    pub words: Vec<u32>,
    /// The constants.
    pub constants: Vec<Value>,
    /// The clauses; empty for primitives and machine procedures.
    pub clauses: Vec<ClauseEntry>,
    /// The only number of arguments taken, or [`GENERAL`].
    pub exact: u32,
    /// The fewest and most arguments of a primitive or machine procedure; 255 for no bound.
    pub native_arity: (u8, u8),
    /// Registers of the frame.
    pub frame_size: u32,
    /// Captured values.
    pub captures: u32,
    /// The name.
    pub name: Option<Sym>,
    /// Places of instructions that can fail.
    pub spans: Vec<(u32, Span)>,
    /// Where it stands.
    pub span: Span,
    /// The host's procedure, of code of that kind.
    pub host: Option<Box<dyn HostProcedure>>,
}

impl Code {
    /// Loads code. The result stays where it is, in its box.
    pub fn new(parts: CodeParts) -> Box<Code> {
        let CodeParts { mut words, constants, .. } = parts;
        let constant_words = constants.len();
        link_constants(&mut words, constant_words);
        let mut buffer = Vec::with_capacity(constant_words + words.len().div_ceil(2));
        buffer.extend(constants.iter().map(|constant| AtomicU64::new(constant.bits())));
        for pair in words.chunks(2) {
            let high = pair.get(1).copied().unwrap_or(0);
            buffer.push(AtomicU64::new(u64::from(pair[0]) | u64::from(high) << 32));
        }
        let mut code = Box::new(Code {
            entry: std::ptr::null(),
            exact: parts.exact,
            frame_bytes: parts.frame_size * 8,
            buffer: buffer.into_boxed_slice(),
            constant_count: constant_words,
            word_count: words.len(),
            kind: parts.kind,
            clauses: parts.clauses,
            native_arity: parts.native_arity,
            captures: parts.captures,
            name: parts.name,
            spans: parts.spans,
            span: parts.span,
            host: parts.host,
            liveness: OnceLock::new(),
        });
        let first = code.clauses.first().map_or(0, |clause| clause.entry);
        code.entry = code.instruction(first);
        let _ = code.buffer.as_ptr().expose_provenance();
        code
    }
    /// The code of a procedure.
    ///
    /// # Safety
    /// `procedure` is a live procedure object, whose first payload word is the address of code that
    /// its VM keeps (every procedure's is).
    #[inline(always)]
    pub unsafe fn of(procedure: Value) -> *const Code {
        debug_assert!(procedure.is_procedure());
        std::ptr::with_exposed_provenance(object::field(procedure, 0).bits() as usize)
    }
    /// The code whose address is this raw word (see [`Code::address_word`]).
    #[inline(always)]
    pub fn at(word: Value) -> *const Code {
        std::ptr::with_exposed_provenance(word.bits() as usize)
    }
    /// Its address as a raw word for closures.
    pub fn address_word(&self) -> Value {
        Value::from_bits(std::ptr::from_ref(self).expose_provenance() as u64)
    }
    /// Registers of the frame.
    #[inline(always)]
    pub fn frame_size(&self) -> usize {
        self.frame_bytes as usize / 8
    }
    /// The address of instruction word `index`.
    pub fn instruction(&self, index: u32) -> *const u32 {
        self.buffer.as_ptr().cast::<u32>().wrapping_add(self.constant_count * 2 + index as usize)
    }
    /// The index of the instruction word at `address`, if it is one of this code's.
    pub fn index_of(&self, address: usize) -> Option<u32> {
        let offset = address.wrapping_sub(self.instruction(0).addr()) / 4;
        (offset < self.word_count).then_some(offset as u32)
    }
    /// Constant `index`.
    pub fn constant(&self, index: usize) -> Value {
        Value::from_bits(self.buffer[index].load(Ordering::Relaxed))
    }
    /// The constant, if there is just one.
    pub fn only_constant(&self) -> Option<Value> {
        (self.constant_count == 1).then(|| self.constant(0))
    }
    /// Registers live before the instruction at word `index`.
    pub fn live_before(&self, index: u32) -> &[u64] {
        let liveness = self.liveness.get_or_init(|| {
            let words: Vec<u32> = (0..self.word_count).map(|i| self.word(i)).collect();
            let entries: Vec<u32> = self.clauses.iter().map(|clause| clause.entry).collect();
            Liveness::analyse(&words, &entries, self.frame_bytes / 8)
        });
        liveness.live_before(index as usize)
    }
    fn word(&self, index: usize) -> u32 {
        let pair = self.buffer[self.constant_count + index / 2].load(Ordering::Relaxed);
        if index.is_multiple_of(2) { pair as u32 } else { (pair >> 32) as u32 }
    }
    /// Where the instruction that ends before word `next` stands in the source.
    pub fn span_before(&self, next: u32) -> Span {
        let after = self.spans.partition_point(|(index, _)| *index < next);
        after.checked_sub(1).map_or(self.span, |at| self.spans[at].1)
    }
    /// The cell of the global variable that the instruction before word `next` calls, if it is such
    /// a call.
    pub fn global_called_before(&self, next: u32) -> Option<Value> {
        let after = self.spans.partition_point(|(index, _)| *index < next);
        let (index, _) = *self.spans.get(after.checked_sub(1)?)?;
        let words: Vec<u32> = (index as usize..next as usize).map(|i| self.word(i)).collect();
        if Op::of(*words.first()?) != Op::CallGlobal {
            return None;
        }
        let distance = (words.len() == 2).then(|| words[1].cast_signed())?;
        let constant = i64::from(next) + i64::from(distance) + 2 * self.constant_count as i64;
        Some(self.constant(usize::try_from(constant / 2).ok()?))
    }
    /// The place of the first instruction from `index` on that has one.
    pub fn span_from(&self, index: u32) -> Span {
        let at = self.spans.partition_point(|(at, _)| *at < index);
        self.spans.get(at).map_or(self.span, |(_, span)| *span)
    }
    /// The numbers of arguments taken, in words.
    pub fn describe_arity(&self) -> String {
        if self.kind != CodeKind::Compiled {
            return match self.native_arity {
                (least, 255) => format!("at least {least}"),
                (least, most) if least == most => least.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
        }
        if self.clauses.is_empty() {
            return "no number of them".to_owned();
        }
        let clauses = self.clauses.iter();
        let described = clauses.map(|clause| match clause.rest {
            true => format!("at least {}", clause.required),
            false => clause.required.to_string(),
        });
        described.collect::<Vec<_>>().join(" or ")
    }
    /// Visits the constants, for the collector of a stopped world.
    pub fn visit_constants(&self, mut visit: impl FnMut(&mut Value)) {
        for word in &self.buffer[..self.constant_count] {
            let mut constant = Value::from_bits(word.load(Ordering::Relaxed));
            visit(&mut constant);
            word.store(constant.bits(), Ordering::Relaxed);
        }
    }
}

/// Replaces constant numbers by distances in words from the next instruction to the constant, which
/// stands in front of the instructions.
fn link_constants(words: &mut [u32], constants: usize) {
    let mut index = 0;
    while index < words.len() {
        let op = Op::of(words[index]);
        let next = Instruction::at(words, index).next();
        if op.info().operands.contains(&Operand::ConstX) {
            let constant = words[index + 1] as i32;
            let distance = (constant - constants as i32) * 2 - next as i32;
            words[index + 1] = distance as u32;
        }
        index = next;
    }
}

/// The constant at `distance` words from the address of the next instruction.
///
/// # Safety
/// `next` and `distance` are of one code, as loading left them.
#[inline(always)]
pub unsafe fn linked_constant(next: *const u32, distance: u32) -> Value {
    // SAFETY: the address is that of a constant in the same buffer, eight-byte aligned.
    unsafe { Value::from_bits(next.offset(distance as i32 as isize).cast::<u64>().read()) }
}
