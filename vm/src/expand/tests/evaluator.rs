//! A small evaluator of core forms: enough to see what expanded programs mean.

use super::World;
use crate::core_form::{Clause, Core, Lambda, VarId};
use crate::globals::GlobalId;
use crate::num::Number;
use crate::read::datum::{Datum, DatumKind};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The procedures the core namespace has in tests.
pub(super) const PROCEDURES: &[&str] = &[
    "+",
    "-",
    "*",
    "=",
    "<",
    ">",
    "cons",
    "car",
    "cdr",
    "list",
    "vector",
    "vector-ref",
    "append",
    "list->vector",
    "not",
    "null?",
    "eqv?",
    "memv",
    "values",
    "call-with-values",
    "apply",
    "error",
    "dynamic-wind",
    "%make-record-type",
    "%record",
    "%record?",
    "%record-ref",
    "%record-set!",
    "%guard",
    "%parameterize",
    "%parameterize-one",
    "%make-promise-lazy",
    "%make-promise-eager",
];

#[derive(Clone)]
enum V {
    Data(Datum),
    Pair(Rc<(V, V)>),
    Vector(Rc<RefCell<Vec<V>>>),
    Values(Vec<V>),
    Procedure(Rc<(Lambda, Env)>),
    Primitive(&'static str),
    Unspecified,
}

type Env = Option<Rc<Frame>>;

struct Frame {
    vars: RefCell<HashMap<VarId, V>>,
    parent: Env,
}

pub(super) struct Evaluator<'w> {
    world: &'w World,
    globals: HashMap<GlobalId, V>,
}

fn integer(n: i64) -> V {
    V::Data(Datum::new(DatumKind::Number(Number::Fixnum(n).into()), Default::default()))
}

fn boolean(value: bool) -> V {
    V::Data(Datum::boolean(value, Default::default()))
}

fn is_false(value: &V) -> bool {
    matches!(value, V::Data(Datum { kind: DatumKind::Bool(false), .. }))
}

fn number(value: &V) -> i64 {
    match value {
        V::Data(Datum { kind: DatumKind::Number(n), .. }) => match **n {
            Number::Fixnum(n) => n,
            _ => panic!("no small integer"),
        },
        _ => panic!("no number"),
    }
}

impl<'w> Evaluator<'w> {
    pub(super) fn new(world: &'w World) -> Evaluator<'w> {
        Evaluator { world, globals: HashMap::new() }
    }
    pub(super) fn run(&mut self, core: &Core) -> String {
        let value = self.eval(core, &None);
        self.text(&value)
    }

    fn text(&self, value: &V) -> String {
        match value {
            V::Data(datum) => datum.to_text(&self.world.symbols),
            V::Pair(_) => {
                let mut parts = Vec::new();
                let mut rest = value.clone();
                while let V::Pair(pair) = rest {
                    parts.push(self.text(&pair.0));
                    rest = pair.1.clone();
                }
                let tail = self.text(&rest);
                match rest {
                    V::Data(Datum { kind: DatumKind::Nil, .. }) => format!("({})", parts.join(" ")),
                    _ if tail.starts_with('(') => format!("({} {}", parts.join(" "), &tail[1..]),
                    _ => format!("({} . {tail})", parts.join(" ")),
                }
            }
            V::Vector(items) => {
                let items: Vec<String> = items.borrow().iter().map(|v| self.text(v)).collect();
                format!("#({})", items.join(" "))
            }
            V::Values(items) => {
                let items: Vec<String> = items.iter().map(|v| self.text(v)).collect();
                format!("values: {}", items.join(" "))
            }
            V::Procedure(_) | V::Primitive(_) => "procedure".to_owned(),
            V::Unspecified => "unspecified".to_owned(),
        }
    }

    fn eval(&mut self, core: &Core, env: &Env) -> V {
        match core {
            Core::Const(datum) => V::Data(datum.clone()),
            Core::Unspecified => V::Unspecified,
            Core::Local(var, _) => find(*var, env).vars.borrow()[var].clone(),
            Core::Global(id, _) => self.global(*id),
            Core::SetLocal(var, value, _) => {
                let value = self.eval(value, env);
                find(*var, env).vars.borrow_mut().insert(*var, value);
                V::Unspecified
            }
            Core::SetGlobal(id, value, _) | Core::DefineGlobal(id, value, _) => {
                let value = self.eval(value, env);
                self.globals.insert(*id, value);
                V::Unspecified
            }
            Core::If(test, then, otherwise) => {
                let test = self.eval(test, env);
                self.eval(if is_false(&test) { otherwise } else { then }, env)
            }
            Core::Lambda(lambda) => V::Procedure(Rc::new(((**lambda).clone(), env.clone()))),
            Core::Seq(items) => items.iter().fold(V::Unspecified, |_, item| self.eval(item, env)),
            Core::Call(call) => {
                let callee = self.eval(&call.callee, env);
                let args = call.args.iter().map(|arg| self.eval(arg, env)).collect();
                self.apply(callee, args)
            }
            Core::Let(bindings, body) => {
                let frame = frame(env);
                for (var, value) in bindings {
                    let value = self.eval(value, env);
                    frame.vars.borrow_mut().insert(*var, value);
                }
                self.eval(body, &Some(frame))
            }
            Core::Letrec(bindings, body) => {
                let frame = Some(frame(env));
                for (var, value) in bindings {
                    let value = self.eval(value, &frame);
                    find_frame(&frame).vars.borrow_mut().insert(*var, value);
                }
                self.eval(body, &frame)
            }
        }
    }
    fn global(&self, id: GlobalId) -> V {
        if let Some(value) = self.globals.get(&id) {
            return value.clone();
        }
        let name = self.world.symbols.name(self.world.host.names.borrow()[id.0 as usize]);
        let found = PROCEDURES.iter().find(|known| ***known == *name);
        V::Primitive(found.unwrap_or_else(|| panic!("unbound variable {name}")))
    }
    fn apply(&mut self, callee: V, args: Vec<V>) -> V {
        match callee {
            V::Primitive(name) => self.primitive(name, args),
            V::Procedure(procedure) => {
                let (lambda, env) = &*procedure;
                let fits = |c: &&Clause| {
                    args.len() == c.params.len()
                        || (args.len() > c.params.len() && c.rest.is_some())
                };
                let clause = lambda.clauses.iter().find(fits).expect("arity");
                let frame = frame(env);
                let mut args = args.into_iter();
                for param in &clause.params {
                    let arg = args.next().expect("arity");
                    frame.vars.borrow_mut().insert(*param, arg);
                }
                if let Some(rest) = clause.rest {
                    frame.vars.borrow_mut().insert(rest, list(args.collect()));
                }
                self.eval(&clause.body, &Some(frame))
            }
            _ => panic!("not a procedure: {}", self.text(&callee)),
        }
    }
    fn primitive(&mut self, name: &str, mut args: Vec<V>) -> V {
        match name {
            "+" => integer(args.iter().map(number).sum()),
            "*" => integer(args.iter().map(number).product()),
            "-" if args.len() == 1 => integer(-number(&args[0])),
            "-" => integer(number(&args[0]) - number(&args[1])),
            "=" => boolean(number(&args[0]) == number(&args[1])),
            "<" => boolean(number(&args[0]) < number(&args[1])),
            ">" => boolean(number(&args[0]) > number(&args[1])),
            "cons" => {
                let cdr = args.remove(1);
                V::Pair(Rc::new((args.remove(0), cdr)))
            }
            "car" => pair(&args[0]).0,
            "cdr" => pair(&args[0]).1,
            "list" => list(args),
            "vector" => V::Vector(Rc::new(RefCell::new(args))),
            "list->vector" => V::Vector(Rc::new(RefCell::new(items(&args[0])))),
            "vector-ref" => match &args[0] {
                V::Vector(items) => items.borrow()[number(&args[1]) as usize].clone(),
                _ => panic!("no vector"),
            },
            "append" => {
                let last = args.pop().expect("append has an argument");
                let front: Vec<V> = args.iter().flat_map(items).collect();
                front.into_iter().rev().fold(last, |tail, item| V::Pair(Rc::new((item, tail))))
            }
            "not" => boolean(is_false(&args[0])),
            "null?" => boolean(matches!(&args[0], V::Data(d) if d.is_nil())),
            "eqv?" => boolean(self.text(&args[0]) == self.text(&args[1])),
            "memv" => {
                let wanted = self.text(&args[0]);
                boolean(items(&args[1]).iter().any(|item| self.text(item) == wanted))
            }
            "values" if args.len() == 1 => args.remove(0),
            "values" => V::Values(args),
            "call-with-values" => {
                let consumer = args.remove(1);
                match self.apply(args.remove(0), Vec::new()) {
                    V::Values(values) => self.apply(consumer, values),
                    value => self.apply(consumer, vec![value]),
                }
            }
            "apply" => {
                let last = args.pop().expect("apply has arguments");
                args.extend(items(&last));
                let callee = args.remove(0);
                self.apply(callee, args)
            }
            "dynamic-wind" => {
                self.apply(args[0].clone(), Vec::new());
                let result = self.apply(args[1].clone(), Vec::new());
                self.apply(args[2].clone(), Vec::new());
                result
            }
            "%make-record-type" => args.remove(0),
            "%record" => V::Vector(Rc::new(RefCell::new(args))),
            "%record?" => boolean(matches!(&args[0], V::Vector(_))),
            "%record-ref" | "%record-set!" => {
                let V::Vector(fields) = &args[0] else { panic!("no record") };
                let index = number(&args[2]) as usize + 1;
                if name == "%record-ref" {
                    return fields.borrow()[index].clone();
                }
                fields.borrow_mut()[index] = args[3].clone();
                V::Unspecified
            }
            _ => panic!("{name} is not for tests"),
        }
    }
}

fn frame(parent: &Env) -> Rc<Frame> {
    Rc::new(Frame { vars: RefCell::default(), parent: parent.clone() })
}

fn find_frame(env: &Env) -> &Frame {
    env.as_deref().expect("a local variable is bound somewhere")
}

fn find(var: VarId, env: &Env) -> &Frame {
    let mut frame = find_frame(env);
    while !frame.vars.borrow().contains_key(&var) {
        frame = find_frame(&frame.parent);
    }
    frame
}

fn pair(value: &V) -> (V, V) {
    match value {
        V::Pair(pair) => (**pair).clone(),
        V::Data(datum) => {
            let pair = datum.as_pair().expect("a pair");
            (V::Data(pair.car.clone()), V::Data(pair.cdr.clone()))
        }
        _ => panic!("no pair"),
    }
}

fn items(value: &V) -> Vec<V> {
    let mut items = Vec::new();
    let mut rest = value.clone();
    loop {
        match &rest {
            V::Data(datum) if datum.is_nil() => return items,
            _ => {
                let (car, cdr) = pair(&rest);
                items.push(car);
                rest = cdr;
            }
        }
    }
}

fn list(values: Vec<V>) -> V {
    let nil = V::Data(Datum::default());
    values.into_iter().rev().fold(nil, |tail, item| V::Pair(Rc::new((item, tail))))
}
