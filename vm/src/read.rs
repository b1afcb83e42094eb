//! From text to data: the lexer, the reader and the data they produce.

pub mod datum;
pub mod lexer;
mod patience;
pub mod reader;
mod text;

pub use datum::{Datum, DatumKind};
pub use patience::Patience;
pub use reader::{ReadError, Reader, read_one};
