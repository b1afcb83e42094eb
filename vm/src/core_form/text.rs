//! The core language as text, for people: what `,expand` shows.
//!
//! Local variables whose name occurs twice in a form are numbered: `x.3`.

use super::{Clause, Core, VarId, Vars};
use crate::globals::GlobalId;
use crate::symbols::{Sym, Symbols};

/// Lists that fit are written on one line of at most so many characters.
const LINE_WIDTH: usize = 80;

/// What names are looked up in.
pub struct Names<'a> {
    /// The symbols.
    pub symbols: &'a Symbols,
    /// The name of a global variable.
    pub global: &'a dyn Fn(GlobalId) -> String,
}

/// A form to be laid out.
enum Text {
    Atom(String),
    List(Vec<Text>),
}

impl Core {
    /// The form as text, over several lines where it is long.
    pub fn to_text(&self, vars: &Vars, names: &Names<'_>) -> String {
        let mut text = String::new();
        Shower { vars, names }.core(self).lay_out(0, &mut text);
        text
    }
}

struct Shower<'a> {
    vars: &'a Vars,
    names: &'a Names<'a>,
}

fn atom(text: impl Into<String>) -> Text {
    Text::Atom(text.into())
}

impl Shower<'_> {
    fn symbol(&self, sym: Sym) -> String {
        self.names.symbols.name(sym).to_string()
    }
    fn var(&self, var: VarId) -> Text {
        let name = self.vars.info(var).name;
        let count = self.vars.len();
        let all = (0..count).map(|index| VarId(index as u32));
        let same = all.filter(|other| self.vars.info(*other).name == name).count();
        match same {
            1 => atom(self.symbol(name)),
            _ => atom(format!("{}.{}", self.symbol(name), var.0)),
        }
    }
    fn form(&self, keyword: &str, rest: impl IntoIterator<Item = Text>) -> Text {
        Text::List(std::iter::once(atom(keyword)).chain(rest).collect())
    }
    fn bindings(&self, keyword: &str, bindings: &[(VarId, Core)], body: &Core) -> Text {
        let binding =
            |(var, value): &(VarId, Core)| Text::List(vec![self.var(*var), self.core(value)]);
        self.form(keyword, [Text::List(bindings.iter().map(binding).collect()), self.core(body)])
    }
    fn clause(&self, clause: &Clause) -> [Text; 2] {
        let mut params: Vec<Text> = clause.params.iter().map(|var| self.var(*var)).collect();
        let params = match clause.rest {
            Some(rest) if params.is_empty() => self.var(rest),
            Some(rest) => {
                params.extend([atom("."), self.var(rest)]);
                Text::List(params)
            }
            None => Text::List(params),
        };
        [params, self.core(&clause.body)]
    }
    fn core(&self, core: &Core) -> Text {
        match core {
            Core::Const(datum) => {
                let text = datum.to_text(self.names.symbols);
                let plain = datum.as_symbol().is_none() && !text.starts_with(['(', '#']);
                let plain = plain || matches!(&*text, "#t" | "#f") || text.starts_with("#\\");
                atom(if plain { text } else { format!("'{text}") })
            }
            Core::Unspecified => Text::List(vec![atom("unspecified")]),
            Core::Local(var, _) => self.var(*var),
            Core::Global(id, _) => atom((self.names.global)(*id)),
            Core::SetLocal(var, value, _) => self.form("set!", [self.var(*var), self.core(value)]),
            Core::SetGlobal(id, value, _) => {
                self.form("set!", [atom((self.names.global)(*id)), self.core(value)])
            }
            Core::DefineGlobal(id, value, _) => {
                self.form("define", [atom((self.names.global)(*id)), self.core(value)])
            }
            Core::If(test, then, otherwise) => {
                self.form("if", [test, then, otherwise].map(|part| self.core(part)))
            }
            Core::Lambda(lambda) => match &lambda.clauses[..] {
                [clause] => self.form("lambda", self.clause(clause)),
                clauses => {
                    let clauses =
                        clauses.iter().map(|clause| Text::List(self.clause(clause).into()));
                    self.form("case-lambda", clauses)
                }
            },
            Core::Seq(parts) => self.form("begin", parts.iter().map(|part| self.core(part))),
            Core::Call(call) => {
                let parts = std::iter::once(&call.callee).chain(&call.args);
                Text::List(parts.map(|part| self.core(part)).collect())
            }
            Core::Let(bindings, body) => self.bindings("let", bindings, body),
            Core::Letrec(bindings, body) => self.bindings("letrec*", bindings, body),
        }
    }
}

impl Text {
    fn width(&self) -> usize {
        match self {
            Text::Atom(text) => text.chars().count(),
            Text::List(parts) => {
                1 + parts.len().max(1) + parts.iter().map(Text::width).sum::<usize>()
            }
        }
    }
    /// Appends the text; it begins in column `column`.
    fn lay_out(&self, column: usize, out: &mut String) {
        let parts = match self {
            Text::Atom(text) => return out.push_str(text),
            Text::List(parts) => parts,
        };
        out.push('(');
        let on_one_line = column + self.width() <= LINE_WIDTH;
        for (index, part) in parts.iter().enumerate() {
            // The first operand stays beside the operator: a parameter list, a test.
            if index == 1 || (index > 0 && on_one_line) {
                out.push(' ');
            } else if index > 0 {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', column + 2));
            }
            let line_start = out.rfind('\n').map_or(0, |at| at + 1);
            let here = out[line_start..].chars().count();
            part.lay_out(here, out);
        }
        out.push(')');
    }
}
