//! Source texts and positions in them.

use parking_lot::RwLock;
use std::sync::Arc;

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

/// The source texts of a VM, kept for error messages.
#[derive(Default)]
pub struct Sources {
    texts: RwLock<Vec<Arc<Source>>>,
}

impl Sources {
    /// Adds a text.
    pub fn add(&self, name: &str, text: String) -> SourceId {
        let mut texts = self.texts.write();
        texts.push(Arc::new(Source { name: name.to_owned(), text }));
        SourceId(u32::try_from(texts.len()).expect("fewer than 2^32 sources"))
    }
    /// The text with this number; `None` for [`Span::NONE`]'s.
    pub fn get(&self, id: SourceId) -> Option<Arc<Source>> {
        let index = (id.0 as usize).checked_sub(1)?;
        self.texts.read().get(index).cloned()
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
