//! Source texts and positions in them.

use parking_lot::RwLock;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Weak};

/// The number of a source text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SourceId(pub u32);

/// A stretch of a source text, in bytes. [`Span::NONE`] stands for "made by the program".
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Span {
    /// Which text; 0 is reserved for "none".
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// No position.
    pub const NONE: Span = Span { source: SourceId(0), start: 0, end: 0 };

    /// Does it reach from the other's beginning, or before, to its end, or beyond?
    pub fn encloses(&self, other: &Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
    /// Is there no position?
    pub fn is_none(self) -> bool {
        self.source.0 == 0
    }
}

/// A source text.
#[derive(Debug)]
pub struct Source {
    /// Its number.
    pub id: SourceId,
    /// The file's name as the user gave it, or `<stdin>`, `<repl>`, `<lisle>` and the like.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// Line and column of a byte offset, both from 1; columns count characters.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let offset = (offset as usize).min(self.text.len());
        let before = &self.text.as_bytes()[..offset];
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |p| p + 1);
        let column = self.text.get(start..offset).map_or(offset - start, |s| s.chars().count()) + 1;
        (line, column)
    }
}

/// The source texts of a VM, for error messages: those of libraries, those that loaded code came from
/// (the code holds them), and the latest ones besides.
#[derive(Default)]
pub struct Sources {
    texts: RwLock<Texts>,
}

#[derive(Default)]
struct Texts {
    /// How many there have been.
    count: u32,
    /// Those that somebody holds, and some that are gone.
    known: FxHashMap<SourceId, Weak<Source>>,
    /// How many are to be known before those that are gone are looked for.
    crowd: usize,
    lasting: Vec<Arc<Source>>,
    /// The latest ones, oldest first, and how long they are together.
    recent: VecDeque<Arc<Source>>,
    recent_bytes: usize,
}

/// So much of the latest texts is kept whoever holds them, or else the last one.
const RECENT_BYTES: usize = 1 << 20;
/// What a text takes besides itself, about.
const OVERHEAD_BYTES: usize = 128;
/// So many texts are not looked through for those that are gone.
const CROWD: usize = 256;

impl Texts {
    fn add(&mut self, name: &str, text: String) -> Arc<Source> {
        self.count = self.count.checked_add(1).expect("fewer than 2^32 sources");
        let source = Arc::new(Source { id: SourceId(self.count), name: name.to_owned(), text });
        if self.known.len() >= self.crowd.max(CROWD) {
            self.known.retain(|_, source| source.strong_count() > 0);
            self.crowd = 2 * self.known.len();
        }
        self.known.insert(source.id, Arc::downgrade(&source));
        source
    }
}

fn bytes(source: &Source) -> usize {
    OVERHEAD_BYTES + source.name.len() + source.text.len()
}

impl Sources {
    /// Adds a text. It is known as long as somebody holds it, and some time longer.
    pub fn add(&self, name: &str, text: String) -> Arc<Source> {
        let mut texts = self.texts.write();
        let source = texts.add(name, text);
        texts.recent_bytes += bytes(&source);
        texts.recent.push_back(Arc::clone(&source));
        while texts.recent_bytes > RECENT_BYTES && texts.recent.len() > 1 {
            let oldest = texts.recent.pop_front().expect("there are two");
            texts.recent_bytes -= bytes(&oldest);
        }
        source
    }
    /// Adds a text that is always known: of macros, which do not hold theirs.
    pub fn add_lasting(&self, name: &str, text: String) -> Arc<Source> {
        let mut texts = self.texts.write();
        let source = texts.add(name, text);
        texts.lasting.push(Arc::clone(&source));
        source
    }
    /// The text with this number; `None` if it is gone, and for [`Span::NONE`]'s.
    pub fn get(&self, id: SourceId) -> Option<Arc<Source>> {
        self.texts.read().known.get(&id)?.upgrade()
    }
    /// How many texts are known, and some that are gone.
    pub fn known(&self) -> usize {
        self.texts.read().known.len()
    }
    /// The texts that spans lie in, for whoever is to hold them.
    pub fn of(&self, spans: impl Iterator<Item = Span>) -> Vec<Arc<Source>> {
        let mut found: Vec<Arc<Source>> = Vec::new();
        let mut last = SourceId::default();
        for id in spans.map(|span| span.source).filter(|id| id.0 > 0) {
            if id != last && found.iter().all(|source| source.id != id) {
                found.extend(self.get(id));
            }
            last = id;
        }
        found
    }
    /// `file:line` of where a span starts.
    pub fn describe_line(&self, span: Span) -> Option<String> {
        let source = self.get(span.source)?;
        let (line, _) = source.line_column(span.start);
        Some(format!("{}:{line}", source.name))
    }
    /// `file:line:column` of where a span starts.
    pub fn describe(&self, span: Span) -> Option<String> {
        let source = self.get(span.source)?;
        let (line, column) = source.line_column(span.start);
        Some(format!("{}:{line}:{column}", source.name))
    }
}

#[cfg(test)]
mod tests {
    use super::{OVERHEAD_BYTES, RECENT_BYTES, SourceId, Sources, Span};

    #[test]
    fn a_text_is_known_while_it_is_held_and_some_time_longer() {
        let sources = Sources::default();
        let lasting = sources.add_lasting("lasting", String::new()).id;
        let held = sources.add("held", "text".repeat(10));
        let passing = sources.add("passing", String::new()).id;
        assert_eq!(
            sources.describe(Span { source: passing, start: 0, end: 0 }).as_deref(),
            Some("passing:1:1")
        );
        for _ in 0..=RECENT_BYTES / OVERHEAD_BYTES {
            sources.add("", String::new());
        }
        assert!(sources.get(lasting).is_some() && sources.get(held.id).is_some());
        assert!(sources.get(passing).is_none());
        let spans = [held.id, lasting, held.id, passing, SourceId(0)];
        let spans = spans.map(|source| Span { source, start: 0, end: 0 });
        let found: Vec<_> = sources.of(spans.into_iter()).iter().map(|source| source.id).collect();
        assert_eq!(found, [held.id, lasting]);
        let known = sources.known();
        assert!(known < 3 * RECENT_BYTES / OVERHEAD_BYTES, "{known}");
    }

    #[test]
    fn the_last_text_is_known_however_long_it_is() {
        let sources = Sources::default();
        let ids = [0, 1].map(|_| sources.add("long", " ".repeat(2 * RECENT_BYTES)).id);
        assert_eq!(ids.map(|id| sources.get(id).is_some()), [false, true]);
    }
}
