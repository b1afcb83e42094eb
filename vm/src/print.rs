//! The written form of values: `write`, `display` and their kin.
//!
//! Nothing here recurses natively: a list of any depth can be written. Parts of circular structure
//! are written as datum labels, found beforehand by [`labels`].

mod atom;
pub mod labels;
#[cfg(test)]
mod tests;

use crate::condition;
use crate::vm::VmShared;
use labels::{part, part_count};
use lisle_gc::object::{car, cdr, field, is_kind, size};
use lisle_gc::{Kind, Value};
use rustc_hash::FxHashMap;

/// It is asked whether to stop after so many pieces.
const PIECES_BETWEEN_STOPS: usize = 4096;

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// For people: `display`.
    Display,
    /// So that it can be read back, with labels for cycles: `write`.
    Write,
    /// With labels for everything shared: `write-shared`.
    Shared,
    /// Without labels; does not end on cycles: `write-simple`.
    Simple,
}

/// The written form of a value.
pub fn to_text(vm: &VmShared, v: Value, style: Style) -> String {
    let mut out = String::new();
    append(vm, v, style, &mut out);
    out
}

/// What `write` writes.
pub fn write_to_string(vm: &VmShared, v: Value) -> String {
    to_text(vm, v, Style::Write)
}

/// The written form of a value, every part that is there twice labelled (`write-shared`).
pub fn write_shared_to_string(vm: &VmShared, v: Value) -> String {
    to_text(vm, v, Style::Shared)
}

/// What `display` writes.
pub fn display_to_string(vm: &VmShared, v: Value) -> String {
    to_text(vm, v, Style::Display)
}

/// The written form of a value, unless `stop`, which is asked now and then with the bytes written so
/// far, says that it is not wanted any longer: what is shared many times over is written as often,
/// and grows beyond all bounds.
pub fn to_text_unless(
    vm: &VmShared,
    v: Value,
    style: Style,
    stop: &dyn Fn(usize) -> bool,
) -> Option<String> {
    let mut out = String::new();
    append_unless(vm, v, style, &mut out, stop).then_some(out)
}

/// Appends the written form of a value.
pub fn append(vm: &VmShared, v: Value, style: Style, out: &mut String) {
    append_unless(vm, v, style, out, &|_| false);
}

/// The same unless it is stopped; was all of it written?
fn append_unless(
    vm: &VmShared,
    v: Value,
    style: Style,
    out: &mut String,
    stop: &dyn Fn(usize) -> bool,
) -> bool {
    if part_count(v) == 0 {
        atom::append(vm, v, style, out);
        return true;
    }
    let labels = match style {
        Style::Simple => FxHashMap::default(),
        Style::Shared => labels::shared(v),
        Style::Display | Style::Write => labels::circular(v),
    };
    let mut printer = Printer { vm, style, labels, next_label: 0, work: Vec::new(), out };
    printer.run(v, stop)
}

enum Work {
    /// A value.
    Value(Value),
    /// The rest of a list after an element.
    Tail(Value),
    /// Parts of a vector or record from this one on.
    Parts(Value, usize),
    /// A closing bracket.
    Close(char),
}

struct Printer<'a> {
    vm: &'a VmShared,
    style: Style,
    /// Objects to be labelled, and the labels of those already written.
    labels: FxHashMap<u64, Option<usize>>,
    next_label: usize,
    work: Vec<Work>,
    out: &'a mut String,
}

impl Printer<'_> {
    fn run(&mut self, v: Value, stop: &dyn Fn(usize) -> bool) -> bool {
        let mut before_stop = PIECES_BETWEEN_STOPS;
        self.value(v);
        while let Some(work) = self.work.pop() {
            before_stop -= 1;
            if before_stop == 0 {
                before_stop = PIECES_BETWEEN_STOPS;
                if stop(self.out.len()) {
                    return false;
                }
            }
            match work {
                Work::Value(v) => self.value(v),
                Work::Tail(v) => self.tail(v),
                Work::Parts(v, index) => self.parts(v, index),
                Work::Close(bracket) => self.out.push(bracket),
            }
        }
        true
    }

    /// Writes the label of an object that has one. Was it a reference to what is written already?
    fn label(&mut self, v: Value) -> bool {
        let Some(label) = self.labels.get_mut(&v.bits()) else { return false };
        match label {
            Some(number) => {
                self.out.push_str(&format!("#{number}#"));
                true
            }
            None => {
                *label = Some(self.next_label);
                self.out.push_str(&format!("#{}=", self.next_label));
                self.next_label += 1;
                false
            }
        }
    }

    fn value(&mut self, v: Value) {
        if !v.is_pointer() || self.label(v) {
            if !v.is_pointer() {
                atom::append(self.vm, v, self.style, self.out);
            }
            return;
        }
        if v.is_pair() {
            self.out.push('(');
            self.work.push(Work::Tail(cdr(v)));
            self.work.push(Work::Value(car(v)));
        } else if is_kind(v, Kind::Vector) {
            self.out.push_str("#(");
            self.work.push(Work::Close(')'));
            self.work.push(Work::Parts(v, 0));
        } else if is_kind(v, Kind::Box) {
            self.out.push_str("#<box ");
            self.work.push(Work::Close('>'));
            self.work.push(Work::Value(field(v, 0)));
        } else if is_kind(v, Kind::Record) {
            self.out.push_str("#<");
            self.out.push_str(&self.record_heading(v));
            self.work.push(Work::Close('>'));
            self.work.push(Work::Parts(v, 0));
        } else {
            atom::append(self.vm, v, self.style, self.out);
        }
    }

    fn is_condition(&self, record: Value) -> bool {
        field(record, 0) == self.vm.condition_type()
    }

    fn record_heading(&self, record: Value) -> String {
        if self.is_condition(record) {
            return "condition".to_owned();
        }
        let name = field(field(record, 0), 0);
        let name = to_text(self.vm, name, Style::Display);
        name.strip_prefix('<').and_then(|n| n.strip_suffix('>')).unwrap_or(&name).to_owned()
    }

    fn tail(&mut self, v: Value) {
        if v.is_nil() {
            self.out.push(')');
        } else if v.is_pair() && !self.labels.contains_key(&v.bits()) {
            self.out.push(' ');
            self.work.push(Work::Tail(cdr(v)));
            self.work.push(Work::Value(car(v)));
        } else {
            self.out.push_str(" . ");
            self.work.push(Work::Close(')'));
            self.work.push(Work::Value(v));
        }
    }

    fn parts(&mut self, v: Value, index: usize) {
        if index >= part_count(v) {
            return;
        }
        let is_record = is_kind(v, Kind::Record);
        if index > 0 || is_record {
            self.out.push(' ');
        }
        self.work.push(Work::Parts(v, index + 1));
        if is_record {
            if self.is_condition(v) {
                if index + 1 == condition::TRACE {
                    self.out.pop();
                    return;
                }
            } else {
                let names = field(field(v, 0), 1);
                if is_kind(names, Kind::Vector) && index < size(names) {
                    atom::append(self.vm, field(names, index), self.style, self.out);
                    self.out.push_str(": ");
                }
            }
        }
        self.work.push(Work::Value(part(v, index)));
    }
}
