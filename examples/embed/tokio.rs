//! Futures both ways: tokio awaits Scheme procedures, and Scheme procedures wait for futures. A call
//! that takes too long is given up.
//!
//!     cargo run -p lisle-examples --example embed-tokio

#![allow(clippy::print_stdout, reason = "a program")]

use lisle::{Async, Procedure, Root, Vm};
use std::time::Duration;

const PROGRAM: &str = r#"
(define (handle name)
  (string-append (fetch name) ", " (fetch "again")))
(define (handle-for-ever name)
  (handle name)
  (handle-for-ever name))

(list handle handle-for-ever)
"#;

async fn fetch(name: String) -> String {
    tokio::time::sleep(Duration::from_millis(20)).await;
    format!("<{name}>")
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let vm = Vm::new()?;
    let runtime = tokio::runtime::Handle::current();
    vm.define("fetch", move |name: String| {
        // Spawned where its timers are; the guest thread is parked until it has ended.
        Async(runtime.spawn(fetch(name)))
    })?;
    let (handle, endless): (Root<Procedure>, Root<Procedure>) = vm.eval(PROGRAM)?;
    let calls: Vec<_> = ["a", "b", "c"]
        .map(|name| tokio::spawn(handle.call_async::<String>((name.to_owned(),))))
        .into();
    for call in calls {
        println!("{}", call.await??);
    }
    // The timeout drops the call, which interrupts its thread, whether that computes or waits.
    let call = endless.call_async::<()>(("d".to_owned(),));
    match tokio::time::timeout(Duration::from_millis(100), call).await {
        Ok(ended) => ended?,
        Err(_) => println!("given up"),
    }
    Ok(())
}
