//! Compiled code as text, one line an instruction.

use super::decode::Instruction;
use super::isa::Operand;
use super::template::{CodeTemplate, ConstTemplate};
use crate::source::Span;
use std::fmt::Write;

/// How the things that bytecode knows by number are shown.
pub struct Names<'a> {
    /// A constant that is no procedure.
    pub constant: &'a dyn Fn(&ConstTemplate) -> String,
    /// The name of a procedure.
    pub procedure: &'a dyn Fn(&CodeTemplate) -> String,
    /// The name of a primitive.
    pub primitive: &'a dyn Fn(u32) -> String,
    /// A line of the source.
    pub place: &'a dyn Fn(Span) -> Option<String>,
}

/// The text of a procedure and of the procedures among its constants.
pub fn disassemble(code: &CodeTemplate, names: &Names<'_>) -> String {
    let mut text = String::new();
    procedure(code, names, &mut text).expect("writing to a string succeeds");
    text
}

fn procedure(code: &CodeTemplate, names: &Names<'_>, text: &mut String) -> std::fmt::Result {
    let name = (names.procedure)(code);
    writeln!(text, "{name}: frame {}, captures {}", code.frame_size, code.captures)?;
    let mut last_place = None;
    for instruction in Instruction::all(&code.words) {
        let index = instruction.index;
        for clause in code.clauses.iter().filter(|clause| clause.entry as usize == index) {
            let rest = if clause.rest { " and more" } else { "" };
            writeln!(text, "  clause of {}{rest}", clause.required)?;
        }
        let mut line = format!("{index:5}  {:<16}", instruction.op.info().name);
        for operand in instruction.op.info().operands {
            show_operand(code, &instruction, *operand, names, &mut line)?;
        }
        let span = code.spans.iter().find(|(word, _)| *word as usize == index);
        let place = span.and_then(|(_, span)| (names.place)(*span));
        if place.is_some() && place != last_place {
            write!(line, "  ; {}", place.as_deref().unwrap_or_default())?;
            last_place = place;
        }
        writeln!(text, "{}", line.trim_end())?;
    }
    for constant in &code.constants {
        if let ConstTemplate::Code(inner) | ConstTemplate::Closure(inner) = constant {
            writeln!(text)?;
            procedure(inner, names, text)?;
        }
    }
    Ok(())
}

fn show_operand(
    code: &CodeTemplate,
    instruction: &Instruction<'_>,
    operand: Operand,
    names: &Names<'_>,
    line: &mut String,
) -> std::fmt::Result {
    let Instruction { a, b, c, .. } = *instruction;
    match operand {
        Operand::DefA | Operand::UseA => write!(line, " r{a}"),
        Operand::UseB => write!(line, " r{b}"),
        Operand::UseC => write!(line, " r{c}"),
        Operand::UseBThroughC => write!(line, " r{b}..{}", b + c),
        Operand::Window | Operand::ArgsOnly | Operand::OpenEnv => write!(line, " r{a}"),
        Operand::NumB => write!(line, " {b}"),
        Operand::NumC => write!(line, " {c}"),
        Operand::SignedC => write!(line, " {}", (c as u8).cast_signed()),
        Operand::NumBc => write!(line, " {}", instruction.bc()),
        Operand::SignedBc => write!(line, " {}", instruction.signed_bc()),
        Operand::ConstBc => write!(line, " {}", constant(code, instruction.bc(), names)),
        Operand::ConstX => write!(line, " {}", constant(code, instruction.x(), names)),
        Operand::PrimX => write!(line, " {}", (names.primitive)(instruction.x())),
        Operand::NumX => write!(line, " {}", instruction.x()),
        Operand::UseX => write!(line, " r{}", instruction.x()),
        Operand::JumpBc | Operand::JumpAbc | Operand::JumpX => {
            write!(line, " -> {}", instruction.target().unwrap_or_default())
        }
        Operand::Captures => instruction.extension.iter().try_for_each(|word| {
            if word >> 31 == 1 {
                write!(line, " free{}", word & 0xffff)
            } else {
                write!(line, " r{}", word & 0xff)
            }
        }),
    }
}

fn constant(code: &CodeTemplate, number: u32, names: &Names<'_>) -> String {
    match code.constants.get(number as usize) {
        Some(ConstTemplate::Code(inner) | ConstTemplate::Closure(inner)) => {
            (names.procedure)(inner)
        }
        Some(other) => (names.constant)(other),
        None => format!("k{number}?"),
    }
}
