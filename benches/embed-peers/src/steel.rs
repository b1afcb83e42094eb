//! Steel with the feature `sync`. An engine needs `&mut` to be called, so threads either take turns or
//! have a clone each: the better for Steel, a clone each, is what is measured.

use crate::engine::{self, Engine, TEXT, Task};
use crate::rules::{self, Customer, Order};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use steel::SteelVal;
use steel::rvals::{Custom, FromSteelVal, IntoSteelVal};
use steel::steel_vm::register_fn::RegisterFn;

#[derive(Clone)]
struct SteelOrder(Order);
impl Custom for SteelOrder {}

#[derive(Clone)]
struct SteelCustomer(Customer);
impl Custom for SteelCustomer {}

const LOOPS: &str = r"
(define (loop_nothing n) (let loop ((i 0) (x 0)) (if (= i n) x (loop (+ i 1) (+ x 1)))))
(define (loop_integer n) (let loop ((i 0) (x 0)) (if (= i n) x (loop (+ i 1) (bump x)))))
(define (loop_float n) (let loop ((i 0) (x 1.0)) (if (= i n) (exact x) (loop (+ i 1) (scale x 1.0)))))
(define (loop_text n) (let loop ((i 0) (x 0)) (if (= i n) x (loop (+ i 1) (+ x (measure text))))))
(define (loop_field n) (let loop ((i 0) (x 0)) (if (= i n) x (loop (+ i 1) (+ x (order-amount order))))))
(define (increment n) (+ n 1))
";

type Ours = steel::steel_vm::engine::Engine;

/// Engines, one for each thread that works.
pub struct Steel {
    engines: Mutex<Vec<Ours>>,
    customers: Vec<SteelVal>,
}

impl Steel {
    /// As many clones as threads may ask for.
    pub fn new(threads: usize) -> Result<Steel, steel::SteelErr> {
        let mut engine = Ours::new();
        engine.register_fn("bump", engine::bump);
        engine.register_fn("scale", engine::scale);
        engine.register_fn("measure", |text: steel::rvals::SteelString| engine::measure(&text));
        engine.register_fn("surcharge", rules::surcharge);
        engine.register_fn("order-amount", |o: &SteelOrder| o.0.amount);
        engine.register_fn("order-quantity", |o: &SteelOrder| o.0.quantity);
        engine.register_fn("order-country", |o: &SteelOrder| o.0.country);
        engine.register_fn("order-weight", |o: &SteelOrder| o.0.weight);
        engine.register_fn("customer-tier", |c: &SteelCustomer| c.0.tier);
        engine.register_fn("customer-age", |c: &SteelCustomer| c.0.age);
        engine.register_fn("customer-spent", |c: &SteelCustomer| c.0.spent);
        engine.register_fn("customer-visits", |c: &SteelCustomer| c.0.visits);
        engine.register_external_value("text", TEXT.to_owned())?;
        let order = SteelOrder(Order { amount: 3, quantity: 1, country: 1, weight: 1 });
        engine.register_external_value("order", order)?;
        engine.run(LOOPS)?;
        engine.run(rules::scheme())?;
        let customers = rules::customers().into_iter();
        let customers = customers
            .map(|customer| SteelCustomer(customer).into_steelval())
            .collect::<Result<_, _>>()?;
        let mut engines: Vec<Ours> = (1..threads).map(|_| engine.clone()).collect();
        engines.push(engine);
        Ok(Steel { engines: Mutex::new(engines), customers })
    }
    /// Works with an engine that nobody else has meanwhile.
    fn with<R>(&self, work: impl FnOnce(&mut Ours) -> R) -> R {
        let taken = self.engines.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut engine = taken.expect("there is an engine for each thread");
        let result = work(&mut engine);
        self.engines.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
        result
    }
}

impl Engine for Steel {
    fn name(&self) -> &'static str {
        "steel"
    }
    fn sharing(&self) -> &'static str {
        "nothing that changes: a clone of the engine each"
    }
    fn script_loop(&self, task: Task, turns: i64) -> i64 {
        self.with(|engine| {
            let arguments = vec![SteelVal::IntV(turns as isize)];
            let value = engine.call_function_by_name_with_args(task.name(), arguments);
            i64::from_steelval(&value.expect("the loop ends")).expect("it returns an integer")
        })
    }
    fn call_script(&self, turns: i64) -> i64 {
        self.with(|engine| {
            let increment = engine.extract_value("increment").expect("the script defines it");
            (0..turns).fold(0, |n, _| {
                let arguments = vec![SteelVal::IntV(n as isize)];
                let value = engine.call_function_with_args(increment.clone(), arguments);
                i64::from_steelval(&value.expect("it adds one")).expect("an integer")
            })
        })
    }
    fn judge(&self, events: Range<u64>) -> u64 {
        self.with(|engine| {
            let judge = engine.extract_value("judge").expect("the script defines it");
            let mut sum = 0_u64;
            for number in events {
                let (order, customer) = rules::event(number);
                let order = SteelOrder(order).into_steelval().expect("it is a custom value");
                let arguments = vec![order, self.customers[customer].clone()];
                let answer = engine.call_function_with_args(judge.clone(), arguments);
                let answer = Vec::<i64>::from_steelval(&answer.expect("the rules are legal"));
                sum = sum.wrapping_add(rules::digest(number, &answer.expect("a list of integers")));
            }
            sum
        })
    }
}
