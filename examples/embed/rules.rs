//! A rules engine: orders are judged by rules written in Scheme, by eight threads on one machine.
//!
//!     cargo run --release -p lisle-examples --example embed-rules

#![allow(clippy::print_stdout, reason = "a program")]

use lisle::{Error, FromScheme, IntoScheme, Procedure, Root, Vm};
use std::thread;
use std::time::Instant;

#[derive(IntoScheme, Clone)]
struct Order {
    id: u64,
    customer: &'static str,
    total: f64,
    items: Vec<u32>,
}

#[derive(FromScheme, Debug, PartialEq)]
enum Verdict {
    Accept,
    Discount(f64),
    Review(String),
}

const RULES: &str = r#"
(define (field order name) (cdr (assq name order)))

;; Each rule answers #f or a verdict; the first verdict counts.
(define rules
  (list
   (lambda (order)
     (and (> (length (field order 'items)) 8)
          (list 'review "many items")))
   (lambda (order)
     (and (string=? (field order 'customer) "gold")
          (> (field order 'total) 100.)
          (list 'discount (/ (floor (field order 'total)) 20.))))
   (lambda (order)
     (and (> (field order 'total) 900.)
          (list 'review "large")))))

(define (judge order)
  (let loop ((rules rules))
    (if (null? rules)
        'accept
        (or ((car rules) order) (loop (cdr rules))))))
judge
"#;

fn order(id: u64) -> Order {
    let customer = if id.is_multiple_of(3) { "gold" } else { "plain" };
    let items = (0..(id % 10) as u32).collect();
    Order { id, customer, total: (id * 37 % 1000) as f64 + 0.5, items }
}

fn main() -> Result<(), Error> {
    let each = 5_000;
    let vm = Vm::builder().heap_limit(256 << 20).build()?;
    let judge: Root<Procedure> = vm.eval_named("rules.scm", RULES)?;
    println!("order 30: {:?}", judge.call::<Verdict>((order(30),))?);
    println!("order 49: {:?}", judge.call::<Verdict>((order(49),))?);
    let start = Instant::now();
    let reviews: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..8u64)
            .map(|k| {
                let (vm, judge) = (&vm, &judge);
                scope.spawn(move || -> Result<usize, Error> {
                    let _attached = vm.attach()?;
                    let mut reviews = 0;
                    for id in k * each..(k + 1) * each {
                        if let Verdict::Review(_) = judge.call((order(id),))? {
                            reviews += 1;
                        }
                    }
                    Ok(reviews)
                })
            })
            .collect();
        let ended = threads.into_iter().map(|thread| thread.join().expect("no thread panics"));
        ended.sum::<Result<usize, Error>>()
    })?;
    println!("{} orders, {reviews} to review", 8 * each);
    eprintln!("in {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}
