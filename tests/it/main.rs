//! The tests of Lisle that cross its crates, in one program; a module a subject.

mod child;
mod differential;
mod examples;
mod injection;
mod language;
mod memory;
mod messages;
mod mutated;
mod races;
mod random;
mod robustness;
mod sharing;
mod srfis;
mod support;
mod terminal;
mod threads;
mod tidy;
mod trace;
