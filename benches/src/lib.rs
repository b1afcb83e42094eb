//! What the side-by-side runner and the `programs` benchmark share: the benchmark programs and
//! the build of Lisle that runs them.

pub mod lisle_program;
pub mod programs;
