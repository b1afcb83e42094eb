//! Standard procedures that are instructions.

use super::generate::{Branch, Dest, Fall, Generator};
use crate::bytecode::encode::{a_bc, abc, fits_8, fits_16};
use crate::bytecode::intrinsic::{Comparison, Intrinsic, Test};
use crate::bytecode::isa::Op;
use crate::core_form::{Call, Core};
use crate::opt::constant::as_fixnum;
use crate::opt::known::Operation;
use crate::source::Span;

impl<'c> Generator<'c> {
    /// A call that is not a call.
    pub(super) fn operation(&mut self, operation: Operation, call: &'c Call, dest: Dest) {
        match operation {
            Operation::Primitive(number) => self.primitive(number, call, dest),
            Operation::Intrinsic(intrinsic) => self.intrinsic(intrinsic, call, dest),
        }
    }

    fn intrinsic(&mut self, intrinsic: Intrinsic, call: &'c Call, dest: Dest) {
        let (args, span) = (&call.args[..], call.span);
        match intrinsic {
            Intrinsic::Path(ops) => self.path(ops, &args[0], span, dest),
            Intrinsic::Binary(op) => self.binary(op, &args[0], &args[1], span, dest),
            Intrinsic::RecordIs => self.binary(Op::RecordIs, &args[0], &args[1], span, dest),
            Intrinsic::Sum(op) => self.sum(op, &args[0], &args[1], span, dest),
            Intrinsic::Compare(comparison) => self.compare(comparison, call, dest),
            Intrinsic::Sign(comparison) => self.sign(comparison, &args[0], span, dest),
            Intrinsic::Test(test) => self.test(test, &args[0], dest),
            Intrinsic::Eq => match dest {
                Dest::Branch(branch) => {
                    let [a, b] = self.operands([&args[0], &args[1]]);
                    let word = abc(Op::JumpUnlessEq, a, b, 0);
                    self.jump_unless(word, Span::NONE, branch);
                }
                _ => self.binary(Op::Eq, &args[0], &args[1], span, dest),
            },
            Intrinsic::Unchanged => self.unchanged(call, dest),
            Intrinsic::Store2(op) => {
                let [a, b] = self.operands([&args[0], &args[1]]);
                self.emitter.abc(op, a, b, 0, span);
                self.unspecified(dest);
            }
            Intrinsic::Store3(op) => {
                let [a, b, c] = self.operands([&args[0], &args[1], &args[2]]);
                self.emitter.abc(op, a, b, c, span);
                self.unspecified(dest);
            }
            Intrinsic::RecordRef => {
                let [record, kind] = self.operands([&args[0], &args[1]]);
                let target = self.target(dest);
                let index = index_of(&args[2]);
                self.emitter.abc_x(Op::RecordRef, [target, record, kind], index, span);
                self.deliver(target, dest);
            }
            Intrinsic::RecordSet => {
                let [record, kind, value] = self.operands([&args[0], &args[1], &args[3]]);
                let index = index_of(&args[2]);
                self.emitter.abc_x(Op::RecordSet, [value, record, kind], index, span);
                self.unspecified(dest);
            }
        }
    }

    /// The registers of operands that are used at once.
    fn operands<const N: usize>(&mut self, operands: [&'c Core; N]) -> [u32; N] {
        let mark = self.next;
        let registers = operands.map(|operand| self.operand(operand));
        self.next = mark;
        registers
    }

    fn path(&mut self, ops: &[Op], arg: &'c Core, span: Span, dest: Dest) {
        let [mut from] = self.operands([arg]);
        let (last, others) = ops.split_last().expect("a path has instructions");
        for op in others {
            let temporary = self.scratch();
            self.emitter.abc(*op, temporary, from, 0, span);
            from = temporary;
        }
        let target = self.target(dest);
        self.emitter.abc(*last, target, from, 0, span);
        self.deliver(target, dest);
    }

    fn binary(&mut self, op: Op, a: &'c Core, b: &'c Core, span: Span, dest: Dest) {
        if let Some((fused, [x, y, z])) = self.fusion(op, a, b) {
            let [x, y, z] = self.operands([x, y, z]);
            let target = self.target(dest);
            self.emitter.abc_x(fused, [target, x, y], z, span);
            return self.deliver(target, dest);
        }
        if let (Op::VectorRef, Some(index @ 0..=255)) = (op, as_fixnum(b)) {
            let [vector] = self.operands([a]);
            let target = self.target(dest);
            self.emitter.abc(Op::VectorRefI, target, vector, index as u32, span);
            return self.deliver(target, dest);
        }
        let [a, b] = self.operands([a, b]);
        let target = self.target(dest);
        self.emitter.abc(op, target, a, b, span);
        self.deliver(target, dest);
    }

    /// The instruction for an operation on the result of another, and the three operands.
    fn fusion(&self, op: Op, a: &'c Core, b: &'c Core) -> Option<(Op, [&'c Core; 3])> {
        if !matches!(op, Op::Add | Op::Sub | Op::Mul) {
            return None;
        }
        if let Some((inner, [x, y])) = self.arithmetic(a) {
            let fused = match (op, inner) {
                (Op::Add, Op::Mul) => Some(Op::MulAdd),
                (Op::Sub, Op::Mul) => Some(Op::MulSub),
                (Op::Mul, Op::Mul) => Some(Op::MulMul),
                (Op::Add, Op::Add) => Some(Op::AddAdd),
                (Op::Add, Op::Sub) => Some(Op::SubAdd),
                _ => None,
            };
            if let Some(fused) = fused {
                return Some((fused, [x, y, b]));
            }
        }
        let (inner, [x, y]) = self.arithmetic(b)?;
        let fused = match (op, inner) {
            (Op::Add, Op::Mul) => Op::MulAdd,
            (Op::Sub, Op::Mul) => Op::SubMul,
            _ => return None,
        };
        Some((fused, [x, y, a]))
    }

    /// The instruction and operands of an addition, subtraction or multiplication that takes no
    /// constant in its instruction.
    fn arithmetic(&self, core: &'c Core) -> Option<(Op, [&'c Core; 2])> {
        let Core::Call(call) = core else { return None };
        let op = match self.unit.known.operation(call)? {
            Operation::Intrinsic(Intrinsic::Sum(op) | Intrinsic::Binary(op)) => op,
            _ => return None,
        };
        let [a, b] = &call.args[..] else { return None };
        let plain = op == Op::Mul || (as_fixnum(a).is_none() && as_fixnum(b).is_none());
        (matches!(op, Op::Add | Op::Sub | Op::Mul) && plain).then_some((op, [a, b]))
    }

    /// `+` or `-`, with a small constant in the instruction.
    fn sum(&mut self, op: Op, a: &'c Core, b: &'c Core, span: Span, dest: Dest) {
        let small = |core: &Core| as_fixnum(core).filter(|n| fits_8(*n) && fits_8(-n));
        let (variable, addend) = match (small(a), small(b), op) {
            (_, Some(n), Op::Sub) => (a, -n),
            (_, Some(n), _) => (a, n),
            (Some(n), None, Op::Add) => (b, n),
            _ => return self.binary(op, a, b, span, dest),
        };
        let [register] = self.operands([variable]);
        let target = self.target(dest);
        let addend = (addend as i32).cast_unsigned();
        self.emitter.abc(Op::AddI, target, register, addend, span);
        self.deliver(target, dest);
    }

    fn compare(&mut self, comparison: Comparison, call: &'c Call, dest: Dest) {
        let (mut a, mut b, span) = (&call.args[0], &call.args[1], call.span);
        let Dest::Branch(branch) = dest else {
            let (op, swap) = comparison.value_op();
            if swap {
                std::mem::swap(&mut a, &mut b);
            }
            return self.binary(op, a, b, span, dest);
        };
        let small = |core: &Core| as_fixnum(core).filter(|n| fits_16(*n));
        if let Some(n) = small(b) {
            return self.compare_immediate(comparison, a, n, span, branch);
        }
        if let Some(n) = small(a) {
            return self.compare_immediate(comparison.swapped(), b, n, span, branch);
        }
        let (op, swap) = comparison.jump_op();
        if swap {
            std::mem::swap(&mut a, &mut b);
        }
        let [a, b] = self.operands([a, b]);
        self.jump_unless(abc(op, a, b, 0), span, branch);
    }

    fn compare_immediate(
        &mut self,
        comparison: Comparison,
        a: &'c Core,
        n: i64,
        span: Span,
        branch: Branch,
    ) {
        let [register] = self.operands([a]);
        let word = a_bc(comparison.jump_immediate_op(), register, (n as i32).cast_unsigned());
        self.jump_unless(word, span, branch);
    }

    /// `zero?` and the like.
    fn sign(&mut self, comparison: Comparison, arg: &'c Core, span: Span, dest: Dest) {
        if let Dest::Branch(branch) = dest {
            return self.compare_immediate(comparison, arg, 0, span, branch);
        }
        let mark = self.next;
        let register = self.operand(arg);
        let zero = self.scratch();
        self.emitter.a_bc(Op::Fixnum, zero, 0, Span::NONE);
        self.next = mark;
        let (op, swap) = comparison.value_op();
        let (a, b) = if swap { (zero, register) } else { (register, zero) };
        let target = self.target(dest);
        self.emitter.abc(op, target, a, b, span);
        self.deliver(target, dest);
    }

    fn test(&mut self, test: Test, arg: &'c Core, dest: Dest) {
        match dest {
            Dest::Branch(Branch { then, otherwise, fall }) if test == Test::Not => {
                let fall = match fall {
                    Fall::Then => Fall::Otherwise,
                    Fall::Otherwise => Fall::Then,
                    Fall::Neither => Fall::Neither,
                };
                let opposite = Branch { then: otherwise, otherwise: then, fall };
                self.expression(arg, Dest::Branch(opposite));
            }
            Dest::Branch(branch) => {
                let [register] = self.operands([arg]);
                self.jump_on_register(test.jump_if(), test.jump_unless(), register, branch);
            }
            _ => self.path(&[test.value_op()], arg, Span::NONE, dest),
        }
    }

    fn unchanged(&mut self, call: &'c Call, dest: Dest) {
        match (dest, &call.args[0]) {
            (Dest::Branch(branch), Core::Const(expected)) => {
                self.emitter.jump_unless_same(expected, branch.otherwise);
                if branch.fall != Fall::Then {
                    self.emitter.jump(branch.then);
                }
            }
            _ => self.real_call(call, dest),
        }
    }

    /// Branches by an instruction that jumps unless the test holds.
    fn jump_unless(&mut self, word: u32, span: Span, branch: Branch) {
        self.emitter.jump_extended(word, branch.otherwise, span);
        if branch.fall != Fall::Then {
            self.emitter.jump(branch.then);
        }
    }

    fn primitive(&mut self, number: u32, call: &'c Call, dest: Dest) {
        let span = call.span;
        match &call.args[..] {
            [a] => {
                let [a] = self.operands([a]);
                let target = self.target(dest);
                self.emitter.abc_x(Op::Prim1, [target, a, 0], number, span);
                self.deliver(target, dest);
            }
            [a, b] => {
                let [a, b] = self.operands([a, b]);
                let target = self.target(dest);
                self.emitter.abc_x(Op::Prim2, [target, a, b], number, span);
                self.deliver(target, dest);
            }
            args => {
                let first = self.next;
                for arg in args {
                    self.expression(arg, Dest::Register(self.next));
                    self.reserve(1);
                }
                self.next = first;
                let count = u32::try_from(args.len()).expect("fewer than 2^32 arguments");
                let target = self.target(dest);
                self.emitter.abc_x(Op::PrimN, [target, first, count], number, span);
                self.deliver(target, dest);
            }
        }
    }
}

fn index_of(core: &Core) -> u32 {
    let index = as_fixnum(core).and_then(|index| u32::try_from(index).ok());
    index.expect("a constant index makes the call an instruction")
}
