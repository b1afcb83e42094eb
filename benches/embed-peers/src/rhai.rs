//! Rhai with the feature `sync`: threads share the engine and the program, and no script values.

use crate::engine::{self, Engine, TEXT, Task};
use crate::rules::{self, Customer, Order};
use rhai::{AST, Array, Scope};
use std::ops::Range;
use std::sync::Arc;

const LOOPS: &str = r"
fn loop_nothing(n) { let x = 0; for i in 0..n { x = x + 1; } x }
fn loop_integer(n) { let x = 0; for i in 0..n { x = bump(x); } x }
fn loop_float(n) { let x = 1.0; for i in 0..n { x = scale(x, 1.0); } x.to_int() }
fn loop_text(n, text) { let x = 0; for i in 0..n { x = x + measure(text); } x }
fn loop_field(n, order) { let x = 0; for i in 0..n { x = x + order.amount; } x }
fn increment(n) { n + 1 }
";

/// The engine and its program.
pub struct Rhai {
    engine: rhai::Engine,
    program: AST,
    customers: Vec<Arc<Customer>>,
}

impl Rhai {
    pub fn new() -> Result<Rhai, Box<rhai::EvalAltResult>> {
        let mut engine = rhai::Engine::new();
        engine.register_fn("bump", engine::bump);
        engine.register_fn("scale", engine::scale);
        engine.register_fn("measure", engine::measure);
        engine.register_fn("surcharge", rules::surcharge);
        engine.register_get("amount", |o: &mut Arc<Order>| o.amount);
        engine.register_get("quantity", |o: &mut Arc<Order>| o.quantity);
        engine.register_get("country", |o: &mut Arc<Order>| o.country);
        engine.register_get("weight", |o: &mut Arc<Order>| o.weight);
        engine.register_get("tier", |c: &mut Arc<Customer>| c.tier);
        engine.register_get("age", |c: &mut Arc<Customer>| c.age);
        engine.register_get("spent", |c: &mut Arc<Customer>| c.spent);
        engine.register_get("visits", |c: &mut Arc<Customer>| c.visits);
        let program = engine.compile(format!("{LOOPS}\n{}", rules::rhai()))?;
        Ok(Rhai { engine, program, customers: rules::shared_customers() })
    }
    fn judge_event(&self, number: u64) -> Vec<i64> {
        let (order, customer) = rules::event(number);
        let arguments = (Arc::new(order), Arc::clone(&self.customers[customer]));
        let answer: Array = self
            .engine
            .call_fn(&mut Scope::new(), &self.program, "judge", arguments)
            .expect("legal rules");
        answer.into_iter().map(|n| n.as_int().expect("answers are integers")).collect()
    }
}

impl Engine for Rhai {
    fn name(&self) -> &'static str {
        "rhai"
    }
    fn sharing(&self) -> &'static str {
        "engine and program; no values of scripts"
    }
    fn script_loop(&self, task: Task, turns: i64) -> i64 {
        let mut scope = Scope::new();
        let (engine, program, name) = (&self.engine, &self.program, task.name());
        let result = match task {
            Task::Text => engine.call_fn(&mut scope, program, name, (turns, TEXT.to_owned())),
            Task::Field => {
                let order = Arc::new(Order { amount: 3, quantity: 1, country: 1, weight: 1 });
                engine.call_fn(&mut scope, program, name, (turns, order))
            }
            _ => engine.call_fn(&mut scope, program, name, (turns,)),
        };
        result.expect("the loop ends")
    }
    fn call_script(&self, turns: i64) -> i64 {
        let mut scope = Scope::new();
        (0..turns).fold(0, |n, _| {
            self.engine.call_fn(&mut scope, &self.program, "increment", (n,)).expect("it adds one")
        })
    }
    fn judge(&self, events: Range<u64>) -> u64 {
        let digest = |number| rules::digest(number, &self.judge_event(number));
        events.map(digest).fold(0, u64::wrapping_add)
    }
}
