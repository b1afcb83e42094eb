//! Tests of the compiler as a whole: golden code, and programs run by a toy machine against an
//! evaluator of the core language.

mod evaluator;
mod golden;
mod machine;
mod programs;
mod random;
pub mod support;
mod toy;
