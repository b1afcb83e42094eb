//! Values that the toy machine and the evaluator share, and standard procedures on them.

use super::machine::Closure;
use super::support::World;
use crate::core_form::Lambda;
use crate::opt::constant;
use crate::read::datum::Datum;
use crate::symbols::Sym;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A value.
#[derive(Clone)]
pub enum Toy {
    /// A register that must not be read.
    Dead,
    Int(i64),
    Bool(bool),
    Nil,
    Unspecified,
    Unbound,
    Symbol(Sym),
    Pair(Rc<(RefCell<Toy>, RefCell<Toy>)>),
    Vector(Rc<Vec<Toy>>),
    Values(Rc<Vec<Toy>>),
    Environment(Rc<RefCell<Vec<Toy>>>),
    /// A standard procedure.
    Standard(Rc<str>),
    /// A procedure of the machine.
    Closure(Rc<Closure>),
    /// A procedure of the evaluator.
    Interpreted(Rc<(Lambda, super::evaluator::Scope)>),
}

/// Why a program has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It did something wrong.
    Error,
    /// It took too long.
    Fuel,
}

/// What both ways of running a program have.
pub struct Store<'w> {
    pub world: &'w World,
    pub globals: HashMap<u32, Toy>,
    pub output: String,
    pub fuel: u32,
}

impl Store<'_> {
    /// Counts a step.
    pub fn step(&mut self) -> Result<(), Stop> {
        self.fuel = self.fuel.checked_sub(1).ok_or(Stop::Fuel)?;
        Ok(())
    }
    /// The value of a global variable.
    pub fn global(&self, id: u32) -> Result<Toy, Stop> {
        match self.globals.get(&id) {
            Some(value) => Ok(value.clone()),
            None => {
                let name = self.world.globals.borrow()[id as usize].clone();
                Ok(Toy::Standard(name.into()))
            }
        }
    }
    /// Calls a standard procedure that calls no other.
    pub fn standard(&mut self, name: &str, args: &[Toy]) -> Result<Toy, Stop> {
        if name == "display" {
            self.output.push_str(&args[0].show());
            self.output.push(' ');
            return Ok(Toy::Unspecified);
        }
        standard(name, args)
    }
}

impl Toy {
    pub fn is_true(&self) -> bool {
        !matches!(self, Toy::Bool(false))
    }
    pub fn cons(car: Toy, cdr: Toy) -> Toy {
        Toy::Pair(Rc::new((RefCell::new(car), RefCell::new(cdr))))
    }
    pub fn list(items: &[Toy]) -> Toy {
        items.iter().rev().fold(Toy::Nil, |rest, item| Toy::cons(item.clone(), rest))
    }
    pub fn items(&self) -> Result<Vec<Toy>, Stop> {
        let mut items = Vec::new();
        let mut rest = self.clone();
        while let Toy::Pair(pair) = &rest {
            items.push(pair.0.borrow().clone());
            let next = pair.1.borrow().clone();
            rest = next;
        }
        if matches!(rest, Toy::Nil) { Ok(items) } else { Err(Stop::Error) }
    }
    pub fn int(&self) -> Result<i64, Stop> {
        match self {
            Toy::Int(n) => Ok(*n),
            Toy::Dead => panic!("a dead register is read"),
            _ => Err(Stop::Error),
        }
    }
    pub fn of_datum(datum: &Datum) -> Toy {
        if let Some(n) = constant::datum_fixnum(datum) {
            return Toy::Int(n);
        }
        if let Some(symbol) = datum.as_symbol() {
            return Toy::Symbol(symbol);
        }
        match (constant::immediate(datum), datum.as_pair()) {
            (Some(number), _) => Toy::of_immediate(number),
            (_, Some(pair)) => Toy::cons(Toy::of_datum(&pair.car), Toy::of_datum(&pair.cdr)),
            _ => panic!("no such data in these tests"),
        }
    }
    pub fn of_immediate(number: u32) -> Toy {
        match number {
            0 => Toy::Bool(false),
            1 => Toy::Bool(true),
            2 => Toy::Nil,
            3 => Toy::Unspecified,
            5 => Toy::Unbound,
            _ => panic!("no such immediates in these tests"),
        }
    }
    pub fn same(&self, other: &Toy) -> bool {
        match (self, other) {
            (Toy::Int(a), Toy::Int(b)) => a == b,
            (Toy::Bool(a), Toy::Bool(b)) => a == b,
            (Toy::Symbol(a), Toy::Symbol(b)) => a == b,
            (Toy::Nil, Toy::Nil) | (Toy::Unspecified, Toy::Unspecified) => true,
            (Toy::Pair(a), Toy::Pair(b)) => Rc::ptr_eq(a, b),
            (Toy::Closure(a), Toy::Closure(b)) => Rc::ptr_eq(a, b),
            (Toy::Interpreted(a), Toy::Interpreted(b)) => Rc::ptr_eq(a, b),
            (Toy::Dead, _) | (_, Toy::Dead) => panic!("a dead register is read"),
            _ => false,
        }
    }
    pub fn show(&self) -> String {
        match self {
            Toy::Dead => panic!("a dead register is read"),
            Toy::Int(n) => n.to_string(),
            Toy::Bool(b) => if *b { "#t" } else { "#f" }.into(),
            Toy::Nil => "()".into(),
            Toy::Unspecified => "unspecified".into(),
            Toy::Unbound => panic!("the mark of unbound variables is seen"),
            Toy::Symbol(sym) => format!("symbol{}", sym.0),
            Toy::Pair(pair) => format!("({} . {})", pair.0.borrow().show(), pair.1.borrow().show()),
            Toy::Vector(items) | Toy::Values(items) => {
                format!("#{:?}", items.iter().map(Toy::show).collect::<Vec<_>>())
            }
            Toy::Environment(_) => panic!("an environment is seen"),
            Toy::Standard(_) | Toy::Closure(_) | Toy::Interpreted(_) => "procedure".into(),
        }
    }
}

fn standard(name: &str, args: &[Toy]) -> Result<Toy, Stop> {
    let ints = || args.iter().map(Toy::int).collect::<Result<Vec<i64>, Stop>>();
    let compare = |holds: fn(i64, i64) -> bool| {
        Ok(Toy::Bool(ints()?.windows(2).all(|pair| holds(pair[0], pair[1]))))
    };
    let fold = |unit: i64, op: fn(i64, i64) -> i64| {
        let ints = ints()?;
        Ok(Toy::Int(ints.into_iter().reduce(op).unwrap_or(unit)))
    };
    match (name, args) {
        ("+", _) => fold(0, i64::wrapping_add),
        ("*", _) => fold(1, i64::wrapping_mul),
        ("-", [n]) => Ok(Toy::Int(-n.int()?)),
        ("-", _) => fold(0, i64::wrapping_sub),
        ("quotient", [a, b]) => match b.int()? {
            0 => Err(Stop::Error),
            b => Ok(Toy::Int(a.int()?.wrapping_div(b))),
        },
        ("<", _) => compare(|a, b| a < b),
        ("<=", _) => compare(|a, b| a <= b),
        (">", _) => compare(|a, b| a > b),
        (">=", _) => compare(|a, b| a >= b),
        ("=", _) => compare(|a, b| a == b),
        ("zero?", [n]) => Ok(Toy::Bool(n.int()? == 0)),
        ("eq?" | "eqv?" | "equal?", [a, b]) => Ok(Toy::Bool(a.same(b))),
        ("not", [a]) => Ok(Toy::Bool(!a.is_true())),
        ("null?", [a]) => Ok(Toy::Bool(matches!(a, Toy::Nil))),
        ("pair?", [a]) => Ok(Toy::Bool(matches!(a, Toy::Pair(_)))),
        ("cons", [a, b]) => Ok(Toy::cons(a.clone(), b.clone())),
        ("car", [Toy::Pair(pair)]) => Ok(pair.0.borrow().clone()),
        ("cdr", [Toy::Pair(pair)]) => Ok(pair.1.borrow().clone()),
        ("cadr", [a]) => standard("car", &[standard("cdr", std::slice::from_ref(a))?]),
        ("cddr", [a]) => standard("cdr", &[standard("cdr", std::slice::from_ref(a))?]),
        ("caddr", [a]) => standard("cadr", &[standard("cdr", std::slice::from_ref(a))?]),
        ("set-car!", [Toy::Pair(pair), value]) => {
            *pair.0.borrow_mut() = value.clone();
            Ok(Toy::Unspecified)
        }
        ("list", items) => Ok(Toy::list(items)),
        ("vector", items) => Ok(Toy::Vector(Rc::new(items.to_vec()))),
        ("values", [one]) => Ok(one.clone()),
        ("values", items) => Ok(Toy::Values(Rc::new(items.to_vec()))),
        ("list->vector", [list]) => Ok(Toy::Vector(Rc::new(list.items()?))),
        ("append", lists) => {
            let mut all = Vec::new();
            for list in lists {
                all.extend(list.items()?);
            }
            Ok(Toy::list(&all))
        }
        ("memv", [item, list]) => {
            let items = list.items()?;
            let found = items.iter().position(|other| other.same(item));
            Ok(found.map_or(Toy::Bool(false), |index| Toy::list(&items[index..])))
        }
        ("vector-ref", [Toy::Vector(items), index]) => {
            let index = usize::try_from(index.int()?).map_err(|_| Stop::Error)?;
            items.get(index).cloned().ok_or(Stop::Error)
        }
        _ => Err(Stop::Error),
    }
}
