//! The state word.

use crate::state::{Mode, StateWord};

fn running() -> StateWord {
    let word = StateWord::new();
    word.try_run().expect("no stop is requested");
    word
}

#[test]
fn a_stop_request_survives_every_change_of_the_owner() {
    let word = running();
    word.request_stop();
    assert!(word.enter_native().stop_requested());
    let refused = word.try_run().expect_err("a stop is requested");
    assert_eq!(refused.mode(), Mode::Native);
    word.await_resume();
    assert_eq!(word.load().mode(), Mode::Stopped);
    assert!(word.load().stop_requested());
    word.withdraw_stop();
    word.try_run().expect("the stop is over");
    assert_eq!(word.load().mode(), Mode::Running);
}

#[test]
fn a_granted_thread_runs_though_it_sleeps() {
    let word = running();
    word.request_stop();
    word.stop();
    word.grant();
    assert_eq!(word.load().mode(), Mode::Running);
    assert!(!word.load().stop_requested());
    let refused = word.try_run().expect_err("it runs already");
    assert_eq!(refused.mode(), Mode::Running);
}

#[test]
fn attention_is_taken_once() {
    let word = running();
    word.call_attention();
    assert!(word.take_attention().attention());
    assert!(!word.take_attention().attention());
}
