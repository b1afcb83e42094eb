//! What the verifier of a stopped world sees. (That nobody runs in one, TH-1, is a matter of the
//! protocol, which the models check; a test cannot have it otherwise.)

use super::start;
use crate::{Mutator, WaitId};

fn broken(m: &mut Mutator) -> Option<&'static str> {
    m.verify().err().map(|violation| violation.invariant)
}

#[test]
fn a_lock_that_is_held_in_a_stop_is_th_2() {
    let (world, mut m) = start();
    assert_eq!(broken(&mut m), None);
    let directory = world.directory.lock();
    assert_eq!(broken(&mut m), Some("TH-2"));
    drop(directory);
    assert_eq!(broken(&mut m), None);
}

#[test]
fn a_shard_that_is_locked_over_a_safepoint_is_th_4() {
    let (world, mut m) = start();
    let shard = world.queues.lock(WaitId(7));
    assert_eq!(broken(&mut m), Some("TH-4"));
    drop(shard);
    assert_eq!(broken(&mut m), None);
}

#[test]
fn a_running_thread_that_counts_as_waiting_is_th_6() {
    let (world, mut m) = start();
    world.census.waits();
    assert_eq!(broken(&mut m), Some("TH-6"));
    world.census.waits_no_more();
    assert_eq!(broken(&mut m), None);
}
