//! Tests of the parts that `model.rs` compiles a second time, and of the whole, with real threads.

mod deadlock;
mod objects;
mod park;
mod select;
mod state;
mod threads;
mod verify;
mod wait;
mod world;

use crate::reason::Interrupt;
use crate::sync::Arc;
use crate::{Mutator, ThreadOutcome, World, WorldConfig, thread};
use lisle_frames::{FrameShape, Live, StackConfig};
use lisle_gc::{Heap, HeapConfig, Stress, Value};

/// These tests run no guest code, so there are no frames.
struct NoFrames;

impl FrameShape for NoFrames {
    fn live(&self, _: Value, _: usize) -> Live<'_> {
        Live::Nothing
    }
}

static NO_FRAMES: NoFrames = NoFrames;

fn config() -> WorldConfig {
    let stack = StackConfig { region_words: 8192, underflow_code: 0, shape: &NO_FRAMES };
    WorldConfig::new(stack)
}

/// A world with a small nursery, so that it collects often.
fn world() -> Arc<World> {
    world_with(Stress { poison: true, ..Stress::default() })
}

fn world_with(stress: Stress) -> Arc<World> {
    let small =
        HeapConfig { nursery_bytes: 256 * 1024, stress, verify: true, ..HeapConfig::default() };
    World::new(Heap::new(small).expect("there is memory"), config())
}

/// A world with the calling thread as its primordial mutator.
fn start() -> (Arc<World>, Box<Mutator>) {
    enter(world())
}

fn enter(world: Arc<World>) -> (Arc<World>, Box<Mutator>) {
    let mut m = world.attach("main").expect("there is memory");
    thread::make_current(&mut m, Value::FALSE, Value::FALSE).expect("there is memory");
    (world, m)
}

/// The poll that an interpreter does.
fn poll(m: &mut Mutator) -> Option<Interrupt> {
    if m.stack.limit().load() == 0 { m.safepoint() } else { None }
}

type Job = fn(&mut Mutator, Value) -> ThreadOutcome;

/// Spawned threads run the job whose number is the first element of their thunk, a pair, on the
/// second.
fn install(world: &Arc<World>, jobs: &'static [Job]) {
    world.set_thread_body(Arc::new(move |m| {
        let thunk = thread::thunk(thread::current(m));
        let number = lisle_gc::object::car(thunk).as_fixnum().expect("a job's number");
        jobs[usize::try_from(number).expect("a job's number")](m, lisle_gc::object::cdr(thunk))
    }));
}

/// Starts a thread on a job; the thread object.
fn spawn(m: &mut Mutator, job: i64, operand: Value) -> Value {
    let thunk = m.heap.pair(Value::fixnum(job), operand).expect("there is room");
    let thread = thread::make(m, thunk, Value::FALSE, Value::FALSE).expect("there is room");
    let held = m.hold(&[thread]);
    let started = crate::spawn::start(m, thread);
    assert!(matches!(started, crate::StartOutcome::Started), "{started:?}");
    let thread = m.held(&held, 0);
    m.release(held);
    thread
}

/// Makes garbage and comes to safepoints.
fn churn(m: &mut Mutator, pairs: usize) {
    for n in 0..pairs {
        m.heap.pair(Value::fixnum(n as i64), Value::NIL).expect("there is room");
        if n % 64 == 0 {
            poll(m);
        }
    }
}
