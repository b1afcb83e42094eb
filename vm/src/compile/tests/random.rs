//! Random programs, run both ways.
//!
//! The order in which arguments are evaluated is not specified, so at most one argument of a call
//! has effects, and then the others are constants.

use super::evaluator::evaluate;
use super::machine;
use super::support::World;
use super::toy::{Stop, Store};
use crate::compile::compile_toplevel;
use std::collections::HashMap;
use std::fmt::Write;

const FUEL: u32 = 20_000;

/// Runs a program both ways and compares; false if it takes too long to tell.
pub fn agree(text: &str) -> bool {
    let world = World::default();
    let (core, mut vars) = world.core(text);
    let store =
        |fuel| Store { world: &world, globals: HashMap::new(), output: String::new(), fuel };
    let mut expected_store = store(FUEL);
    let expected = evaluate(&core, &HashMap::new(), &mut expected_store);
    if expected.as_ref().err() == Some(&Stop::Fuel) {
        return false;
    }
    let code = world.with_context(|context| compile_toplevel(core, &mut vars, context));
    let code = code.unwrap_or_else(|error| panic!("{error} in {text}"));
    let mut found_store = store(10 * FUEL);
    let found = machine::run(machine::load(&code), &mut found_store);
    let show = |result: Result<super::toy::Toy, Stop>| match result {
        Ok(value) => value.show(),
        Err(stop) => format!("{stop:?}"),
    };
    let expected = (show(expected), expected_store.output);
    let found = (show(found), found_store.output);
    assert_eq!(found, expected, "program {text}\n{}", world.show(&code));
    true
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

#[derive(Clone)]
struct Procedure {
    name: String,
    arity: usize,
    /// May only be called where its result is the result of the program part around it, and as
    /// often as its counter allows.
    counted: bool,
}

#[derive(Clone, Default)]
struct Scope {
    ints: Vec<String>,
    assignable: Vec<String>,
    procedures: Vec<Procedure>,
}

struct Writer {
    random: Random,
    names: usize,
}

impl Writer {
    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }
    fn atom(&mut self, scope: &Scope) -> String {
        if scope.ints.is_empty() || self.random.below(4) == 0 {
            (i64::try_from(self.random.below(400)).unwrap() - 200).to_string()
        } else {
            self.random.pick(&scope.ints).clone()
        }
    }
    /// An integer expression without effects.
    fn pure(&mut self, scope: &Scope, depth: usize) -> String {
        if depth == 0 {
            return self.atom(scope);
        }
        match self.random.below(8) {
            0 | 1 => self.atom(scope),
            2 => format!(
                "(if {} {} {})",
                self.test(scope, depth - 1),
                self.pure(scope, depth - 1),
                self.pure(scope, depth - 1)
            ),
            3 => {
                let (a, b) = (self.pure(scope, depth - 1), self.pure(scope, depth - 1));
                format!("(car (cdr (list {a} {b})))")
            }
            4 => {
                let name = self.name("p");
                let value = self.pure(scope, depth - 1);
                let mut inner = scope.clone();
                inner.ints.push(name.clone());
                format!("(let (({name} {value})) {})", self.pure(&inner, depth - 1))
            }
            _ => {
                let op = *self.random.pick(&["+", "-", "*", "+", "-"]);
                let more = self.random.below(5) == 0;
                let third = if more { self.atom(scope) } else { String::new() };
                let (a, b) = (self.pure(scope, depth - 1), self.pure(scope, depth - 1));
                format!("({op} {a} {b} {third})")
            }
        }
    }
    /// A test without effects.
    fn test(&mut self, scope: &Scope, depth: usize) -> String {
        if depth == 0 {
            return format!("(< {} {})", self.atom(scope), self.atom(scope));
        }
        match self.random.below(9) {
            0 => format!("(not {})", self.test(scope, depth - 1)),
            1 => format!(
                "(if {} {} {})",
                self.test(scope, depth - 1),
                self.test(scope, depth - 1),
                self.test(scope, depth - 1)
            ),
            2 => format!("(if {} #t {})", self.test(scope, depth - 1), self.test(scope, depth - 1)),
            3 => format!("(if {} {} #f)", self.test(scope, depth - 1), self.test(scope, depth - 1)),
            4 => {
                let name = self.name("t");
                let (a, b) = (self.test(scope, depth - 1), self.test(scope, depth - 1));
                format!("(let (({name} {a})) (if {name} {name} {b}))")
            }
            5 => format!("(memv {} (quote (1 2 3)))", self.pure(scope, depth - 1)),
            _ => {
                let op = *self.random.pick(&["<", "<=", ">", ">=", "=", "eqv?", "zero?"]);
                let a = self.pure(scope, depth - 1);
                if op == "zero?" {
                    format!("(zero? {a})")
                } else {
                    let b = self.pure(scope, depth - 1);
                    format!("({op} {a} {b})")
                }
            }
        }
    }
    fn call(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        let callable: Vec<Procedure> =
            scope.procedures.iter().filter(|procedure| !procedure.counted).cloned().collect();
        if callable.is_empty() {
            return None;
        }
        let procedure = self.random.pick(&callable).clone();
        let mut text = format!("({}", procedure.name);
        let effects = self.random.below(3) == 0 && procedure.arity > 0;
        for index in 0..procedure.arity {
            let arg = match (effects, index) {
                (true, 0) => self.any(scope, depth / 2),
                (true, _) => self.atom(&Scope::default()),
                (false, _) => self.pure(scope, depth / 2),
            };
            write!(text, " {arg}").unwrap();
        }
        Some(text + ")")
    }
    fn statement(&mut self, scope: &Scope, depth: usize) -> String {
        if !scope.assignable.is_empty() && self.random.below(3) > 0 {
            let name = self.random.pick(&scope.assignable).clone();
            return format!("(set! {name} {})", self.any(scope, depth / 2));
        }
        match self.random.below(3) {
            0 => format!("(display {})", self.pure(scope, depth / 2)),
            1 => self.any(scope, depth.saturating_sub(1)),
            _ => self.call(scope, depth).unwrap_or_else(|| "0".into()),
        }
    }
    fn lambda(&mut self, scope: &Scope, arity: usize, depth: usize) -> String {
        let mut inner = scope.clone();
        let params: Vec<String> = (0..arity).map(|_| self.name("a")).collect();
        inner.ints.extend(params.clone());
        if self.random.below(3) == 0 {
            inner.assignable.extend(params.clone());
        }
        inner.procedures.retain(|procedure| !procedure.counted);
        format!("(lambda ({}) {})", params.join(" "), self.any(&inner, depth))
    }
    /// An integer expression of any kind.
    fn any(&mut self, scope: &Scope, depth: usize) -> String {
        if depth == 0 {
            return self.pure(scope, 1);
        }
        let depth = depth - 1;
        match self.random.below(14) {
            0 => self.pure(scope, depth.min(3)),
            1 | 2 => {
                let test = self.test(scope, depth.min(2));
                format!("(if {test} {} {})", self.any(scope, depth), self.any(scope, depth))
            }
            3 | 4 => {
                let name = self.name("x");
                let value = self.any(scope, depth);
                let mut inner = scope.clone();
                inner.ints.push(name.clone());
                if self.random.below(2) == 0 {
                    inner.assignable.push(name.clone());
                }
                format!("(let (({name} {value})) {})", self.any(&inner, depth))
            }
            5 => {
                let (a, b) = (self.name("y"), self.name("y"));
                let values = (self.pure(scope, 2), self.pure(scope, 2));
                let mut inner = scope.clone();
                inner.ints.extend([a.clone(), b.clone()]);
                inner.assignable.push(b.clone());
                let body = self.any(&inner, depth);
                format!("(let (({a} {}) ({b} {})) {body})", values.0, values.1)
            }
            6 | 7 => {
                let count = 1 + self.random.below(3);
                let statements: Vec<String> =
                    (0..count).map(|_| self.statement(scope, depth)).collect();
                format!("(begin {} {})", statements.join(" "), self.any(scope, depth))
            }
            8 => self.call(scope, depth).unwrap_or_else(|| self.pure(scope, 2)),
            9 => {
                let arity = self.random.below(3);
                let name = self.name("f");
                let lambda = self.lambda(scope, arity, depth);
                let mut inner = scope.clone();
                inner.procedures.push(Procedure { name: name.clone(), arity, counted: false });
                format!("(let (({name} {lambda})) {})", self.any(&inner, depth))
            }
            10 => self.recursive(scope, depth),
            11 => {
                let op = *self.random.pick(&["+", "-"]);
                format!("({op} {} {})", self.any(scope, depth), self.random.below(300))
            }
            _ => self.named_let(scope, depth),
        }
    }
    /// Mutually recursive procedures that count down.
    fn recursive(&mut self, scope: &Scope, depth: usize) -> String {
        let (f, g, h) = (self.name("f"), self.name("g"), self.name("h"));
        let (n, m, v) = (self.name("n"), self.name("m"), self.name("v"));
        let mut inner = scope.clone();
        inner.procedures.retain(|procedure| !procedure.counted);
        inner.ints.push(n.clone());
        let f_end = self.any(&inner, depth / 2);
        let f_arg = self.pure(&inner, 1);
        let wrapped = self.random.below(2) == 0;
        let call = format!("({g} (- {n} 1) {f_arg})");
        let call = if wrapped { format!("(+ 1 {call})") } else { call };
        let mut inner = scope.clone();
        inner.procedures.retain(|procedure| !procedure.counted);
        inner.ints.extend([m.clone(), v.clone()]);
        inner.assignable.push(v.clone());
        let g_statement = self.statement(&inner, depth / 2);
        let g_end = self.pure(&inner, 2);
        let complex = match self.random.below(3) {
            0 => format!("({h} (lambda () ({f} 2)))"),
            1 => format!("({h} ({f} 3))"),
            _ => format!("({h} {})", self.pure(scope, 1)),
        };
        let use_h = if complex.contains("lambda") { format!("({h})") } else { h };
        let start = self.random.below(5);
        format!(
            "(letrec (({f} (lambda ({n}) (if (<= {n} 0) {f_end} {call}))) \
             ({g} (lambda ({m} {v}) (begin {g_statement} (if (<= {m} 0) {g_end} ({f} (- {m} 1)))))) \
             {complex}) (+ {use_h} ({f} {start})))"
        )
    }
    fn named_let(&mut self, scope: &Scope, depth: usize) -> String {
        let (name, count, a, b) =
            (self.name("loop"), self.name("i"), self.name("u"), self.name("w"));
        let start = self.random.below(6);
        let values = (self.pure(scope, 2), self.pure(scope, 2));
        let mut inner = scope.clone();
        inner.ints.extend([count.clone(), a.clone(), b.clone()]);
        if self.random.below(3) == 0 {
            inner.assignable.push(a.clone());
        }
        let statement = self.statement(&inner, depth / 2);
        let end = self.any(&inner, depth / 2);
        let again = |writer: &mut Writer| {
            let (a, b) = (writer.pure(&inner, 2), writer.pure(&inner, 2));
            format!("({name} (- {count} 1) {a} {b})")
        };
        let first = again(self);
        let swapped = format!("({name} (- {count} 1) {b} {a})");
        let mut second = if self.random.below(3) == 0 { swapped } else { again(self) };
        if self.random.below(6) == 0 {
            second = format!("(+ 1 {second})");
        }
        let test = self.test(&inner, 1);
        format!(
            "(let {name} (({count} {start}) ({a} {}) ({b} {})) (begin {statement} \
             (if (<= {count} 0) {end} (if {test} {first} {second}))))",
            values.0, values.1
        )
    }
}

#[test]
fn compiled_random_programs_do_what_the_evaluator_does() {
    let programs = std::env::var("LISLE_RANDOM_PROGRAMS").ok().and_then(|n| n.parse().ok());
    let mut told = 0;
    for seed in 0..programs.unwrap_or(1500) {
        let mut writer = Writer { random: Random(seed * 7919 + 17), names: 0 };
        let depth = 3 + writer.random.below(5);
        let text = writer.any(&Scope::default(), depth);
        told += u32::from(agree(&text));
    }
    assert!(told > 1000);
}
