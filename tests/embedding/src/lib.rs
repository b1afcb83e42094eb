//! What the embedding interface is held to, as far as it takes longer than a test may: how calls of
//! several threads scale, random sequences of calls, hostile scripts. The tests run short versions of
//! all, `main.rs` long ones. Knows nothing of Lisle but what any host can use.

#![forbid(unsafe_code)]

pub mod fuzz;
pub mod hostile;
pub mod process;
pub mod random;
pub mod throughput;
