//! Every program of `programs/` at a twentieth of its default work, as processes of their own.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use bench_programs::lisle_program;
use bench_programs::programs::{self, Program};
use divan::Bencher;

/// How much of its default work each program does.
const SCALE: f64 = 0.05;

fn main() {
    divan::main();
}

/// The program to measure, built once.
fn lisle() -> &'static PathBuf {
    static LISLE: OnceLock<PathBuf> = OnceLock::new();
    LISLE.get_or_init(|| lisle_program::build_lisle().expect("lisle can be built"))
}

fn all() -> &'static [Program] {
    static ALL: OnceLock<Vec<Program>> = OnceLock::new();
    ALL.get_or_init(|| {
        programs::all(&lisle_program::benches_folder()).expect("the programs can be read")
    })
}

fn names() -> impl Iterator<Item = &'static str> {
    all().iter().map(|program| program.name.as_str())
}

#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn program(bencher: Bencher<'_, '_>, name: &str) {
    let lisle = lisle();
    let program = all().iter().find(|program| program.name == name).expect("it is in the list");
    let size = program.scaled_size(SCALE).to_string();
    bencher.bench_local(|| {
        let status = Command::new(lisle)
            .arg(&program.path)
            .arg(&size)
            .stdout(Stdio::null())
            .status()
            .expect("lisle can be started");
        assert!(status.success(), "{name} failed");
    });
}
