//! Finds the `lisle` program to measure: the release build in the target directory of the running
//! executable, brought up to date first.

use std::path::PathBuf;
use std::process::Command;

/// The folder of this crate, where the benchmark programs are.
pub fn benches_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The target directory that the running executable was built into.
pub fn target_folder() -> Result<PathBuf, String> {
    let executable = std::env::current_exe().map_err(|error| error.to_string())?;
    executable
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists())
        .map(PathBuf::from)
        .ok_or_else(|| format!("{} is in no target directory", executable.display()))
}

/// Builds `lisle` in release mode and answers where it is.
pub fn build_lisle() -> Result<PathBuf, String> {
    build(&[])
}

/// The same with the library `(lisle probe)`.
pub fn build_lisle_with_probe() -> Result<PathBuf, String> {
    build(&["--features", "probe"])
}

fn build(features: &[&str]) -> Result<PathBuf, String> {
    let target = target_folder()?;
    let status = Command::new(option_env!("CARGO").unwrap_or("cargo"))
        .args(["build", "--release", "--quiet", "--package", "lisle", "--bin", "lisle"])
        .args(features)
        .arg("--target-dir")
        .arg(&target)
        .current_dir(benches_folder())
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !status.success() {
        return Err(format!("cargo could not build lisle ({status})"));
    }
    Ok(target.join("release").join(format!("lisle{}", std::env::consts::EXE_SUFFIX)))
}
