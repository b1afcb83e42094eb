//! Random schedules, for a stress mode: threads give way and are late at the places where they meet,
//! so that orders of events come up that are rare otherwise. A seed makes the choices; what becomes
//! of them is up to the operating system, so a seed does not repeat a run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest that a thread is made late: longer than a stop of the world takes.
const LATEST_MICROSECONDS: u64 = 60;

/// Makes threads yield and dally, or does nothing.
#[derive(Debug)]
pub struct Schedule {
    /// The state of the generator; 0 when schedules are left alone.
    state: AtomicU64,
}

impl Schedule {
    /// Random schedules from this seed, or none.
    pub fn new(seed: Option<u64>) -> Schedule {
        Schedule { state: AtomicU64::new(seed.map_or(0, |seed| mixed(seed) | 1)) }
    }

    /// At a place where threads meet: perhaps gives way to others, perhaps is late.
    #[inline]
    pub fn perturb(&self) {
        if self.is_random() {
            self.perturb_cold();
        }
    }

    /// Are schedules random? Then a safepoint is followed by another one soon.
    #[inline]
    pub fn is_random(&self) -> bool {
        // Relaxed: the numbers guard nothing.
        self.state.load(Ordering::Relaxed) != 0
    }

    #[cold]
    fn perturb_cold(&self) {
        // Threads that draw at the same time may draw the same number, which does no harm.
        let drawn = mixed(self.state.load(Ordering::Relaxed).wrapping_add(1)) | 1;
        self.state.store(drawn, Ordering::Relaxed);
        match drawn >> 32 & 63 {
            0..8 => std::thread::yield_now(),
            8 => std::thread::sleep(Duration::from_micros(drawn >> 40 & LATEST_MICROSECONDS)),
            9..16 => (0..drawn >> 40 & 255).for_each(|_| std::hint::spin_loop()),
            _ => {}
        }
    }
}

/// The next number of a generator whose state is a counter (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014).
fn mixed(n: u64) -> u64 {
    let n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn without_a_seed_nothing_is_random() {
        assert!(!Schedule::new(None).is_random());
        let random = Schedule::new(Some(0));
        assert!(random.is_random());
        for _ in 0..1000 {
            random.perturb();
            assert!(random.is_random());
        }
    }
}
