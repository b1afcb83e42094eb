//! Long computations on numbers, made by a thread of their own. The one that wants the result waits
//! meanwhile, in native state: others can stop the world, and it can be interrupted.
//!
//! A primitive asks [`compute`] for a result. Is there none yet, a thread begins to compute it from
//! copies of the operands, and the primitive raises what stands for "run me again". The machine waits
//! until the result is there, answers for interrupts, and runs the instruction or primitive again
//! from its beginning, which then finds the result. So a primitive computes before it does anything
//! that may not be done twice. What was begun for an instruction that an interrupt ended is
//! dropped when it is finished.

use crate::cx::{Cx, Raised};
use crate::num::Number;
use lisle_frames::Place;
use lisle_threads::Mutator;
use std::any::Any;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// So many limbs of operands, together, make most operations take milliseconds.
const LONG_LIMBS: usize = 8192;
/// How long a wait lasts before it looks for interrupts.
const GLANCE: Duration = Duration::from_millis(20);

/// What names a computation: its name, and all that its result depends on.
#[derive(PartialEq, Debug)]
pub enum Key {
    /// An operation on exact numbers.
    Numbers(String, Vec<Number>),
    /// A number read from a text, in a radix.
    Text(String, u32),
}

type Product = Box<dyn Any + Send>;

/// What a thread keeps for the instruction that it waits in.
#[derive(Default)]
struct Aside {
    /// The instruction or primitive that the products are of: place in the code, and frame.
    of: Option<(Place, usize)>,
    done: Vec<(Key, Product)>,
    running: Option<(Key, Receiver<Product>)>,
    /// No thread could be had, or it failed: the next computation is made on the spot.
    on_the_spot: bool,
}

/// Are these exact numbers of which `name` may take long?
pub fn is_long(name: &str, operands: &[&Number]) -> bool {
    let integers = || operands.iter().all(|n| n.is_exact_integer());
    operands.iter().all(|n| n.is_exact())
        && operands.iter().map(|n| n.limbs()).sum::<usize>() >= LONG_LIMBS
        && !(matches!(name, "+" | "-") && integers())
}

/// Would the power of an exact number be that large?
pub fn is_long_power(base: &Number, exponent: &Number) -> bool {
    let Number::Fixnum(times) = exponent else { return false };
    let bits = match base {
        Number::Fixnum(n) => u64::from(64 - n.unsigned_abs().leading_zeros()),
        _ => 64 * base.limbs() as u64,
    };
    base.is_exact() && bits.saturating_mul(times.unsigned_abs()) / 64 >= LONG_LIMBS as u64
}

/// Does the text of a number have so many digits?
pub fn is_long_text(text: &str) -> bool {
    text.len() >= LONG_LIMBS * 16
}

/// The result of `work`; made aside where the primitive can be run again.
///
/// # Errors
/// "Run me again", which the machine answers.
pub fn compute<T: Clone + Send + 'static>(
    cx: &mut Cx<'_>,
    key: impl FnOnce() -> Key,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Raised> {
    if !cx.may_run_again() {
        return Ok(work());
    }
    let key = key();
    let aside = aside_of(cx.mutator);
    let product = aside.done.iter().find(|(done, _)| *done == key);
    if let Some(result) = product.and_then(|(_, product)| product.downcast_ref::<T>()) {
        return Ok(result.clone());
    }
    if std::mem::take(&mut aside.on_the_spot) {
        return Ok(work());
    }
    if aside.running.as_ref().is_none_or(|(running, _)| *running != key) {
        aside.begin(key, work);
    }
    Err(cx.retry())
}

fn aside_of(mutator: &mut Mutator) -> &mut Aside {
    let attached = mutator.aside.get_or_insert_with(|| Box::new(Aside::default()));
    attached.downcast_mut().expect("only this module attaches something")
}

impl Aside {
    fn begin<T: Send + 'static>(&mut self, key: Key, work: impl FnOnce() -> T + Send + 'static) {
        let (sender, receiver) = sync_channel(1);
        let body = move || {
            let product: Product = Box::new(work());
            // Nobody waits any more if the program was interrupted.
            let _ = sender.send(product);
        };
        let spawned = thread::Builder::new().name("lisle-number".to_owned()).spawn(body);
        self.running = spawned.is_ok().then_some((key, receiver));
        self.on_the_spot = self.running.is_none();
    }
}

/// Waits for what was begun for the instruction or primitive at `place` in `frame`, until it is there
/// or `is_called` says that the machine should look at its interrupts. The frame is published, and
/// values in Rust variables are stale afterwards.
pub(crate) fn wait(
    mutator: &mut Mutator,
    place: Place,
    frame: *mut u64,
    is_called: impl Fn() -> bool,
) {
    let Some((key, receiver)) = aside_of(mutator).running.take() else { return };
    loop {
        let outcome = mutator.native(|| receiver.recv_timeout(GLANCE));
        let aside = aside_of(mutator);
        match outcome {
            Ok(product) => {
                let of = Some((place, frame.addr()));
                if aside.of != of {
                    aside.done.clear();
                    aside.of = of;
                }
                aside.done.push((key, product));
                return;
            }
            Err(RecvTimeoutError::Timeout) if is_called() => {
                aside.running = Some((key, receiver));
                return;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                aside.on_the_spot = true;
                return;
            }
        }
    }
}
