//! The clock of a machine's limited evaluations: one thread, begun when it is first needed, which
//! sends those whose time is over to look. It ends with the machine.

use super::Sandbox;
use crate::vm::VmShared;
use lisle_threads::{Interrupt, World};
use parking_lot::{Condvar, Mutex};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Instant;

/// The thread and what it waits for.
#[derive(Default)]
pub struct Timer {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    earlier_alarm: Condvar,
}

#[derive(Default)]
struct State {
    /// By time and a number that tells those of the same time apart.
    alarms: BTreeMap<(Instant, u64), Weak<Sandbox>>,
    next_number: u64,
    running: bool,
    closed: bool,
}

impl State {
    fn add(&mut self, at: Instant, sandbox: Weak<Sandbox>) {
        let number = self.next_number;
        self.next_number += 1;
        self.alarms.insert((at, number), sandbox);
    }
}

impl Timer {
    /// Sends those inside to look at this time.
    ///
    /// If the system refuses the thread, limits of time are noticed at other polls only.
    pub(crate) fn schedule(&self, vm: &VmShared, at: Instant, sandbox: &Arc<Sandbox>) {
        let mut state = self.shared.state.lock();
        state.add(at, Arc::downgrade(sandbox));
        if !state.running {
            let (shared, world) = (self.shared.clone(), vm.world.clone());
            let builder = std::thread::Builder::new().name("lisle-timer".to_owned());
            state.running = builder.spawn(move || run(&shared, &world)).is_ok();
        }
        self.shared.earlier_alarm.notify_one();
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.shared.state.lock().closed = true;
        self.shared.earlier_alarm.notify_one();
    }
}

fn run(shared: &Shared, world: &World) {
    let mut state = shared.state.lock();
    while !state.closed {
        let Some((&(at, number), _)) = state.alarms.first_key_value() else {
            shared.earlier_alarm.wait(&mut state);
            continue;
        };
        if Instant::now() < at {
            shared.earlier_alarm.wait_until(&mut state, at);
            continue;
        }
        let rung = state.alarms.remove(&(at, number));
        let Some(sandbox) = rung.and_then(|sandbox| sandbox.upgrade()) else { continue };
        drop(state);
        let members = sandbox.members.lock().clone();
        for id in members {
            world.interrupt(id, Interrupt::Context);
        }
        state = shared.state.lock();
    }
}
