//! The core language as text, for tests and for looking at what the expander made.

use crate::core_form::{Call, Core, Lambda, VarId, Vars};
use crate::globals::GlobalId;
use crate::symbols::{Sym, Symbols};

/// A core form as text: variables carry their numbers, as in `x.0`.
pub fn core_text(
    core: &Core,
    vars: &Vars,
    symbols: &Symbols,
    global_name: &dyn Fn(GlobalId) -> Sym,
) -> String {
    let mut printer = Printer { vars, symbols, global_name, out: String::new() };
    printer.core(core);
    printer.out
}

struct Printer<'a> {
    vars: &'a Vars,
    symbols: &'a Symbols,
    global_name: &'a dyn Fn(GlobalId) -> Sym,
    out: String,
}

impl Printer<'_> {
    fn var(&mut self, var: VarId) {
        let name = self.symbols.name(self.vars.info(var).name);
        self.out.push_str(&format!("{name}.{}", var.0));
    }
    fn global(&mut self, id: GlobalId) {
        self.out.push_str(&self.symbols.name((self.global_name)(id)));
    }
    /// ` a b ...)`
    fn rest<'c>(&mut self, cores: impl IntoIterator<Item = &'c Core>) {
        for core in cores {
            self.out.push(' ');
            self.core(core);
        }
        self.out.push(')');
    }
    fn core(&mut self, core: &Core) {
        match core {
            Core::Const(datum) => {
                self.out.push('\'');
                self.out.push_str(&datum.to_text(self.symbols));
            }
            Core::Unspecified => self.out.push_str("#!unspecific"),
            Core::Local(var, _) => self.var(*var),
            Core::Global(id, _) => self.global(*id),
            Core::SetLocal(var, value, _) => {
                self.out.push_str("(set! ");
                self.var(*var);
                self.rest([&**value]);
            }
            Core::SetGlobal(id, value, _) => {
                self.out.push_str("(set! ");
                self.global(*id);
                self.rest([&**value]);
            }
            Core::DefineGlobal(id, value, _) => {
                self.out.push_str("(define ");
                self.global(*id);
                self.rest([&**value]);
            }
            Core::If(test, then, otherwise) => {
                self.out.push_str("(if");
                self.rest([&**test, &**then, &**otherwise]);
            }
            Core::Lambda(lambda) => self.lambda(lambda),
            Core::Seq(items) => {
                self.out.push_str("(begin");
                self.rest(items);
            }
            Core::Call(call) => {
                let Call { callee, args, .. } = &**call;
                self.out.push('(');
                self.core(callee);
                self.rest(args);
            }
            Core::Let(bindings, body) => self.bindings("(let (", bindings, body),
            Core::Letrec(bindings, body) => self.bindings("(letrec* (", bindings, body),
        }
    }
    fn bindings(&mut self, begin: &str, bindings: &[(VarId, Core)], body: &Core) {
        self.out.push_str(begin);
        for (index, (var, value)) in bindings.iter().enumerate() {
            self.out.push_str(if index == 0 { "(" } else { " (" });
            self.var(*var);
            self.rest([value]);
        }
        self.out.push(')');
        self.rest([body]);
    }
    fn lambda(&mut self, lambda: &Lambda) {
        let several = lambda.clauses.len() != 1;
        self.out.push_str(if several { "(case-lambda" } else { "(lambda" });
        for clause in &lambda.clauses {
            self.out.push_str(if several { " ((" } else { " (" });
            for (index, param) in clause.params.iter().enumerate() {
                if index > 0 {
                    self.out.push(' ');
                }
                self.var(*param);
            }
            if let Some(rest) = clause.rest {
                self.out.push_str(if clause.params.is_empty() { ". " } else { " . " });
                self.var(rest);
            }
            self.out.push(')');
            self.rest([&clause.body]);
        }
        if several {
            self.out.push(')');
        }
    }
}
