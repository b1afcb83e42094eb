//! What a resident takes, sampled over time, and whether it stays the same.
//!
//! A heap swings between two full collections by more than a slow leak adds in an hour. So what is
//! compared is the least memory of each quarter of the time: what was alive. The first quarter, in
//! which programs are compiled and the heap finds its size, is not counted.
//!
//! Leaks into the heap that are slower still show in what is alive after full collections, one a turn.

/// Memory may become this much more, in hundredths,
const GROWTH_HUNDREDTHS: u64 = 110;
/// and this many KiB.
const GROWTH_KIB: u64 = 4 * 1024;
/// With fewer samples nothing is said about growth.
const SAMPLES_LEAST: usize = 200;
/// What is alive may become so many bytes more: threads that a program leaves sleeping take some.
const ALIVE_GROWTH: u64 = 256 * 1024;
/// With fewer counts of what is alive nothing is said about it.
const COUNTS_LEAST: usize = 4;

/// Samples in the order in which they were taken.
#[derive(Debug, Default)]
pub struct Samples {
    resident_kib: Vec<u64>,
    threads: Vec<u64>,
    alive: Vec<u64>,
}

impl Samples {
    /// Adds what `/proc/PROCESS/status` says now.
    ///
    /// # Errors
    /// When it says nothing: the process has ended.
    pub fn take(&mut self, process: u32) -> Result<(), String> {
        let file = format!("/proc/{process}/status");
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let number = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|rest| rest.split_whitespace().next()).and_then(|word| word.parse().ok())
        };
        self.resident_kib.push(number("VmRSS:").ok_or("no VmRSS")?);
        self.threads.push(number("Threads:").ok_or("no Threads")?);
        Ok(())
    }

    /// Adds how many bytes are alive.
    pub fn take_alive(&mut self, bytes: u64) {
        self.alive.push(bytes);
    }

    /// The least bytes that were alive, in KiB, in each half of the time.
    pub fn alive_kib(&self) -> [u64; 2] {
        self.alive_halves().map(|bytes| bytes / 1024)
    }

    fn alive_halves(&self) -> [u64; 2] {
        let (early, late) = self.alive.split_at(self.alive.len() / 2);
        [early, late].map(least)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.resident_kib.len()
    }

    /// The least memory that was resident, in KiB, in each quarter of the time.
    pub fn quarters(&self) -> [u64; 4] {
        quarters(&self.resident_kib, least)
    }

    /// The most memory that was resident, in KiB.
    pub fn most(&self) -> u64 {
        self.resident_kib.iter().copied().max().unwrap_or(0)
    }

    /// The threads of the last sample.
    pub fn last_threads(&self) -> u64 {
        self.threads.last().copied().unwrap_or(0)
    }

    /// Were memory and threads the same at the end as in the second quarter of the time, and what was
    /// alive as in the first half?
    ///
    /// # Errors
    /// If not, by how much.
    pub fn are_flat(&self) -> Result<(), String> {
        let [early, late] = self.alive_halves();
        if self.alive.len() >= COUNTS_LEAST && late > early + ALIVE_GROWTH {
            return Err(format!("what is alive in it grew from {early} to {late} bytes"));
        }
        if self.count() < SAMPLES_LEAST {
            return Ok(());
        }
        let [_, early, _, late] = self.quarters();
        if late > early * GROWTH_HUNDREDTHS / 100 + GROWTH_KIB {
            return Err(format!("its memory grew from {early} to {late} KiB"));
        }
        let [_, early, _, late] = quarters(&self.threads, median);
        if late > early + 2 {
            return Err(format!("its threads became {late} from {early}"));
        }
        Ok(())
    }
}

fn quarters(samples: &[u64], of: fn(&[u64]) -> u64) -> [u64; 4] {
    std::array::from_fn(|quarter| {
        let bound = |n: usize| n * samples.len() / 4;
        of(&samples[bound(quarter)..bound(quarter + 1)])
    })
}

fn least(samples: &[u64]) -> u64 {
    samples.iter().copied().min().unwrap_or(0)
}

fn median(samples: &[u64]) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(kib: impl Fn(u64) -> u64) -> Samples {
        Samples {
            resident_kib: (0..400).map(kib).collect(),
            threads: vec![3; 400],
            alive: Vec::new(),
        }
    }

    #[test]
    fn peaks_are_not_growth() {
        assert_eq!(samples(|n| if n % 3 == 0 { 900_000 } else { 30_000 }).are_flat(), Ok(()));
        assert_eq!(samples(|n| 30_000 + n * 100 * (n % 9)).are_flat(), Ok(()));
    }

    #[test]
    fn a_start_from_nothing_is_not_growth() {
        assert_eq!(samples(|n| (8_000 + 1_000 * n).min(80_000)).are_flat(), Ok(()));
    }

    #[test]
    fn growth_is_told() {
        let growing = samples(|n| 30_000 + 100 * n);
        assert_eq!(growing.quarters(), [30_000, 40_000, 50_000, 60_000]);
        assert!(growing.are_flat().is_err());
        assert!(samples(|n| 30_000 + 100 * n + 1_000 * (n % 40)).are_flat().is_err());
    }

    #[test]
    fn a_slow_leak_shows_in_what_is_alive() {
        let alive = |bytes: fn(u64) -> u64| Samples {
            alive: (0..20).map(bytes).collect(),
            ..Samples::default()
        };
        assert!(alive(|n| 3_000_000 + 38_000 * (n % 3)).are_flat().is_ok());
        assert!(alive(|n| 3_000_000 + 30_000 * n).are_flat().is_err());
    }
}
