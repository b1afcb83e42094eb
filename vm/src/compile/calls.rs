//! Calls of procedures.

use super::generate::{Dest, Generator};
use crate::bytecode::isa::Op;
use crate::core_form::{Call, Core};

/// How a procedure is called.
enum Manner {
    /// Any value.
    Any,
    /// What a global variable holds: the number of its cell.
    Global(u32),
    /// A procedure of one clause that takes these arguments.
    Known,
    /// The running procedure, which takes these arguments.
    Running,
}

impl<'c> Generator<'c> {
    /// A call, a jump to a label, or an operation.
    pub(super) fn call(&mut self, call: &'c Call, dest: Dest) {
        if let Core::Local(var, _) = call.callee {
            if let Some(code) = self.labels.get(&var).copied() {
                return self.jump_with(&call.args, code.base, code.label);
            }
            if let Some((head, count)) = self.self_loop
                && self.self_var == Some(var)
                && matches!(dest, Dest::Tail)
                && count == call.args.len()
            {
                return self.jump_with(&call.args, 0, head);
            }
        }
        match self.unit.known.operation(call) {
            Some(operation) => self.operation(operation, call, dest),
            None => self.real_call(call, dest),
        }
    }

    fn manner(&mut self, call: &Call) -> Manner {
        let count = call.args.len();
        match &call.callee {
            Core::Global(id, _) => Manner::Global(self.emitter.cell(*id)),
            Core::Local(var, _) => match self.self_loop {
                Some((_, arity)) if self.self_var == Some(*var) && arity == count => {
                    Manner::Running
                }
                _ if self.unit.plan.variable(*var).arity == Some(count) => Manner::Known,
                _ => Manner::Any,
            },
            Core::Lambda(lambda) => match &lambda.clauses[..] {
                [clause] if clause.rest.is_none() && clause.params.len() == count => Manner::Known,
                _ => Manner::Any,
            },
            _ => Manner::Any,
        }
    }

    pub(super) fn real_call(&mut self, call: &'c Call, dest: Dest) {
        let window = self.next;
        let manner = self.manner(call);
        self.reserve(1);
        if matches!(manner, Manner::Any | Manner::Known) {
            self.expression(&call.callee, Dest::Register(self.next));
        }
        self.reserve(1);
        for arg in &call.args {
            self.expression(arg, Dest::Register(self.next));
            self.reserve(1);
        }
        self.next = window;
        let count = u32::try_from(call.args.len()).expect("fewer than 2^32 arguments");
        if count > 0xff {
            self.fail(super::CompileError::TooManyVariables(call.span));
        }
        let tail = matches!(dest, Dest::Tail);
        let span = call.span;
        match manner {
            Manner::Global(cell) => {
                let op = if tail { Op::TailCallGlobal } else { Op::CallGlobal };
                self.emitter.abc_x(op, [window, count, 0], cell, span);
            }
            Manner::Any => {
                let op = if tail { Op::TailCall } else { Op::Call };
                self.emitter.abc(op, window, count, 0, span);
            }
            Manner::Known => {
                let op = if tail { Op::TailCallKnown } else { Op::CallKnown };
                self.emitter.abc(op, window, count, 0, span);
            }
            Manner::Running => {
                let op = if tail { Op::TailCallSelf } else { Op::CallSelf };
                self.emitter.abc(op, window, count, 0, span);
            }
        }
        if !tail {
            self.deliver(window, dest);
        }
    }
}
