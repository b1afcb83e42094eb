//! Short versions of what `main.rs` runs for long.

#![forbid(unsafe_code)]

use lisle_embedding_tests::{fuzz, hostile, throughput};
use std::time::Duration;

#[test]
fn random_sequences_of_calls() {
    let time = Duration::from_secs(8);
    let options = fuzz::Options { time, seed: 1, episodes: Some(12), steps: 40, is_loud: false };
    if let Err(message) = fuzz::run(options) {
        panic!("{message}");
    }
}

#[test]
fn many_threads_call_one_machine() {
    for is_stressed in [false, true] {
        let time = Duration::from_millis(900);
        let options = throughput::Options { time, rounds: 1, each_call: is_stressed, is_stressed };
        let all = throughput::measure(options).expect("every call works");
        assert!(all.iter().all(|measured| measured.calls > 0));
    }
}

#[test]
fn hostile_scripts_are_stopped() {
    let run = hostile::run(|ended| assert!(ended.is_right, "{ended:?}"));
    run.expect("a machine can be made");
}
