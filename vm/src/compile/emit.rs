//! The code of one procedure while it grows: instructions, labels, constants, spans.
//!
//! Code that can't be reached is not emitted.

use crate::bytecode::decode::Instruction;
use crate::bytecode::encode::{a_bc, a24, abc, fits_16, fits_24};
use crate::bytecode::isa::Op;
use crate::bytecode::isa::Operand;
use crate::bytecode::template::{CodeTemplate, ConstTemplate, Inlined};
use crate::bytecode::verify::MAX_FRAME;
use crate::compile::CompileError;
use crate::core_form::Lambda;
use crate::globals::GlobalId;
use crate::opt::constant;
use crate::read::datum::{Datum, DatumKind, Pair};
use crate::source::Span;
use crate::symbols::Sym;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A place in the code that jumps go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(usize);

/// How far conditional jumps reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Jumps {
    /// Sixteen bits, which is nearly always enough.
    Short,
    /// Every conditional jump skips an unconditional one.
    Long,
}

#[derive(Default)]
struct LabelState {
    position: Option<usize>,
    /// Jump instructions to be completed.
    waiting: Vec<usize>,
}

#[derive(PartialEq, Eq, Hash)]
enum ConstantKey {
    Cell(GlobalId),
    Symbol(Sym),
    Procedure(*const Lambda),
    Pair(*const Pair),
}

/// The code of a procedure in the making.
pub struct Emitter {
    words: Vec<u32>,
    spans: Vec<(u32, Span)>,
    inlined: Vec<Inlined>,
    constants: Vec<ConstTemplate>,
    numbers: FxHashMap<ConstantKey, u32>,
    labels: Vec<LabelState>,
    jumps: Jumps,
    reachable: bool,
    too_large: bool,
    /// The last instruction, if it is a jump forward that nothing was emitted or bound after.
    last_jump: Option<(usize, Label)>,
    /// The last instruction, if it is `AddI` and nothing was bound after it.
    last_sum: Option<usize>,
    /// The same if it is `Immediate`.
    last_immediate: Option<usize>,
}

impl Emitter {
    /// Nothing yet.
    pub fn new(jumps: Jumps) -> Emitter {
        Emitter {
            words: Vec::new(),
            spans: Vec::new(),
            inlined: Vec::new(),
            constants: Vec::new(),
            numbers: FxHashMap::default(),
            labels: Vec::new(),
            jumps,
            reachable: true,
            too_large: false,
            last_jump: None,
            last_sum: None,
            last_immediate: None,
        }
    }
    /// Can control get here?
    pub fn is_reachable(&self) -> bool {
        self.reachable
    }
    /// Control gets here from outside: another clause begins.
    pub fn begin_clause(&mut self) -> u32 {
        self.reachable = true;
        self.last_jump = None;
        self.last_sum = None;
        self.last_immediate = None;
        self.position()
    }
    /// The next word.
    pub fn position(&self) -> u32 {
        u32::try_from(self.words.len()).expect("code is shorter than 2^32 words")
    }

    /// Appends an instruction and its extension words.
    pub fn emit(&mut self, word: u32, extension: &[u32], span: Span) {
        if !self.reachable {
            return;
        }
        if !span.is_none() {
            self.spans.push((self.position(), span));
        }
        let index = self.words.len();
        self.words.push(word);
        self.words.extend_from_slice(extension);
        self.last_jump = None;
        let last = |op| (Op::of(word) == op).then_some(index);
        (self.last_sum, self.last_immediate) = (last(Op::AddI), last(Op::Immediate));
        self.reachable = !Op::of(word).info().ends;
    }
    /// An instruction with three operands.
    pub fn abc(&mut self, op: Op, a: u32, b: u32, c: u32, span: Span) {
        self.emit(abc(op, a, b, c), &[], span);
    }
    /// An instruction with an operand and a 16-bit one.
    pub fn a_bc(&mut self, op: Op, a: u32, bc: u32, span: Span) {
        self.emit(a_bc(op, a, bc), &[], span);
    }
    /// Returns `r[register]`.
    pub fn ret(&mut self, register: u32) {
        if let Some(index) = self.last_immediate.filter(|_| self.reachable) {
            let word = self.words[index];
            if word >> 8 & 0xff == register {
                // What was just put there is returned at once.
                self.words[index] = a_bc(Op::ReturnImmediate, 0, word >> 16);
                self.last_immediate = None;
                self.reachable = false;
                return;
            }
        }
        self.abc(Op::Return, register, 0, 0, Span::NONE);
    }
    /// `r[to] = r[from]`
    pub fn copy(&mut self, to: u32, from: u32) {
        if to != from {
            self.abc(Op::Move, to, from, 0, Span::NONE);
        }
    }

    /// A label that is not bound yet.
    pub fn label(&mut self) -> Label {
        self.labels.push(LabelState::default());
        Label(self.labels.len() - 1)
    }
    /// Does any jump go to the label so far?
    pub fn is_used(&self, label: Label) -> bool {
        !self.labels[label.0].waiting.is_empty()
    }
    /// Was the last instruction a jump to the label?
    pub fn just_jumped_to(&self, label: Label) -> bool {
        self.last_jump.is_some_and(|(_, target)| target == label)
    }
    /// The label is here.
    pub fn bind(&mut self, label: Label) {
        (self.last_sum, self.last_immediate) = (None, None);
        if let Some((index, target)) = self.last_jump.take()
            && target == label
        {
            self.words.pop();
            self.labels[label.0].waiting.retain(|&jump| jump != index);
            self.reachable = true;
        }
        let position = self.words.len();
        let state = &mut self.labels[label.0];
        state.position = Some(position);
        let waiting = std::mem::take(&mut state.waiting);
        self.reachable |= !waiting.is_empty();
        for jump in waiting {
            self.complete(jump, position);
        }
    }
    /// Jumps to the label: polling if that is back.
    pub fn jump(&mut self, label: Label) {
        if !self.reachable {
            return;
        }
        let index = self.words.len();
        if let Some(position) = self.labels[label.0].position {
            if let Some(sum) = self.last_sum {
                // A loop that counts: both in one instruction.
                self.words[sum] = self.words[sum] & !0xff | Op::AddILoop as u32;
                self.words.push(0);
                self.last_sum = None;
                self.reachable = false;
                return self.complete(sum, position);
            }
            self.emit(a24(Op::Loop, 0), &[], Span::NONE);
            self.complete(index, position);
        } else {
            self.emit(a24(Op::Jump, 0), &[], Span::NONE);
            self.labels[label.0].waiting.push(index);
            self.last_jump = Some((index, label));
        }
    }
    /// A conditional jump forward whose offset is its extension word.
    pub fn jump_extended(&mut self, word: u32, label: Label, span: Span) {
        if self.reachable {
            self.labels[label.0].waiting.push(self.words.len());
            self.emit(word, &[0], span);
        }
    }
    /// A conditional jump forward on one register; `opposite` jumps in the other cases.
    pub fn jump_on(&mut self, op: Op, opposite: Op, register: u32, label: Label) {
        if !self.reachable {
            return;
        }
        match self.jumps {
            Jumps::Short => {
                self.labels[label.0].waiting.push(self.words.len());
                self.a_bc(op, register, 0, Span::NONE);
            }
            Jumps::Long => {
                self.a_bc(opposite, register, 1, Span::NONE);
                self.jump(label);
                self.last_jump = None;
                self.reachable = true;
            }
        }
    }
    /// Jumps forward unless a cell and its value are as in the constant pair `expected`.
    pub fn jump_unless_same(&mut self, expected: &Datum, label: Label) {
        if !self.reachable {
            return;
        }
        let constant = ConstTemplate::Datum(expected.clone());
        let number = match &expected.kind {
            DatumKind::Pair(pair) => self.keyed(ConstantKey::Pair(Arc::as_ptr(pair)), || constant),
            _ => self.constant(constant),
        };
        let index = self.words.len();
        self.emit(a_bc(Op::JumpUnlessSame, 0, 1), &[number], Span::NONE);
        match self.jumps {
            Jumps::Short => self.labels[label.0].waiting.push(index),
            Jumps::Long => {
                let holds = self.label();
                self.jump(holds);
                self.reachable = true;
                self.jump(label);
                self.last_jump = None;
                self.bind(holds);
            }
        }
    }
    /// What was emitted since word `from` is a procedure written out.
    pub fn note_inlined(&mut self, from: u32, name: Sym, call: Span) {
        self.inlined.push(Inlined { from, to: self.position(), name, call });
    }
    /// Writes the offset of a jump.
    fn complete(&mut self, index: usize, target: usize) {
        let instruction = Instruction::at(&self.words, index);
        let (op, a) = (instruction.op, instruction.a);
        let offset = target as i64 - instruction.next() as i64;
        let Ok(offset) = i32::try_from(offset) else {
            self.too_large = true;
            return;
        };
        match op {
            Op::Jump | Op::Loop => {
                self.too_large |= !fits_24(offset);
                self.words[index] = a24(op, offset);
            }
            _ if op.info().operands.contains(&Operand::JumpX) => {
                self.words[index + 1] = offset.cast_unsigned()
            }
            _ => {
                self.too_large |= !fits_16(i64::from(offset));
                self.words[index] = a_bc(op, a, offset.cast_unsigned());
            }
        }
    }

    fn constant(&mut self, constant: ConstTemplate) -> u32 {
        self.constants.push(constant);
        u32::try_from(self.constants.len() - 1).expect("fewer than 2^32 constants")
    }
    fn keyed(&mut self, key: ConstantKey, make: impl FnOnce() -> ConstTemplate) -> u32 {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.constant(make());
        self.numbers.insert(key, number);
        number
    }
    /// The number of the constant that is the cell of a global variable.
    pub fn cell(&mut self, id: GlobalId) -> u32 {
        self.keyed(ConstantKey::Cell(id), || ConstTemplate::Cell(id))
    }
    /// The number of a constant symbol.
    pub fn symbol(&mut self, sym: Sym) -> u32 {
        self.keyed(ConstantKey::Symbol(sym), || {
            ConstTemplate::Datum(Datum::symbol(sym, Span::NONE))
        })
    }
    /// The number of the constant for a procedure, if there is one.
    pub fn procedure(&self, lambda: &Lambda) -> Option<u32> {
        self.numbers.get(&ConstantKey::Procedure(std::ptr::from_ref(lambda))).copied()
    }
    /// Adds the constant for a procedure.
    pub fn add_procedure(&mut self, lambda: &Lambda, constant: ConstTemplate) -> u32 {
        self.keyed(ConstantKey::Procedure(std::ptr::from_ref(lambda)), || constant)
    }
    /// `r[to] =` constant `number`.
    pub fn load_numbered(&mut self, to: u32, number: u32) {
        self.abc_x(Op::Const, [to, 0, 0], number, Span::NONE);
    }
    /// `r[to] = datum`
    pub fn load(&mut self, to: u32, datum: &Datum) {
        if !self.reachable {
            return;
        }
        if let Some(number) = constant::immediate(datum) {
            self.a_bc(Op::Immediate, to, number, Span::NONE);
        } else if let Some(n) = constant::datum_fixnum(datum).filter(|n| fits_16(*n)) {
            self.a_bc(Op::Fixnum, to, (n as i32).cast_unsigned(), Span::NONE);
        } else {
            let number = match datum.kind {
                DatumKind::Symbol(sym) => self.symbol(sym),
                _ => self.constant(ConstTemplate::Datum(datum.clone())),
            };
            self.load_numbered(to, number);
        }
    }
    /// An instruction with three operands and an extension word.
    pub fn abc_x(&mut self, op: Op, [a, b, c]: [u32; 3], x: u32, span: Span) {
        self.emit(abc(op, a, b, c), &[x], span);
    }
    /// Something needed more room than an instruction has.
    pub fn refuse(&mut self) {
        self.too_large = true;
    }

    /// The finished code; `high` is one more than the highest register used.
    ///
    /// # Errors
    /// When it doesn't fit the instruction format.
    pub fn finish(
        mut self,
        template: CodeTemplate,
        high: u32,
    ) -> Result<CodeTemplate, CompileError> {
        if high > MAX_FRAME {
            return Err(CompileError::TooManyVariables(template.span));
        }
        if self.too_large {
            return Err(CompileError::TooLarge(template.span));
        }
        self.thread_jumps();
        Ok(CodeTemplate {
            words: self.words,
            constants: self.constants,
            spans: self.spans,
            inlined: self.inlined,
            frame_size: high,
            ..template
        })
    }

    /// A jump to a jump goes where that one goes, polling if that is back; a jump to a return returns.
    fn thread_jumps(&mut self) {
        let jumps: Vec<usize> = Instruction::all(&self.words)
            .filter(|instruction| instruction.op == Op::Jump)
            .map(|instruction| instruction.index)
            .collect();
        for index in jumps.into_iter().rev() {
            let target = Instruction::at(&self.words, index).target().expect("it is a jump");
            let target = usize::try_from(target).expect("jumps stay in the code");
            let there = Instruction::at(&self.words, target);
            match there.op {
                Op::Return | Op::ReturnImmediate => self.words[index] = self.words[target],
                Op::Jump | Op::Loop => {
                    let further = there.target().expect("it is a jump");
                    let further = usize::try_from(further).expect("jumps stay in the code");
                    let op = if further <= index { Op::Loop } else { Op::Jump };
                    self.words[index] = a24(op, 0);
                    self.complete(index, further);
                }
                _ => {}
            }
        }
    }
}
