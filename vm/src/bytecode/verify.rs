//! A structural check of compiled code, run on everything the compiler makes in debug builds.

use super::decode::Instruction;
use super::isa::{Op, Operand};
use super::liveness::{Liveness, contains};
use super::template::{CodeTemplate, ConstTemplate};

/// The most registers a frame may have.
pub const MAX_FRAME: u32 = 250;

/// Checks a procedure and the procedures among its constants.
///
/// # Errors
/// A description of the first thing that is wrong.
pub fn verify(code: &CodeTemplate) -> Result<(), String> {
    if code.frame_size > MAX_FRAME {
        return Err(format!("a frame of {} registers", code.frame_size));
    }
    let starts = starts(code)?;
    for instruction in Instruction::all(&code.words) {
        let fault = |what: String| {
            Err(format!("word {}, {}: {what}", instruction.index, instruction.op.info().name))
        };
        if let Err(what) = check_registers(code, &instruction) {
            return fault(what);
        }
        if let Err(what) = check_constants(code, &instruction) {
            return fault(what);
        }
        if let Some(target) = instruction.target() {
            let start = usize::try_from(target).ok().and_then(|target| starts.get(target));
            if start != Some(&true) {
                return fault(format!("a jump to {target}"));
            }
        }
        if instruction.next() == code.words.len() && !instruction.op.info().ends {
            return fault("control runs off the end".into());
        }
    }
    check_spans(code, &starts)?;
    check_entries(code, &starts)?;
    for constant in &code.constants {
        match constant {
            ConstTemplate::Code(inner) | ConstTemplate::Closure(inner) => verify(inner)?,
            ConstTemplate::Datum(_) | ConstTemplate::Cell(_) => {}
        }
    }
    Ok(())
}

/// Which words begin an instruction.
fn starts(code: &CodeTemplate) -> Result<Vec<bool>, String> {
    let mut starts = vec![false; code.words.len()];
    let mut next = 0;
    for instruction in Instruction::all(&code.words) {
        starts[instruction.index] = true;
        next = instruction.next();
    }
    // Only a procedure without clauses, which no call gets into, has no code.
    if next != code.words.len() || (next == 0 && !code.clauses.is_empty()) {
        return Err("the last instruction is not whole".into());
    }
    Ok(starts)
}

fn check_registers(code: &CodeTemplate, instruction: &Instruction<'_>) -> Result<(), String> {
    let mut highest = None;
    instruction.each_use(|register| highest = highest.max(Some(register)));
    let defs = instruction.defs(code.frame_size);
    if !defs.is_empty() {
        highest = highest.max(Some(defs.end - 1));
    }
    let operands = instruction.op.info().operands;
    if operands.iter().any(|o| matches!(o, Operand::Window | Operand::ArgsOnly)) {
        highest = highest.max(Some(instruction.a + 1 + instruction.b));
    }
    match highest {
        Some(register) if register >= code.frame_size => {
            Err(format!("register {register} in a frame of {}", code.frame_size))
        }
        _ => Ok(()),
    }
}

fn check_constants(code: &CodeTemplate, instruction: &Instruction<'_>) -> Result<(), String> {
    for operand in instruction.op.info().operands {
        let number = match operand {
            Operand::ConstBc => instruction.bc(),
            Operand::ConstX => instruction.x(),
            Operand::Captures => {
                check_captures(code, instruction)?;
                continue;
            }
            _ => continue,
        };
        let constant = code.constants.get(number as usize);
        let fits = match instruction.op {
            Op::GlobalRef
            | Op::GlobalSet
            | Op::GlobalDefine
            | Op::CallGlobal
            | Op::TailCallGlobal => matches!(constant, Some(ConstTemplate::Cell(_))),
            Op::Closure => matches!(constant, Some(ConstTemplate::Code(_))),
            _ => matches!(constant, Some(ConstTemplate::Datum(_) | ConstTemplate::Closure(_))),
        };
        if !fits {
            return Err(format!("constant {number} is missing or of another kind"));
        }
    }
    match instruction.op {
        Op::FreeRef if instruction.bc() >= code.captures => Err("no such captured value".into()),
        Op::EnvFreeRef | Op::EnvFreeSet if instruction.b >= code.captures => {
            Err("no such captured environment".into())
        }
        _ => Ok(()),
    }
}

fn check_captures(code: &CodeTemplate, instruction: &Instruction<'_>) -> Result<(), String> {
    if let Some(ConstTemplate::Code(inner)) = code.constants.get(instruction.bc() as usize)
        && inner.captures as usize != instruction.extension.len()
    {
        return Err(format!("{} captured values, not these", inner.captures));
    }
    let free = instruction.extension.iter().filter(|word| **word >> 31 == 1);
    match free.map(|word| word & 0xffff).find(|&number| number >= code.captures) {
        Some(number) => Err(format!("captured value {number} does not exist")),
        None => Ok(()),
    }
}

fn check_spans(code: &CodeTemplate, starts: &[bool]) -> Result<(), String> {
    let ascending = code.spans.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let placed = code.spans.iter().all(|(word, _)| starts.get(*word as usize) == Some(&true));
    if ascending && placed { Ok(()) } else { Err("spans out of place".into()) }
}

/// Every register that is live where a clause begins is a parameter: nothing is read before it is
/// written.
fn check_entries(code: &CodeTemplate, starts: &[bool]) -> Result<(), String> {
    if code.clauses.iter().any(|clause| starts.get(clause.entry as usize) != Some(&true)) {
        return Err("a clause begins inside an instruction".into());
    }
    let entries: Vec<u32> = code.clauses.iter().map(|clause| clause.entry).collect();
    let liveness = Liveness::analyse(&code.words, &entries, code.frame_size);
    for clause in &code.clauses {
        let parameters = clause.required + u32::from(clause.rest);
        if parameters > code.frame_size {
            return Err("more parameters than registers".into());
        }
        let live = liveness.live_before(clause.entry as usize);
        let early = (parameters..code.frame_size).find(|&register| contains(live, register));
        if let Some(register) = early {
            return Err(format!("register {register} is read before it is written"));
        }
    }
    Ok(())
}
