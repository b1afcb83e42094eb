//! A machine that runs compiled code on toy values, as the instruction table describes it. It also
//! holds the liveness analysis to its word: registers said to be dead are destroyed.

use super::support::NATIVE;
use super::toy::{Stop, Store, Toy};
use crate::bytecode::decode::Instruction;
use crate::bytecode::intrinsic::Comparison;
use crate::bytecode::isa::Op;
use crate::bytecode::liveness::{Liveness, contains};
use crate::bytecode::template::{CodeTemplate, ConstTemplate};
use std::cell::RefCell;
use std::rc::Rc;

/// Loaded code.
pub struct Code {
    template: CodeTemplate,
    constants: Vec<Constant>,
    liveness: Liveness,
}

enum Constant {
    Value(Toy),
    Cell(u32),
    Code(Rc<Code>),
}

/// A procedure.
pub struct Closure {
    code: Rc<Code>,
    free: RefCell<Vec<Toy>>,
}

/// Loads code.
pub fn load(template: &CodeTemplate) -> Rc<Code> {
    let constants = template.constants.iter().map(|constant| match constant {
        ConstTemplate::Datum(datum) => Constant::Value(Toy::of_datum(datum)),
        ConstTemplate::Cell(id) => Constant::Cell(id.0),
        ConstTemplate::Code(code) => Constant::Code(load(code)),
        ConstTemplate::Closure(code) => {
            let closure = Closure { code: load(code), free: RefCell::default() };
            Constant::Value(Toy::Closure(Rc::new(closure)))
        }
    });
    let entries: Vec<u32> = template.clauses.iter().map(|clause| clause.entry).collect();
    let liveness = Liveness::analyse(&template.words, &entries, template.frame_size);
    Rc::new(Code { template: template.clone(), constants: constants.collect(), liveness })
}

/// Runs the code of a top-level form.
pub fn run(code: Rc<Code>, store: &mut Store<'_>) -> Result<Toy, Stop> {
    let closure = Closure { code, free: RefCell::default() };
    call(Toy::Closure(Rc::new(closure)), Vec::new(), store)
}

enum Next {
    Go(usize),
    Return(Toy),
    TailCall(Toy, Vec<Toy>),
}

fn call(mut callee: Toy, mut args: Vec<Toy>, store: &mut Store<'_>) -> Result<Toy, Stop> {
    loop {
        store.step()?;
        let closure = match &callee {
            Toy::Closure(closure) => closure.clone(),
            Toy::Standard(name) => match &**name {
                "apply" => {
                    callee = args.remove(0);
                    let last = args.pop().ok_or(Stop::Error)?;
                    args.extend(last.items()?);
                    continue;
                }
                "call-with-values" => {
                    let values = match call(args[0].clone(), Vec::new(), store)? {
                        Toy::Values(values) => values.to_vec(),
                        one => vec![one],
                    };
                    callee = args[1].clone();
                    args = values;
                    continue;
                }
                name => return store.standard(name, &args),
            },
            Toy::Dead => panic!("a dead register is called"),
            _ => return Err(Stop::Error),
        };
        let template = &closure.code.template;
        let count = args.len();
        let clause = template
            .clauses
            .iter()
            .find(|clause| {
                let required = clause.required as usize;
                count == required || clause.rest && count > required
            })
            .ok_or(Stop::Error)?;
        if clause.rest {
            let rest = Toy::list(&args.split_off(clause.required as usize));
            args.push(rest);
        }
        args.resize(template.frame_size as usize, Toy::Dead);
        let mut frame = Frame { closure: closure.clone(), registers: args, store };
        match frame.run(clause.entry as usize)? {
            Next::Return(value) => return Ok(value),
            Next::TailCall(next, values) => (callee, args) = (next, values),
            Next::Go(_) => unreachable!("a frame runs until it returns"),
        }
    }
}

struct Frame<'s, 'w> {
    closure: Rc<Closure>,
    registers: Vec<Toy>,
    store: &'s mut Store<'w>,
}

impl Frame<'_, '_> {
    fn run(&mut self, entry: usize) -> Result<Next, Stop> {
        let code = self.closure.code.clone();
        let mut index = entry;
        self.keep(code.liveness.live_before(entry));
        loop {
            self.store.step()?;
            let instruction = Instruction::at(&code.template.words, index);
            match self.step(&code, &instruction)? {
                Next::Go(next) => index = next,
                other => return Ok(other),
            }
        }
    }
    /// Destroys the registers that are not live.
    fn keep(&mut self, live: &[u64]) {
        for (number, register) in (0..).zip(&mut self.registers) {
            if !contains(live, number) {
                *register = Toy::Dead;
            }
        }
    }
    fn get(&self, register: u32) -> Toy {
        let value = self.registers[register as usize].clone();
        assert!(!matches!(value, Toy::Dead), "register {register} is dead");
        value
    }
    fn range(&self, first: u32, count: u32) -> Vec<Toy> {
        (first..first + count).map(|register| self.get(register)).collect()
    }
    fn set(&mut self, register: u32, value: Toy) {
        self.registers[register as usize] = value;
    }
    fn environment(&self, value: &Toy) -> Rc<RefCell<Vec<Toy>>> {
        match value {
            Toy::Environment(environment) => environment.clone(),
            _ => panic!("no environment"),
        }
    }
    fn value(&self, code: &Code, number: u32) -> Toy {
        match &code.constants[number as usize] {
            Constant::Value(value) => value.clone(),
            _ => panic!("constant {number} is no value"),
        }
    }
    fn cell(&self, code: &Code, number: u32) -> u32 {
        match &code.constants[number as usize] {
            Constant::Cell(id) => *id,
            _ => panic!("constant {number} is no cell"),
        }
    }
    fn free(&self, number: u32) -> Toy {
        self.closure.free.borrow()[number as usize].clone()
    }

    fn step(&mut self, code: &Code, i: &Instruction<'_>) -> Result<Next, Stop> {
        match i.op {
            Op::Return => return Ok(Next::Return(self.get(i.a))),
            Op::ReturnImmediate => return Ok(Next::Return(Toy::of_immediate(i.bc()))),
            Op::AddILoop => {
                let addend = i64::from((i.c as u8).cast_signed());
                let sum = Toy::Int(self.get(i.b).int()?.wrapping_add(addend));
                self.set(i.a, sum);
                let target = usize::try_from(i.target().unwrap()).unwrap();
                assert!(target <= i.index, "a loop goes back");
                self.keep(code.liveness.live_before(target));
                return Ok(Next::Go(target));
            }
            Op::Jump | Op::Loop => {
                let target = usize::try_from(i.target().unwrap()).unwrap();
                if i.op == Op::Loop {
                    assert!(target <= i.index, "a loop goes back");
                    self.keep(code.liveness.live_before(i.index));
                }
                return Ok(Next::Go(target));
            }
            Op::Call | Op::CallKnown | Op::CallSelf | Op::CallGlobal => {
                let callee = self.callee(code, i)?;
                let args = self.range(i.a + 2, i.b);
                let kept = code.liveness.live_across(i.index);
                self.keep(kept);
                for register in i.a..u32::try_from(self.registers.len()).unwrap() {
                    assert!(!contains(kept, register), "the window is not kept");
                }
                let result = call(callee, args, self.store)?;
                self.set(i.a, result);
            }
            Op::TailCall | Op::TailCallKnown | Op::TailCallSelf | Op::TailCallGlobal => {
                return Ok(Next::TailCall(self.callee(code, i)?, self.range(i.a + 2, i.b)));
            }
            _ if i.target().is_some() => {
                let taken = self.jumps(i)?;
                let target = if taken { i.target().unwrap() } else { i.next() as i64 };
                return Ok(Next::Go(usize::try_from(target).unwrap()));
            }
            _ => self.simple(code, i)?,
        }
        Ok(Next::Go(i.next()))
    }

    fn callee(&self, code: &Code, i: &Instruction<'_>) -> Result<Toy, Stop> {
        let callee = match i.op {
            Op::CallGlobal | Op::TailCallGlobal => self.store.global(self.cell(code, i.x()))?,
            Op::CallSelf | Op::TailCallSelf => Toy::Closure(self.closure.clone()),
            _ => self.get(i.a + 1),
        };
        if !matches!(i.op, Op::Call | Op::TailCall | Op::CallGlobal | Op::TailCallGlobal) {
            let Toy::Closure(closure) = &callee else { panic!("a known callee is a closure") };
            let [clause] = &closure.code.template.clauses[..] else { panic!("one clause") };
            assert!(clause.required == i.b && !clause.rest, "known calls fit");
        }
        Ok(callee)
    }

    fn jumps(&self, i: &Instruction<'_>) -> Result<bool, Stop> {
        let a = self.get(i.a);
        let registers =
            |comparison: Comparison| Ok(!comparison.holds(a.int()?, self.get(i.b).int()?));
        let immediate =
            |comparison: Comparison| Ok(!comparison.holds(a.int()?, i64::from(i.signed_bc())));
        match i.op {
            Op::JumpIfFalse => Ok(!a.is_true()),
            Op::JumpIfTrue => Ok(a.is_true()),
            Op::JumpIfNull => Ok(matches!(a, Toy::Nil)),
            Op::JumpIfNotNull => Ok(!matches!(a, Toy::Nil)),
            Op::JumpIfPair => Ok(matches!(a, Toy::Pair(_))),
            Op::JumpIfNotPair => Ok(!matches!(a, Toy::Pair(_))),
            Op::JumpUnlessEq => Ok(!a.same(&self.get(i.b))),
            Op::JumpUnlessLt => registers(Comparison::Less),
            Op::JumpUnlessLe => registers(Comparison::LessOrEqual),
            Op::JumpUnlessNumEq => registers(Comparison::Equal),
            Op::JumpUnlessLtI => immediate(Comparison::Less),
            Op::JumpUnlessLeI => immediate(Comparison::LessOrEqual),
            Op::JumpUnlessGtI => immediate(Comparison::Greater),
            Op::JumpUnlessGeI => immediate(Comparison::GreaterOrEqual),
            Op::JumpUnlessNumEqI => immediate(Comparison::Equal),
            other => panic!("{other:?} is no jump"),
        }
    }

    /// Two operations; the first result is the second operand of the second when `swapped`.
    fn fused(
        &mut self,
        i: &Instruction<'_>,
        first: &'static str,
        second: &'static str,
        swapped: bool,
    ) -> Result<Toy, Stop> {
        let inner = self.store.standard(first, &[self.get(i.b), self.get(i.c)])?;
        let last = self.get(i.x());
        let operands = if swapped { [last, inner] } else { [inner, last] };
        self.store.standard(second, &operands)
    }

    fn simple(&mut self, code: &Code, i: &Instruction<'_>) -> Result<(), Stop> {
        let value = match i.op {
            Op::Move => self.get(i.b),
            Op::Const => self.value(code, i.x()),
            Op::Fixnum => Toy::Int(i64::from(i.signed_bc())),
            Op::Immediate => Toy::of_immediate(i.bc()),
            Op::GlobalRef => self.store.global(self.cell(code, i.x()))?,
            Op::FreeRef => self.free(i.bc()),
            Op::SelfRef => Toy::Closure(self.closure.clone()),
            Op::EnvRef => self.environment(&self.get(i.b)).borrow()[i.c as usize].clone(),
            Op::EnvFreeRef => self.environment(&self.free(i.b)).borrow()[i.c as usize].clone(),
            Op::Prim1 | Op::Prim2 | Op::PrimN => {
                let args = match i.op {
                    Op::Prim1 => vec![self.get(i.b)],
                    Op::Prim2 => vec![self.get(i.b), self.get(i.c)],
                    _ => self.range(i.b, i.c),
                };
                self.store.standard(NATIVE[i.x() as usize].0, &args)?
            }
            Op::AddI => {
                let addend = i64::from((i.c as u8).cast_signed());
                Toy::Int(self.get(i.b).int()?.wrapping_add(addend))
            }
            Op::VectorRefI => {
                let index = Toy::Int(i64::from(i.c));
                self.store.standard("vector-ref", &[self.get(i.b), index])?
            }
            Op::MulAdd => self.fused(i, "*", "+", false)?,
            Op::MulSub => self.fused(i, "*", "-", false)?,
            Op::SubMul => self.fused(i, "*", "-", true)?,
            Op::MulMul => self.fused(i, "*", "*", false)?,
            Op::AddAdd => self.fused(i, "+", "+", false)?,
            Op::SubAdd => self.fused(i, "-", "+", false)?,
            _ => match unary(i.op).map(|name| (name, 1)).or(binary(i.op).map(|name| (name, 2))) {
                Some((name, 1)) => self.store.standard(name, &[self.get(i.b)])?,
                Some((name, _)) => self.store.standard(name, &[self.get(i.b), self.get(i.c)])?,
                None => return self.effect(code, i),
            },
        };
        self.set(i.a, value);
        Ok(())
    }

    fn effect(&mut self, code: &Code, i: &Instruction<'_>) -> Result<(), Stop> {
        match i.op {
            Op::GlobalSet | Op::GlobalDefine => {
                let value = self.get(i.a);
                self.store.globals.insert(self.cell(code, i.x()), value);
            }
            Op::CheckBound => {
                if matches!(self.get(i.a), Toy::Unbound) {
                    return Err(Stop::Error);
                }
            }
            Op::EnvOpen => {
                let values = self.range(i.a + 2, i.b);
                for register in i.a + 1..i.a + 2 + i.b {
                    self.set(register, Toy::Dead);
                }
                self.set(i.a, Toy::Environment(Rc::new(RefCell::new(values))));
            }
            Op::EnvClose => {
                self.environment(&self.get(i.a));
            }
            Op::EnvSet => {
                let environment = self.environment(&self.get(i.b));
                environment.borrow_mut()[i.c as usize] = self.get(i.a);
            }
            Op::EnvFreeSet => {
                let environment = self.environment(&self.free(i.b));
                environment.borrow_mut()[i.c as usize] = self.get(i.a);
            }
            Op::Closure => {
                let Constant::Code(inner) = &code.constants[i.bc() as usize] else {
                    panic!("closures have code")
                };
                let free = i.extension.iter().map(|word| match word >> 31 {
                    1 => self.free(word & 0xffff),
                    _ => self.get(word & 0xff),
                });
                let free = RefCell::new(free.collect());
                let closure = Closure { code: inner.clone(), free };
                self.set(i.a, Toy::Closure(Rc::new(closure)));
            }
            Op::ClosurePatch => {
                let Toy::Closure(closure) = self.get(i.a) else { panic!("a closure") };
                closure.free.borrow_mut()[i.b as usize] = self.get(i.c);
            }
            Op::SetCar => {
                self.store.standard("set-car!", &[self.get(i.a), self.get(i.b)])?;
            }
            other => panic!("{other:?} is not used in these tests"),
        }
        Ok(())
    }
}

fn unary(op: Op) -> Option<&'static str> {
    Some(match op {
        Op::Not => "not",
        Op::Negate => "-",
        Op::IsNull => "null?",
        Op::IsPair => "pair?",
        Op::Car => "car",
        Op::Cdr => "cdr",
        Op::Cadr => "cadr",
        Op::Cddr => "cddr",
        _ => return None,
    })
}

fn binary(op: Op) -> Option<&'static str> {
    Some(match op {
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Quotient => "quotient",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::NumEq => "=",
        Op::Eq => "eq?",
        Op::Eqv => "eqv?",
        Op::Cons => "cons",
        Op::VectorRef => "vector-ref",
        _ => return None,
    })
}
