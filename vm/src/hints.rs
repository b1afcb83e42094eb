//! What may help whoever reads an error: names that are nearly the one that was meant, the library
//! that exports a name, what a procedure's definition looks like. Computed only when an error is
//! shown, so it may look at every name there is.

use crate::bytecode::code::{Code, CodeKind};
use crate::condition::ErrorKind;
use crate::read::datum::Datum;
use crate::source::Span;
use crate::symbols::Sym;
use crate::vm::VmShared;

/// At most so many names are offered.
const OFFERED: usize = 3;
/// Names longer than this are not compared.
const LONGEST_NAME: usize = 64;
/// Internal names begin so.
const INTERNAL: char = '%';

/// A line that may help, and perhaps a place worth looking at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The hint, without a full stop.
    pub text: String,
    /// The place, or [`Span::NONE`].
    pub span: Span,
}

impl Hint {
    /// A hint without a place.
    pub fn new(text: String) -> Hint {
        Hint { text, span: Span::NONE }
    }
}

/// That a library exports a name.
fn exporter(vm: &VmShared, name: &str) -> Option<Hint> {
    let libraries = vm.front.expander(vm).standard_libraries(&vm.symbols);
    let wanted = vm.symbols.intern(name);
    let mut exporters: Vec<&str> = libraries
        .iter()
        .filter(|(_, names)| names.contains(&wanted))
        .map(|(library, _)| library.as_str())
        .filter(|library| *library != "(lisle base)")
        .collect();
    let last = |library: &str| library == "(scheme r5rs)" || !library.starts_with("(scheme");
    exporters.sort_unstable_by_key(|library| (last(library), library.len()));
    let exporter = exporters.first()?;
    Some(Hint::new(format!("{exporter} exports {name}; it is not imported here")))
}

/// Hints for a variable that has no value.
pub(crate) fn unbound(vm: &VmShared, name: &str) -> Vec<Hint> {
    if let Some(hint) = exporter(vm, name) {
        return vec![hint];
    }
    let libraries = vm.front.expander(vm).standard_libraries(&vm.symbols);
    let mut known: Vec<Sym> = libraries.values().flatten().copied().collect();
    known.extend(vm.globals.names());
    known.sort_unstable();
    known.dedup();
    let names = known.iter().map(|sym| vm.symbols.name(*sym).to_string());
    let near = nearest(name, names.filter(|known| known != name && !known.starts_with(INTERNAL)));
    match did_you_mean(&near) {
        Some(text) => vec![Hint::new(text)],
        None => Vec::new(),
    }
}

/// A hint for a name that is none of those known.
pub(crate) fn among(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    did_you_mean(&nearest(name, known))
}

/// A hint for a macro use that fits none of its rules.
pub(crate) fn rules(shapes: &[String]) -> Option<String> {
    match shapes {
        [] => Some("the macro has no rules".to_owned()),
        [shape] => Some(format!("its rule is {shape}")),
        shapes => {
            let shown = &shapes[..shapes.len().min(4)];
            let more = if shapes.len() > shown.len() { ", ..." } else { "" };
            Some(format!("its rules are {}{more}", shown.join(", ")))
        }
    }
}

/// A hint for a call with the wrong number of arguments: where the procedure is defined.
pub(crate) fn definition(vm: &VmShared, code: &Code) -> Vec<Hint> {
    if code.kind != CodeKind::Compiled || !crate::backtrace::is_user(vm, code.span) {
        return Vec::new();
    }
    let text = match code.name {
        Some(name) => format!("{} is defined here", vm.symbols.name(name)),
        None => "the procedure is defined here".to_owned(),
    };
    vec![Hint { text, span: code.span }]
}

/// Hints for a condition of this kind, whose first irritant is `irritant`; `callee` is the code
/// that was being entered, `span` the place of the error.
pub(crate) fn of_condition(
    vm: &VmShared,
    kind: &str,
    irritant: Option<Sym>,
    callee: Option<&Code>,
    span: Span,
) -> Vec<Hint> {
    match (irritant, callee) {
        (Some(name), _) if kind == ErrorKind::Unbound.name() => {
            let name = vm.symbols.name(name);
            // A misspelt keyword makes expressions of what are none: their errors are its.
            match vm.front.expander(vm).misspelt_keyword(span, &vm.symbols) {
                Some((operator, near)) if operator != name => {
                    let misspelt = || Hint::new(format!("{operator} is not defined: {near}"));
                    vec![exporter(vm, &operator).unwrap_or_else(misspelt)]
                }
                Some((_, near)) => match unbound(vm, &name) {
                    hints if hints.is_empty() => vec![Hint::new(near)],
                    hints => hints,
                },
                None => unbound(vm, &name),
            }
        }
        _ if kind == ErrorKind::NotProcedure.name() => {
            let text = "what follows a ( is called: is there a pair of parentheses too many?";
            vec![Hint::new(text.to_owned())]
        }
        (_, Some(code)) if kind == ErrorKind::Arity.name() => definition(vm, code),
        _ => Vec::new(),
    }
}

/// The shape that a rule's pattern shows to users.
pub(crate) fn shape(pattern: &Datum, vm_symbols: &crate::symbols::Symbols) -> String {
    pattern.to_text_within(vm_symbols, LONGEST_NAME)
}

fn did_you_mean(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("did you mean {one}?")),
        [init @ .., last] => Some(format!("did you mean {} or {last}?", init.join(", "))),
    }
}

/// The names that differ from `name` by few enough letters, nearest first.
fn nearest(name: &str, known: impl Iterator<Item = String>) -> Vec<String> {
    let wanted: Vec<char> = name.chars().collect();
    if wanted.len() > LONGEST_NAME {
        return Vec::new();
    }
    let allowed = (wanted.len() / 3).clamp(1, 3);
    let mut found: Vec<(usize, String)> = known
        .filter(|known| known.len().abs_diff(name.len()) <= 4 * allowed)
        .filter_map(|known| {
            let letters: Vec<char> = known.chars().collect();
            let distance = distance(&wanted, &letters);
            (distance <= allowed && distance < wanted.len()).then_some((distance, known))
        })
        .collect();
    found.sort();
    found.dedup();
    let best = found.first().map_or(0, |(distance, _)| *distance);
    found.retain(|(distance, _)| *distance <= best + 1);
    found.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to make one
/// name the other: the restricted Damerau-Levenshtein distance (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(letter != other);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == b[j - 1] && a[i - 1] == *other {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    fn between(a: &str, b: &str) -> usize {
        distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
    }

    #[test]
    fn distances_count_edits_and_swaps() {
        assert_eq!(between("", "abc"), 3);
        assert_eq!(between("aera", "area"), 1);
        assert_eq!(between("vector-ref", "vectr-ref"), 1);
        assert_eq!(between("list", "lisp"), 1);
        assert_eq!(between("car", "cdr"), 1);
    }

    #[test]
    fn only_near_names_are_offered_nearest_first() {
        let known = ["display", "displays", "newline", "d"].map(str::to_owned);
        assert_eq!(nearest("dispaly", known.clone().into_iter()), ["display", "displays"]);
        assert!(nearest("frobnicate", known.clone().into_iter()).is_empty());
        assert!(nearest("x", known.into_iter()).is_empty(), "a name of one letter is near nothing");
    }
}
