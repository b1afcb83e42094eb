//! S-expressions to core language, and a world with standard procedures to compile in.

use crate::bytecode::disasm::{self, Names};
use crate::bytecode::template::{CodeTemplate, ConstTemplate};
use crate::compile::{CompileContext, GlobalFacts, PrimSignature, compile_toplevel};
use crate::core_form::{Call, Clause, Core, Definition, Lambda, VarId, Vars};
use crate::globals::{GlobalId, GlobalInfo};
use crate::opt::constant;
use crate::read::datum::Datum;
use crate::source::{SourceId, Span};
use crate::symbols::Symbols;
use lisle_gc::Value;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

/// The span of everything in these tests.
pub const SPAN: Span = Span { source: SourceId(1), start: 0, end: 1 };

/// The standard procedures of the test world.
const STANDARD: &[&str] = &[
    "+",
    "-",
    "*",
    "quotient",
    "<",
    "<=",
    ">",
    ">=",
    "=",
    "eq?",
    "eqv?",
    "equal?",
    "not",
    "null?",
    "pair?",
    "zero?",
    "cons",
    "car",
    "cdr",
    "cadr",
    "caddr",
    "set-car!",
    "list",
    "append",
    "vector",
    "vector-ref",
    "apply",
    "values",
    "call-with-values",
    "call/cc",
    "for-each",
    "memv",
    "display",
    "list->vector",
    "%call/ec",
    "%record-ref",
];

/// The native ones: least and most arguments.
pub const NATIVE: &[(&str, u8, u8)] = &[
    ("list", 0, 255),
    ("vector", 0, 255),
    ("append", 0, 255),
    ("display", 1, 1),
    ("list->vector", 1, 1),
    ("equal?", 2, 2),
    ("-", 1, 255),
];

/// An S-expression.
#[derive(Clone, Debug)]
pub enum Sexp {
    /// A symbol, number or boolean.
    Atom(String),
    /// A list.
    List(Vec<Sexp>),
}

/// Reads one S-expression.
pub fn read(text: &str) -> Sexp {
    let spaced = text.replace('(', " ( ").replace(')', " ) ").replace('\'', " ' ");
    let mut tokens = spaced.split_whitespace();
    let sexp = read_from(&mut tokens).expect("an expression");
    assert!(tokens.next().is_none(), "one expression in {text}");
    sexp
}

fn read_from<'t>(tokens: &mut impl Iterator<Item = &'t str>) -> Option<Sexp> {
    match tokens.next()? {
        ")" => None,
        "'" => {
            let datum = read_from(tokens).expect("a datum after a quote");
            Some(Sexp::List(vec![Sexp::Atom("quote".into()), datum]))
        }
        "(" => {
            let mut items = Vec::new();
            while let Some(item) = read_from(tokens) {
                items.push(item);
            }
            Some(Sexp::List(items))
        }
        atom => Some(Sexp::Atom(atom.to_owned())),
    }
}

/// A world to compile in.
#[derive(Default)]
pub struct World {
    /// The symbols.
    pub symbols: Symbols,
    /// The names of the globals, by number.
    pub globals: RefCell<Vec<String>>,
    /// Is every compilation to be given up?
    pub stops: Cell<bool>,
}

impl GlobalFacts for World {
    fn info(&self, id: GlobalId) -> GlobalInfo {
        let name = self.globals.borrow()[id.0 as usize].clone();
        let standard = STANDARD.contains(&&*name);
        let name = self.symbols.intern(&name);
        GlobalInfo { name, cell: Value::UNBOUND, constant: standard, standard }
    }
    fn core(&self, name: &str) -> Option<GlobalId> {
        STANDARD.contains(&name).then(|| self.global(name))
    }
    fn definition(&self, _: GlobalId) -> Option<Arc<Definition>> {
        None
    }
}

impl World {
    /// The global with this name.
    pub fn global(&self, name: &str) -> GlobalId {
        let mut globals = self.globals.borrow_mut();
        let index = globals.iter().position(|global| global == name).unwrap_or_else(|| {
            globals.push(name.to_owned());
            globals.len() - 1
        });
        GlobalId(u32::try_from(index).unwrap())
    }
    /// Calls `run` with a context for this world.
    pub fn with_context<T>(&self, run: impl FnOnce(&CompileContext<'_>) -> T) -> T {
        let prims = |name: &str| {
            let id = NATIVE.iter().position(|(native, ..)| *native == name)?;
            let (_, min, max) = NATIVE[id];
            Some(PrimSignature { id: u32::try_from(id).unwrap(), min, max })
        };
        run(&CompileContext {
            globals: self,
            symbols: &self.symbols,
            prims: &prims,
            stop: &|| self.stops.get(),
        })
    }
    /// Text to core language.
    pub fn core(&self, text: &str) -> (Core, Vars) {
        let mut builder = Builder { world: self, vars: Vars::default() };
        let core = builder.build(&read(text), &HashMap::new());
        (core, builder.vars)
    }
    /// Text to code.
    pub fn compile(&self, text: &str) -> CodeTemplate {
        let (core, mut vars) = self.core(text);
        self.with_context(|context| compile_toplevel(core, &mut vars, context)).unwrap()
    }
    /// Code to text.
    pub fn show(&self, code: &CodeTemplate) -> String {
        let names = Names {
            constant: &|constant| match constant {
                ConstTemplate::Cell(id) => self.globals.borrow()[id.0 as usize].clone(),
                ConstTemplate::Datum(datum) => self.show_datum(datum),
                ConstTemplate::Code(_) | ConstTemplate::Closure(_) => "code".into(),
            },
            procedure: &|code| match code.name {
                Some(name) => self.symbols.name(name).to_string(),
                None => "lambda".into(),
            },
            primitive: &|number| NATIVE[number as usize].0.to_owned(),
            place: &|_| None,
        };
        disasm::disassemble(code, &names)
    }
    fn show_datum(&self, datum: &Datum) -> String {
        match datum.as_symbol() {
            Some(sym) => format!("'{}", self.symbols.name(sym)),
            None => constant::datum_fixnum(datum).map_or("datum".into(), |n| n.to_string()),
        }
    }
}

type Scope = HashMap<String, VarId>;

struct Builder<'w> {
    world: &'w World,
    vars: Vars,
}

impl Builder<'_> {
    fn bind(&mut self, name: &Sexp, scope: &mut Scope) -> VarId {
        let Sexp::Atom(name) = name else { panic!("a name, not {name:?}") };
        let var = self.vars.fresh(self.world.symbols.intern(name));
        scope.insert(name.clone(), var);
        var
    }
    fn build(&mut self, sexp: &Sexp, scope: &Scope) -> Core {
        match sexp {
            Sexp::Atom(atom) => self.atom(atom, scope),
            Sexp::List(items) => match &items[..] {
                [Sexp::Atom(head), rest @ ..] if !scope.contains_key(head) => {
                    self.form(head, rest, scope).unwrap_or_else(|| self.call(items, scope))
                }
                _ => self.call(items, scope),
            },
        }
    }
    fn atom(&mut self, atom: &str, scope: &Scope) -> Core {
        match (atom, atom.parse()) {
            ("#t" | "#f", _) => constant::boolean(atom == "#t"),
            (_, Ok(n)) => constant::fixnum(n).unwrap(),
            _ => match scope.get(atom) {
                Some(var) => Core::Local(*var, SPAN),
                None => Core::Global(self.world.global(atom), SPAN),
            },
        }
    }
    fn call(&mut self, items: &[Sexp], scope: &Scope) -> Core {
        let mut parts: Vec<Core> = items.iter().map(|item| self.build(item, scope)).collect();
        let callee = parts.remove(0);
        Core::Call(Box::new(Call { callee, args: parts, span: SPAN }))
    }
    fn body(&mut self, items: &[Sexp], scope: &Scope) -> Core {
        let mut parts: Vec<Core> = items.iter().map(|item| self.build(item, scope)).collect();
        if parts.len() == 1 { parts.remove(0) } else { Core::Seq(parts) }
    }
    fn lambda(&mut self, params: &Sexp, body: &[Sexp], scope: &Scope) -> Lambda {
        let mut scope = scope.clone();
        let (mut names, mut rest) = (Vec::new(), None);
        let Sexp::List(params) = params else { panic!("parameters") };
        let mut params = params.iter();
        while let Some(param) = params.next() {
            if matches!(param, Sexp::Atom(dot) if dot == ".") {
                rest = params.next().map(|rest| self.bind(rest, &mut scope));
            } else {
                names.push(self.bind(param, &mut scope));
            }
        }
        let body = self.body(body, &scope);
        let clauses = vec![Clause { params: names, rest, body }];
        Lambda { name: None, clauses, span: SPAN }
    }
    fn form(&mut self, head: &str, rest: &[Sexp], scope: &Scope) -> Option<Core> {
        Some(match (head, rest) {
            ("if", [test, then, otherwise]) => Core::If(
                Box::new(self.build(test, scope)),
                Box::new(self.build(then, scope)),
                Box::new(self.build(otherwise, scope)),
            ),
            ("lambda", [params, body @ ..]) => {
                Core::Lambda(Box::new(self.lambda(params, body, scope)))
            }
            ("begin", body) => self.body(body, scope),
            ("quote", [datum]) => Core::Const(self.quote(datum)),
            ("set!", [Sexp::Atom(name), value]) => {
                let value = Box::new(self.build(value, scope));
                match scope.get(name) {
                    Some(var) => {
                        self.vars.info_mut(*var).assigned = true;
                        Core::SetLocal(*var, value, SPAN)
                    }
                    None => Core::SetGlobal(self.world.global(name), value, SPAN),
                }
            }
            ("define", [Sexp::List(header), body @ ..]) => {
                let Sexp::Atom(name) = &header[0] else { panic!("a name") };
                let mut lambda = self.lambda(&Sexp::List(header[1..].to_vec()), body, scope);
                lambda.name = Some(self.world.symbols.intern(name));
                let lambda = Core::Lambda(Box::new(lambda));
                Core::DefineGlobal(self.world.global(name), Box::new(lambda), SPAN)
            }
            ("let", [Sexp::List(bindings), body @ ..]) => {
                let values: Vec<Core> =
                    bindings.iter().map(|binding| self.build(&pair(binding).1, scope)).collect();
                let mut inner = scope.clone();
                let names: Vec<VarId> = bindings
                    .iter()
                    .map(|binding| self.bind(&pair(binding).0, &mut inner))
                    .collect();
                let body = self.body(body, &inner);
                Core::Let(names.into_iter().zip(values).collect(), Box::new(body))
            }
            ("let", [name, Sexp::List(bindings), body @ ..]) => {
                let values: Vec<Core> =
                    bindings.iter().map(|binding| self.build(&pair(binding).1, scope)).collect();
                let params = bindings.iter().map(|binding| pair(binding).0).collect();
                let mut inner = scope.clone();
                let var = self.bind(name, &mut inner);
                let lambda = self.lambda(&Sexp::List(params), body, &inner);
                let callee = Core::Local(var, SPAN);
                let call = Core::Call(Box::new(Call { callee, args: values, span: SPAN }));
                Core::Letrec(vec![(var, Core::Lambda(Box::new(lambda)))], Box::new(call))
            }
            ("letrec", [Sexp::List(bindings), body @ ..]) => {
                let mut inner = scope.clone();
                let names: Vec<VarId> = bindings
                    .iter()
                    .map(|binding| self.bind(&pair(binding).0, &mut inner))
                    .collect();
                let values = bindings.iter().map(|b| self.build(&pair(b).1, &inner));
                let bindings = names.into_iter().zip(values.collect::<Vec<_>>()).collect();
                Core::Letrec(bindings, Box::new(self.body(body, &inner)))
            }
            _ => return None,
        })
    }
    fn quote(&self, sexp: &Sexp) -> Datum {
        match sexp {
            Sexp::Atom(atom) => match atom.parse() {
                Ok(n) => match constant::fixnum(n) {
                    Some(Core::Const(datum)) => datum,
                    _ => panic!("a fixnum"),
                },
                Err(_) => Datum::symbol(self.world.symbols.intern(atom), SPAN),
            },
            Sexp::List(items) => {
                let items: Vec<Datum> = items.iter().map(|item| self.quote(item)).collect();
                Datum::list(items.into_iter(), SPAN)
            }
        }
    }
}

fn pair(sexp: &Sexp) -> (Sexp, Sexp) {
    match sexp {
        Sexp::List(items) => (items[0].clone(), items[1].clone()),
        Sexp::Atom(atom) => panic!("a binding, not {atom}"),
    }
}
