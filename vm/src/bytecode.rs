//! Bytecode: the instruction set and everything derived from its table.

pub mod code;
pub mod decode;
pub mod disasm;
pub mod encode;
pub mod intrinsic;
pub mod isa;
pub mod liveness;
pub mod template;
pub mod verify;

#[cfg(test)]
mod tests;
