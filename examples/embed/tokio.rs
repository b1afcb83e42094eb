//! Futures both ways: tokio awaits Scheme procedures, and Scheme procedures wait for futures.
//!
//!     cargo run -p lisle-examples --example embed-tokio

#![allow(clippy::print_stdout, reason = "a program")]

use lisle::{Async, Procedure, Root, Vm};
use std::time::Duration;

const PROGRAM: &str = r#"
(define (handle name)
  (string-append (fetch name) ", " (fetch "again")))
handle
"#;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let vm = Vm::new()?;
    let runtime = tokio::runtime::Handle::current();
    vm.define("fetch", move |name: String| {
        // Spawned where its timers are; the guest thread is parked until it has ended.
        let task = runtime.spawn(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            format!("<{name}>")
        });
        Async(task)
    })?;
    let handle: Root<Procedure> = vm.eval(PROGRAM)?;
    let calls: Vec<_> = ["a", "b", "c"]
        .map(|name| tokio::spawn(handle.call_async::<String>((name.to_owned(),))))
        .into();
    for call in calls {
        println!("{}", call.await??);
    }
    Ok(())
}
