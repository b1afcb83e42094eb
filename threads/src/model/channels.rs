//! Models of channels: what is sent is received once and in order, nobody waits for what has come,
//! and a wake-up that one thread has no use for goes to another one.

use super::mutator::{self, Mutator, World};
use super::sync::Arc;
use super::{channel, check_bounded, select};
use channel::{ReceiveOutcome, SendOutcome};
use lisle_gc::Value;
use select::{Case, Operation, SelectOutcome};

const FOREVER: super::time::Timeout = super::time::Timeout::Never;

/// A world with some channels of this capacity.
fn world<const N: usize>(capacity: usize) -> (Arc<World>, [Value; N]) {
    let world = World::new();
    let mut m = Mutator::new(&world);
    let channels = [(); N]
        .map(|()| channel::make(&mut m, Some(capacity), Value::FALSE).expect("there is room"));
    mutator::end(m);
    (world, channels)
}

/// Runs this as a mutator of its own.
fn as_mutator<R>(world: &Arc<World>, work: impl FnOnce(&mut Mutator) -> R) -> R {
    let mut m = Mutator::new(world);
    let result = work(&mut m);
    mutator::end(m);
    result
}

fn spawn<R: 'static>(
    world: &Arc<World>,
    work: impl FnOnce(&mut Mutator) -> R + 'static,
) -> loom::thread::JoinHandle<R> {
    let world = Arc::clone(world);
    loom::thread::spawn(move || as_mutator(&world, work))
}

fn send(m: &mut Mutator, channel: Value, n: i64) -> SendOutcome {
    channel::send(m, channel, Value::fixnum(n), FOREVER).expect("there is room")
}

fn receive(m: &mut Mutator, channel: Value) -> Option<i64> {
    match channel::receive(m, channel, FOREVER) {
        ReceiveOutcome::Received(value) => Some(value.assume_fixnum()),
        outcome => {
            assert_eq!(outcome, ReceiveOutcome::Closed);
            None
        }
    }
}

#[test]
fn what_is_sent_is_received_in_order() {
    check_bounded(3, || {
        let (world, [c]) = world(1);
        let receiver = spawn(&world, move |m| [receive(m, c), receive(m, c), receive(m, c)]);
        as_mutator(&world, |m| {
            assert_eq!([send(m, c, 1), send(m, c, 2)], [SendOutcome::Sent; 2]);
            channel::close(m, c);
            assert_eq!(send(m, c, 3), SendOutcome::Closed);
        });
        assert_eq!(receiver.join().expect("no model panics"), [Some(1), Some(2), None]);
    });
}

#[test]
fn closing_wakes_all_who_send_and_receive() {
    check_bounded(2, || {
        let (world, [full, empty]) = world(1);
        as_mutator(&world, |m| send(m, full, 1));
        let sender = spawn(&world, move |m| send(m, full, 2));
        let receiver = spawn(&world, move |m| receive(m, empty));
        as_mutator(&world, |m| {
            channel::close(m, full);
            channel::close(m, empty);
        });
        assert_eq!(sender.join().expect("no model panics"), SendOutcome::Closed);
        assert_eq!(receiver.join().expect("no model panics"), None);
    });
}

#[test]
fn of_two_receivers_each_gets_one_value() {
    check_bounded(2, || {
        let (world, [c]) = world(1);
        let receivers = [(); 2].map(|()| spawn(&world, move |m| receive(m, c)));
        as_mutator(&world, |m| [send(m, c, 1), send(m, c, 2)]);
        let got = receivers.map(|receiver| receiver.join().expect("no model panics"));
        assert!(got == [Some(1), Some(2)] || got == [Some(2), Some(1)], "{got:?}");
    });
}

/// Selects among receiving from some channels.
fn select_from(m: &mut Mutator, channels: &[Value]) -> Option<i64> {
    let case = |&channel: &Value| Case { channel, operation: Operation::Receive };
    let cases: Vec<Case> = channels.iter().map(case).collect();
    match select::select(m, &cases, FOREVER).expect("there is room") {
        SelectOutcome::Received(_, value) => Some(value.assume_fixnum()),
        _ => None,
    }
}

/// The selection enters the queue of the second channel first; a value that comes there may wake it
/// when it has just found one in the first channel.
#[test]
fn a_selection_passes_on_what_it_was_woken_for_and_did_not_take() {
    check_bounded(3, || {
        let (world, [one, two]) = world(1);
        let selector = spawn(&world, move |m| select_from(m, &[one, two]));
        let receiver = spawn(&world, move |m| receive(m, two));
        as_mutator(&world, |m| {
            assert_eq!([send(m, two, 20), send(m, one, 10)], [SendOutcome::Sent; 2]);
            let selected = selector.join().expect("no model panics");
            if selected == Some(20) {
                assert_eq!(send(m, two, 20), SendOutcome::Sent);
            } else {
                assert_eq!(selected, Some(10));
            }
        });
        assert_eq!(receiver.join().expect("no model panics"), Some(20));
    });
}

#[test]
fn two_selections_meet_over_two_channels() {
    check_bounded(2, || {
        let (world, [one, two]) = world(1);
        let receiver = spawn(&world, move |m| select_from(m, &[one, two]));
        let sent = as_mutator(&world, |m| {
            let case = |channel, n| Case { channel, operation: Operation::Send(Value::fixnum(n)) };
            let cases = [case(two, 2), case(one, 1)];
            select::select(m, &cases, FOREVER).expect("there is room")
        });
        let number = receiver.join().expect("no model panics");
        assert_eq!(number, Some(if sent == SelectOutcome::Sent(0) { 2 } else { 1 }));
    });
}
