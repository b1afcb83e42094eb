//! Instructions from words.

use super::encode::LAST_CAPTURE;
use super::isa::{Op, Operand};

/// How many words the instruction at `index` takes.
///
/// # Panics
/// When `words` holds no whole instruction there.
pub fn instruction_length(words: &[u32], index: usize) -> usize {
    Instruction::at(words, index).next() - index
}

/// A decoded instruction.
#[derive(Clone, Copy, Debug)]
pub struct Instruction<'a> {
    /// Index of its first word.
    pub index: usize,
    /// The operation.
    pub op: Op,
    /// Bits 8 to 15.
    pub a: u32,
    /// Bits 16 to 23.
    pub b: u32,
    /// Bits 24 to 31.
    pub c: u32,
    /// The extension words.
    pub extension: &'a [u32],
}

impl<'a> Instruction<'a> {
    /// The instruction whose first word is at `index`.
    ///
    /// # Panics
    /// When `words` holds no whole instruction there.
    pub fn at(words: &'a [u32], index: usize) -> Instruction<'a> {
        let word = words[index];
        let op = Op::of(word);
        let rest = &words[index + 1..];
        let count = if op.info().operands.contains(&Operand::Captures) {
            let last = rest.iter().position(|word| word & LAST_CAPTURE != 0);
            last.expect("the last captured value is marked") + 1
        } else {
            usize::from(op.has_extension())
        };
        let extension = &rest[..count];
        Instruction {
            index,
            op,
            a: word >> 8 & 0xff,
            b: word >> 16 & 0xff,
            c: word >> 24,
            extension,
        }
    }
    /// Every instruction of `words`.
    pub fn all(words: &'a [u32]) -> impl Iterator<Item = Instruction<'a>> {
        let mut index = 0;
        std::iter::from_fn(move || {
            (index < words.len()).then(|| {
                let instruction = Instruction::at(words, index);
                index = instruction.next();
                instruction
            })
        })
    }
    /// Index of the word after it.
    pub fn next(&self) -> usize {
        self.index + 1 + self.extension.len()
    }
    /// The unsigned 16-bit operand.
    pub fn bc(&self) -> u32 {
        self.b | self.c << 8
    }
    /// The signed 16-bit operand.
    pub fn signed_bc(&self) -> i32 {
        i32::from((self.bc() as u16).cast_signed())
    }
    /// The signed 24-bit operand.
    pub fn signed_abc(&self) -> i32 {
        ((self.a | self.b << 8 | self.c << 16) << 8).cast_signed() >> 8
    }
    /// The extension word.
    ///
    /// # Panics
    /// When it has none.
    pub fn x(&self) -> u32 {
        self.extension[0]
    }
    /// Where it may jump to, as the index of a word.
    pub fn target(&self) -> Option<i64> {
        let offset = self.op.info().operands.iter().find_map(|operand| match operand {
            Operand::JumpBc => Some(self.signed_bc()),
            Operand::JumpAbc => Some(self.signed_abc()),
            Operand::JumpX => Some(self.x().cast_signed()),
            _ => None,
        })?;
        Some(self.next() as i64 + i64::from(offset))
    }
    /// Calls `visit` with each register it reads.
    pub fn each_use(&self, mut visit: impl FnMut(u32)) {
        for operand in self.op.info().operands {
            match operand {
                Operand::UseA => visit(self.a),
                Operand::UseB => visit(self.b),
                Operand::UseC => visit(self.c),
                Operand::UseX => visit(self.x()),
                Operand::UseBThroughC => (self.b..self.b + self.c).for_each(&mut visit),
                Operand::Window => (self.a + 1..self.a + 2 + self.b).for_each(&mut visit),
                Operand::ArgsOnly | Operand::OpenEnv => {
                    (self.a + 2..self.a + 2 + self.b).for_each(&mut visit);
                }
                Operand::Captures => {
                    let registers = self.extension.iter().filter(|word| **word >> 31 == 0);
                    registers.for_each(|word| visit(word & 0xff));
                }
                _ => {}
            }
        }
    }
    /// The registers it writes, as a range: a call writes everything from its window up, which the
    /// callee's frame covers.
    pub fn defs(&self, frame_size: u32) -> std::ops::Range<u32> {
        let mut defs = 0..0;
        for operand in self.op.info().operands {
            match operand {
                Operand::DefA => defs = self.a..self.a + 1,
                Operand::OpenEnv => defs = self.a..self.a + 2,
                Operand::Window | Operand::ArgsOnly => defs = self.a..frame_size.max(self.a + 1),
                _ => {}
            }
        }
        defs
    }
    /// Is it a call that returns here?
    pub fn is_call(&self) -> bool {
        matches!(self.op, Op::Call | Op::CallGlobal | Op::CallSelf | Op::CallKnown)
    }
}
