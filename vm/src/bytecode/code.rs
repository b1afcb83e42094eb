//! Loaded code: what frames run.
//!
//! Code has two parts. An object in the heap, of kind `Code`, is what closures lead to: its fields
//! are what a call reads ([`Entry`]), the number of captured values, and the constants, so that the
//! collector treats it like any object; it is old and does not move. It owns the other part, the
//! [`Code`], which is outside the heap and is dropped some time after the object died (GC-13).
//!
//! Instructions find their constants by the program counter alone: a second copy of the constants
//! stands in front of them, and loading replaces every `ConstX` operand by the distance from the next
//! instruction to the constant. Constants are old objects and do not move, so the copies agree; as
//! long as one is young, the copy is a root (`crate::load::Loader`).

use crate::bytecode::decode::Instruction;
use crate::bytecode::isa::{Op, Operand};
use crate::bytecode::liveness::Liveness;
use crate::bytecode::template::{ClauseEntry, Inlined};
use crate::core_form::Definition;
use crate::interp::host::HostProcedure;
use crate::prim::PrimId;
use crate::source::{Source, Span};
use crate::symbols::Sym;
use lisle_gc::value::TAG_OBJECT;
use lisle_gc::{External, Kind, Value, object};
use parking_lot::Mutex;
use smallvec::SmallVec;
use std::mem::{offset_of, size_of};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

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

/// What a call reads of code: the first fields of its object in the heap.
///
/// *Validity*: who has a pointer to one has, since the last safepoint, seen a procedure of that code
/// in a register or frame, or made it.
#[repr(C)]
pub struct Entry {
    /// As in [`Code`].
    pub entry: *const u32,
    /// As in [`Code`]. The lower half of its word, whose lowest bits are zero: no pointer.
    pub frame_bytes: u32,
    /// As in [`Code`].
    pub exact: u32,
    code: *const Code,
}

const _: () = assert!(offset_of!(Entry, frame_bytes) == 8 && cfg!(target_endian = "little"));

/// Field of a code object: how many values closures capture, a fixnum.
const FIELD_CAPTURES: usize = size_of::<Entry>() / 8;
/// The first constant.
const FIELD_CONSTANTS: usize = FIELD_CAPTURES + 1;

impl Entry {
    /// What a call of this procedure reads.
    ///
    /// # Safety
    /// `procedure` is a live procedure object, whose first field is code (every procedure's is).
    #[inline(always)]
    pub unsafe fn of(procedure: Value) -> *const Entry {
        debug_assert!(procedure.is_procedure());
        Entry::at(object::field(procedure, 0))
    }
    /// The same of a code object.
    #[inline(always)]
    fn at(code: Value) -> *const Entry {
        debug_assert!(object::is_kind(code, Kind::Code));
        const HEADER: u64 = 8;
        std::ptr::with_exposed_provenance((code.bits() - TAG_OBJECT + HEADER) as usize)
    }
}

/// Constant `index` of a code object.
#[inline(always)]
pub fn constant_of(code: Value, index: usize) -> Value {
    object::field(code, FIELD_CONSTANTS + index)
}
/// How many values closures over a code object capture.
#[inline(always)]
pub fn captures_of(code: Value) -> usize {
    object::field(code, FIELD_CAPTURES).assume_fixnum() as usize
}

/// A procedure's code, outside the heap.
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
    inlined: Vec<Inlined>,
    /// As in the template.
    pub definition: Option<Arc<Definition>>,
    /// Where it stands in the source.
    pub span: Span,
    /// The host's procedure, of code of that kind.
    pub host: Option<Box<dyn HostProcedure>>,
    liveness: OnceLock<Liveness>,
    /// The texts that the places lie in, which are known as long as the code is there.
    _sources: Vec<Arc<Source>>,
    /// What all this takes.
    _memory: External,
    /// In stress modes: where the instructions go when the code is dropped.
    graveyard: Option<Arc<Graveyard>>,
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
    /// Procedures written out in it.
    pub inlined: Vec<Inlined>,
    /// As in the template.
    pub definition: Option<Arc<Definition>>,
    /// Where it stands.
    pub span: Span,
    /// The host's procedure, of code of that kind.
    pub host: Option<Box<dyn HostProcedure>>,
    /// The texts that the places lie in.
    pub sources: Vec<Arc<Source>>,
}

impl CodeParts {
    /// What code made of this takes outside the heap, in bytes, about.
    pub fn bytes(&self) -> usize {
        const ALLOCATIONS: usize = 64;
        /// A small one.
        const DEFINITION: usize = 1024;
        size_of::<Code>()
            + ALLOCATIONS
            + self.words.len() * 4
            + self.constants.len() * 8
            + self.clauses.capacity() * size_of::<ClauseEntry>()
            + self.spans.capacity() * size_of::<(u32, Span)>()
            + self.inlined.capacity() * size_of::<Inlined>()
            + self.definition.as_ref().map_or(0, |_| DEFINITION)
    }
}

/// Instructions of code that was dropped, overwritten by ones that end the process: a use of freed
/// code shows. For stress modes.
#[derive(Default)]
pub struct Graveyard(Mutex<Vec<Box<[AtomicU64]>>>);

impl Graveyard {
    /// So many are kept.
    const MOST: usize = 4096;

    fn bury(&self, buffer: Box<[AtomicU64]>) {
        // The number of no machine procedure.
        let word = u64::from(Op::Machine as u32 | 0xffff_ff00);
        buffer.iter().for_each(|pair| pair.store(word << 32 | word, Ordering::Relaxed));
        let mut buried = self.0.lock();
        if buried.len() == Graveyard::MOST {
            buried.drain(..Graveyard::MOST / 2);
        }
        buried.push(buffer);
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        if let Some(graveyard) = &self.graveyard {
            graveyard.bury(std::mem::take(&mut self.buffer));
        }
    }
}

impl Code {
    /// Loads code. The result stays where it is.
    pub fn new(parts: CodeParts, memory: External, graveyard: Option<Arc<Graveyard>>) -> Arc<Code> {
        let CodeParts { mut words, constants, .. } = parts;
        let constant_words = constants.len();
        link_constants(&mut words, constant_words);
        let mut buffer = Vec::with_capacity(constant_words + words.len().div_ceil(2));
        buffer.extend(constants.iter().map(|constant| AtomicU64::new(constant.bits())));
        for pair in words.chunks(2) {
            let high = pair.get(1).copied().unwrap_or(0);
            buffer.push(AtomicU64::new(u64::from(pair[0]) | u64::from(high) << 32));
        }
        let mut code = Code {
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
            inlined: parts.inlined,
            definition: parts.definition,
            span: parts.span,
            host: parts.host,
            liveness: OnceLock::new(),
            _sources: parts.sources,
            _memory: memory,
            graveyard,
        };
        let first = code.clauses.first().map_or(0, |clause| clause.entry);
        code.entry = code.instruction(first);
        let _ = code.buffer.as_ptr().expose_provenance();
        Arc::new(code)
    }
    /// The fields of its object in the heap.
    pub fn fields(self: &Arc<Code>) -> SmallVec<[Value; 16]> {
        let entry = self.entry.expose_provenance() as u64;
        let sizes = u64::from(self.exact) << 32 | u64::from(self.frame_bytes);
        let address = Arc::as_ptr(self).expose_provenance() as u64;
        let mut fields: SmallVec<[Value; 16]> =
            [entry, sizes, address].into_iter().map(Value::from_bits).collect();
        fields.push(Value::fixnum(i64::from(self.captures)));
        debug_assert_eq!(fields.len(), FIELD_CONSTANTS);
        fields.extend(self.constants());
        fields
    }
    /// The code of a procedure, which is there as long as the procedure is reachable.
    ///
    /// # Safety
    /// As of [`Entry::of`].
    #[inline(always)]
    pub unsafe fn of(procedure: Value) -> *const Code {
        // SAFETY: promised by the caller; the object's first fields are an `Entry`, by `fields`.
        unsafe { (*Entry::of(procedure)).code }
    }
    /// The code of a code object.
    ///
    /// # Safety
    /// The object is live.
    pub unsafe fn at(object: Value) -> *const Code {
        // SAFETY: promised by the caller; its first fields are an `Entry`, by `fields`.
        unsafe { (*Entry::at(object)).code }
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
    /// Is there a constant that this is true of?
    pub fn has_constant(&self, test: impl Fn(Value) -> bool) -> bool {
        self.constants().any(test)
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
    /// The written-out procedures that the instruction before word `next` is part of, inner ones first.
    pub fn inlined_before(&self, next: u32) -> impl Iterator<Item = &Inlined> {
        self.inlined.iter().filter(move |inlined| inlined.from < next && next <= inlined.to)
    }
    /// The constants.
    pub fn constants(&self) -> impl Iterator<Item = Value> {
        (0..self.constant_count).map(|index| self.constant(index))
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
