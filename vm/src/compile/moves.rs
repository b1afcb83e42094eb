//! Jumps with arguments: values into the parameter registers of a label, all at once.

use super::emit::Label;
use super::generate::{Dest, Generator, Place};
use crate::bytecode::isa::Op;
use crate::core_form::Core;
use crate::opt::walk::each_part;
use crate::source::Span;

/// An argument that is still to be computed.
struct Pending<'c> {
    to: u32,
    value: &'c Core,
    /// The parameter registers that computing it reads.
    reads: Vec<u32>,
}

impl<'c> Generator<'c> {
    /// Puts the arguments into the registers from `base` on and jumps.
    pub(super) fn jump_with(&mut self, args: &'c [Core], base: u32, label: Label) {
        let mark = self.next;
        let mut moves: Vec<(u32, u32)> = Vec::new();
        let mut constants = Vec::new();
        let mut pending = Vec::new();
        let end = base + u32::try_from(args.len()).expect("fewer than 2^32 arguments");
        for (to, value) in (base..).zip(args) {
            match value {
                Core::Const(_) | Core::Unspecified => constants.push((to, value)),
                value => match self.register_of(value) {
                    Some(from) if from == to => {}
                    Some(from) => moves.push((to, from)),
                    None => {
                        let mut reads = Vec::new();
                        self.parameters_read(value, base..end, &mut reads);
                        pending.push(Pending { to, value, reads });
                    }
                },
            }
        }
        while !pending.is_empty() {
            let direct = pending.iter().position(|argument| {
                let to = argument.to;
                let others = pending.iter().filter(|other| other.to != to);
                let by_others = others.flat_map(|other| &other.reads).any(|read| *read == to);
                !by_others && moves.iter().all(|(_, from)| *from != to)
            });
            let Pending { to, value, .. } = pending.remove(direct.unwrap_or(0));
            if direct.is_some() {
                self.expression(value, Dest::Register(to));
            } else {
                let from = self.operand(value);
                moves.push((to, from));
            }
        }
        self.move_together(moves);
        self.next = mark;
        for (to, value) in constants {
            self.expression(value, Dest::Register(to));
        }
        self.emitter.jump(label);
    }

    /// Adds the registers in `range` that hold variables which `core` mentions.
    fn parameters_read(&self, core: &Core, range: std::ops::Range<u32>, reads: &mut Vec<u32>) {
        if let Core::Local(var, _) | Core::SetLocal(var, ..) = core
            && let Some(Place::Register(register)) = self.places.get(var)
            && range.contains(register)
        {
            reads.push(*register);
        }
        each_part(core, |part| self.parameters_read(part, range.clone(), reads));
    }

    /// Moves registers, each `(to, from)`, as if at the same time.
    fn move_together(&mut self, mut moves: Vec<(u32, u32)>) {
        while !moves.is_empty() {
            let free = moves
                .iter()
                .position(|(to, _)| moves.iter().all(|(other, from)| from != to || other == to));
            if let Some(index) = free {
                let (to, from) = moves.swap_remove(index);
                self.emitter.copy(to, from);
            } else {
                let (to, _) = moves[0];
                let saved = self.scratch();
                self.reserve(1);
                self.emitter.abc(Op::Move, saved, to, 0, Span::NONE);
                for (_, from) in moves.iter_mut().filter(|(_, from)| *from == to) {
                    *from = saved;
                }
            }
        }
    }
}
