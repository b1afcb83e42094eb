//! The text of the Scheme library, and where in it each definition stands.

use crate::read::datum::Datum;
use crate::read::reader::Reader;
use crate::source::Sources;
use crate::symbols::Symbols;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// The export lists of the standard libraries.
#[cfg(not(feature = "probe"))]
pub const LIBRARIES: &str = include_str!("../../scheme/libraries.scm");
/// The export lists of the standard libraries, and of `(lisle probe)`.
#[cfg(feature = "probe")]
pub const LIBRARIES: &str =
    concat!(include_str!("../../scheme/libraries.scm"), include_str!("../../scheme/probe.scm"));

macro_rules! texts {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../../scheme/", $file)))),*]
    };
}

/// Every file of definitions.
static TEXTS: &[(&str, &str)] = texts![
    "bitwise.scm",
    "channel.scm",
    "check.scm",
    "control.scm",
    "eval.scm",
    "exceptions.scm",
    "hash-table.scm",
    "list.scm",
    "macros.scm",
    "parameters.scm",
    "port.scm",
    "sequence.scm",
    "sort.scm",
    "srfi-1-sets.scm",
    "srfi-1.scm",
    "weak.scm",
];

/// Where a definition stands: file number, first and last byte.
#[derive(Clone, Copy)]
struct Place {
    file: usize,
    start: usize,
    end: usize,
}

static INDEX: LazyLock<FxHashMap<&'static str, Place>> = LazyLock::new(|| {
    let mut index = FxHashMap::default();
    for (file, (_, text)) in TEXTS.iter().enumerate() {
        for (start, end) in top_level_forms(text) {
            if let Some(name) = defined_name(&text[start..end]) {
                index.insert(name, Place { file, start, end });
            }
        }
    }
    index
});

/// Does the Scheme library define this name?
pub fn defines(name: &str) -> bool {
    INDEX.contains_key(name)
}

/// The definition of this name, read.
///
/// # Panics
/// When the definition is unreadable: a fault of Lisle's library.
pub fn definition(name: &str, symbols: &Symbols, sources: &Sources) -> Option<Datum> {
    let place = INDEX.get(name)?;
    let (file, text) = TEXTS[place.file];
    let text = &text[place.start..place.end];
    let source = sources.add_lasting(&format!("<lisle>/{file}"), text.to_owned());
    let mut reader = Reader::new(source.id, text, symbols);
    match reader.next() {
        Ok(datum) => datum,
        Err(error) => panic!("{file}: {}", error.message),
    }
}

/// The byte ranges of the parenthesised forms at top level: those that begin in the first column.
fn top_level_forms(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let starts: Vec<usize> = (0..bytes.len())
        .filter(|&at| bytes[at] == b'(' && (at == 0 || bytes[at - 1] == b'\n'))
        .collect();
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(bytes.len()));
    starts.iter().copied().zip(ends).collect()
}

/// The name that a form `(define name ...)` or `(define (name ...) ...)` defines.
fn defined_name(form: &str) -> Option<&str> {
    let rest = form.strip_prefix("(define")?.trim_start();
    let rest = rest.trim_start_matches('(');
    let end = rest.find(|c: char| c.is_whitespace() || c == ')' || c == '(')?;
    Some(&rest[..end])
}
