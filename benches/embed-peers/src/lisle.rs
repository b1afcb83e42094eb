//! Lisle: all threads of the host work in one machine.

use crate::engine::{self, Engine, TEXT, Task};
use crate::rules::{self, Customer, Order};
use lisle::{Error, HostType, Procedure, Root, Vm};
use std::ops::Range;

#[derive(HostType)]
#[lisle(rename = "order")]
struct HostOrder(Order);

#[derive(HostType)]
#[lisle(rename = "customer")]
struct HostCustomer(Customer);

const LOOPS: &str = r#"
(define (loop_nothing n) (do ((i 0 (+ i 1)) (x 0 (+ x 1))) ((= i n) x)))
(define (loop_integer n) (do ((i 0 (+ i 1)) (x 0 (bump x))) ((= i n) x)))
(define (loop_float n) (do ((i 0 (+ i 1)) (x 1.0 (scale x 1.0))) ((= i n) (exact x))))
(define (loop_text n) (do ((i 0 (+ i 1)) (x 0 (+ x (measure text)))) ((= i n) x)))
(define (loop_field n) (do ((i 0 (+ i 1)) (x 0 (+ x (order-amount order)))) ((= i n) x)))
(define (increment n) (+ n 1))
"#;

/// The machine, and what of its program the host calls.
pub struct Lisle {
    vm: Vm,
    judge: Root<Procedure>,
    increment: Root<Procedure>,
    customers: Vec<Root>,
}

impl Lisle {
    pub fn new() -> Result<Lisle, Error> {
        let vm = Vm::new()?;
        vm.define("bump", engine::bump)?;
        vm.define("scale", engine::scale)?;
        vm.define("measure", engine::measure)?;
        vm.define("surcharge", rules::surcharge)?;
        vm.define("order-amount", |o: &HostOrder| o.0.amount)?;
        vm.define("order-quantity", |o: &HostOrder| o.0.quantity)?;
        vm.define("order-country", |o: &HostOrder| o.0.country)?;
        vm.define("order-weight", |o: &HostOrder| o.0.weight)?;
        vm.define("customer-tier", |c: &HostCustomer| c.0.tier)?;
        vm.define("customer-age", |c: &HostCustomer| c.0.age)?;
        vm.define("customer-spent", |c: &HostCustomer| c.0.spent)?;
        vm.define("customer-visits", |c: &HostCustomer| c.0.visits)?;
        vm.set("text", TEXT)?;
        vm.set("order", HostOrder(Order { amount: 3, quantity: 1, country: 1, weight: 1 }))?;
        vm.eval::<()>(LOOPS)?;
        vm.eval::<()>(&rules::scheme())?;
        let customers = rules::customers()
            .into_iter()
            .map(|customer| vm.window(|w| w.root(w.make(HostCustomer(customer))?)));
        let customers = customers.collect::<Result<_, _>>()?;
        let (judge, increment) = (vm.get("judge")?, vm.get("increment")?);
        Ok(Lisle { vm, judge, increment, customers })
    }
    /// The same calls without a context: each attaches the thread by itself.
    pub fn call_script_unattached(&self, turns: i64) -> i64 {
        (0..turns).fold(0, |n, _| self.increment.call((n,)).expect("it adds one"))
    }
}

impl Engine for Lisle {
    fn name(&self) -> &'static str {
        "lisle"
    }
    fn sharing(&self) -> &'static str {
        "one machine, its heap and globals"
    }
    fn script_loop(&self, task: Task, turns: i64) -> i64 {
        let procedure: Root<Procedure> = self.vm.get(task.name()).expect("the script defines it");
        procedure.call((turns,)).expect("the loop ends")
    }
    fn call_script(&self, turns: i64) -> i64 {
        let called = self
            .vm
            .enter(|cx| (0..turns).try_fold(0, |n, _| cx.call::<i64>(&self.increment, (n,))));
        called.expect("it adds one")
    }
    fn judge(&self, events: Range<u64>) -> u64 {
        let judged = self.vm.enter(|cx| {
            let mut sum = 0_u64;
            for number in events {
                let (order, customer) = rules::event(number);
                let arguments = (HostOrder(order), &self.customers[customer]);
                let answer: Vec<i64> = cx.call(&self.judge, arguments)?;
                sum = sum.wrapping_add(rules::digest(number, &answer));
            }
            Ok(sum)
        });
        judged.expect("the rules are legal")
    }
}
