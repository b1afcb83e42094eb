//! The tests of Lisle that cross its crates, in one program; a module a subject.

mod language;
