//! What tests of the whole program share: where the `lisle` program is, where the repository is,
//! a way to run the one in the other, and the stress modes.
//!
//! The environment variable `LISLE_TEST_FLAGS` holds flags for every run of `lisle` by any test. So
//! the same suite runs in all modes; tests that would take too long in them do less
//! (`run_sized` of `child.rs`, `divide` of `language.rs`).

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The root of the repository.
pub fn root() -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the package of tests is a folder of the repository").to_path_buf()
}

/// The `lisle` program with `(lisle probe)`, built once for this run of the tests in the profile that they were built
/// in, so that it is never older than the sources.
pub fn lisle() -> PathBuf {
    static LISLE: OnceLock<PathBuf> = OnceLock::new();
    LISLE.get_or_init(build_lisle).clone()
}

/// The test executable is TARGET/PROFILE/deps/it-HASH, so the program is TARGET/PROFILE/lisle.
fn build_lisle() -> PathBuf {
    let executable = std::env::current_exe().expect("the test executable has a path");
    let profile = executable
        .parent()
        .and_then(|deps| deps.parent())
        .expect("the test executable is in the folder deps of its profile");
    let target = profile.parent().expect("the profile is in the target directory");
    let mut command = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    command
        .args([
            "build",
            "--quiet",
            "--package",
            "lisle",
            "--bin",
            "lisle",
            "--features",
            "probe",
            "--target-dir",
        ])
        .arg(target)
        .current_dir(root());
    let name = profile.file_name().and_then(|name| name.to_str()).expect("a profile's folder");
    // The folder of the profile `dev` has another name.
    command.args(["--profile", if name == "debug" { "dev" } else { name }]);
    let status = command.status().expect("cargo can be started");
    assert!(status.success(), "cargo could not build lisle");
    profile.join(format!("lisle{}", std::env::consts::EXE_SUFFIX))
}

/// The flags that every run gets.
pub fn stress_flags() -> Vec<String> {
    let flags = std::env::var("LISLE_TEST_FLAGS").unwrap_or_default();
    flags.split_whitespace().map(str::to_owned).collect()
}

/// `lisle` with the flags that every run gets.
pub fn command() -> Command {
    let mut command = Command::new(lisle());
    command.args(stress_flags());
    command
}

/// Do the runs have flags that make them slower?
pub fn is_stressed() -> bool {
    !stress_flags().is_empty()
}

/// Runs `lisle` in the root of the repository with nothing to read, whatever becomes of it.
pub fn run_lisle(arguments: &[&str]) -> Output {
    command()
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .expect("lisle can be started")
}

/// What a run printed that had to succeed.
pub fn text_of(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}, and it wrote: {errors}", output.status);
    String::from_utf8(output.stdout.clone()).expect("the program prints UTF-8")
}

/// What `lisle` prints in a run that has to succeed.
pub fn printed_by(arguments: &[&str]) -> String {
    text_of(&run_lisle(arguments))
}
