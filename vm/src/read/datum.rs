//! Data as the reader, the expander and the compiler see them: trees outside the heap.
//!
//! A [`Datum`] is immutable, cheap to clone and shared freely between threads; every one carries the
//! place it was read from. Nothing here recurses natively on the depth of a datum: a million
//! nested parentheses are dropped, cloned and printed like any other datum.

use crate::expand::scope::Alias;
use crate::num::Number;
use crate::source::Span;
use crate::symbols::Sym;
use lisle_gc::Root;
use std::ops::Deref;
use std::sync::Arc;
use std::thread;

/// A datum and where it stands.
#[derive(Clone)]
pub struct Datum {
    /// What it is.
    pub kind: DatumKind,
    /// Where it was read; for an element of a macro's expansion, the macro's use.
    pub span: Span,
}

/// What a datum is.
#[derive(Clone, Default)]
pub enum DatumKind {
    /// The empty list.
    #[default]
    Nil,
    /// What expressions without a useful result return.
    Unspecified,
    /// `#!default`.
    Default,
    /// The end-of-file object.
    Eof,
    /// A boolean.
    Bool(bool),
    /// A character.
    Char(char),
    /// A number.
    Number(Arc<Number>),
    /// A string.
    String(Arc<str>),
    /// A symbol.
    Symbol(Sym),
    /// A symbol renamed by a macro's expansion. Only the expander makes these and only it sees
    /// them: constants in the core language are free of them.
    Alias(Arc<Alias>),
    /// A pair.
    Pair(Arc<Pair>),
    /// A vector.
    Vector(Arc<Items>),
    /// A bytevector.
    Bytevector(Arc<[u8]>),
    /// A datum that [`DatumKind::LabelRef`]s inside it (or beside it) refer to: `#0=(a . #0#)`.
    Label(u32, Arc<Labelled>),
    /// A reference to the datum labelled with this number, always in the same outermost datum.
    LabelRef(u32),
    /// A heap object that is no datum (a procedure, a port, ...), handed in by `eval`.
    Opaque(Arc<Root>),
}

/// A pair.
pub struct Pair {
    /// The first field.
    pub car: Datum,
    /// The second field.
    pub cdr: Datum,
}

/// The elements of a vector.
pub struct Items(Vec<Datum>);

/// The datum that a label stands for.
pub struct Labelled {
    /// That datum.
    pub inner: Datum,
}

impl Datum {
    /// A datum from its parts.
    pub fn new(kind: DatumKind, span: Span) -> Datum {
        Datum { kind, span }
    }
    /// The empty list.
    pub fn nil(span: Span) -> Datum {
        Datum::new(DatumKind::Nil, span)
    }
    /// A symbol.
    pub fn symbol(sym: Sym, span: Span) -> Datum {
        Datum::new(DatumKind::Symbol(sym), span)
    }
    /// A boolean.
    pub fn boolean(value: bool, span: Span) -> Datum {
        Datum::new(DatumKind::Bool(value), span)
    }
    /// A string.
    pub fn string(text: &str, span: Span) -> Datum {
        Datum::new(DatumKind::String(text.into()), span)
    }
    /// A pair.
    pub fn cons(car: Datum, cdr: Datum, span: Span) -> Datum {
        Datum::new(DatumKind::Pair(Arc::new(Pair { car, cdr })), span)
    }
    /// A vector.
    pub fn vector(items: Vec<Datum>, span: Span) -> Datum {
        Datum::new(DatumKind::Vector(Arc::new(Items(items))), span)
    }
    /// A labelled datum.
    pub fn labelled(number: u32, inner: Datum, span: Span) -> Datum {
        Datum::new(DatumKind::Label(number, Arc::new(Labelled { inner })), span)
    }
    /// A list of `items` ending in `tail`.
    ///
    /// Each pair's span reaches from its element to the end of the list; the first pair's is
    /// `span` itself.
    pub fn list_with_tail(
        items: impl DoubleEndedIterator<Item = Datum>,
        tail: Datum,
        span: Span,
    ) -> Datum {
        let mut list = tail;
        for item in items.rev() {
            let start = if item.span.source == span.source { item.span.start } else { span.start };
            list = Datum::cons(item, list, Span { start, ..span });
        }
        list.span = span;
        list
    }
    /// A proper list.
    pub fn list(items: impl DoubleEndedIterator<Item = Datum>, span: Span) -> Datum {
        Datum::list_with_tail(items, Datum::nil(span), span)
    }

    /// Is this the empty list?
    pub fn is_nil(&self) -> bool {
        matches!(self.kind, DatumKind::Nil)
    }
    /// The pair, if this is one.
    pub fn as_pair(&self) -> Option<&Pair> {
        match &self.kind {
            DatumKind::Pair(pair) => Some(pair),
            _ => None,
        }
    }
    /// The symbol, if this is one.
    pub fn as_symbol(&self) -> Option<Sym> {
        match self.kind {
            DatumKind::Symbol(sym) => Some(sym),
            _ => None,
        }
    }
    /// The text, if this is a string.
    pub fn as_string(&self) -> Option<&Arc<str>> {
        match &self.kind {
            DatumKind::String(text) => Some(text),
            _ => None,
        }
    }
    /// The elements of a list, up to the first tail that is no pair.
    pub fn iter(&self) -> ListIter<'_> {
        ListIter { rest: self }
    }
    /// The elements, if this is a proper list.
    pub fn proper_list(&self) -> Option<Vec<&Datum>> {
        let mut iter = self.iter();
        let items = iter.by_ref().collect();
        iter.rest.is_nil().then_some(items)
    }
    /// The same datum said to stand elsewhere.
    pub fn at(mut self, span: Span) -> Datum {
        self.span = span;
        self
    }
}

/// The elements of a list; see [`Datum::iter`].
#[derive(Clone)]
pub struct ListIter<'a> {
    rest: &'a Datum,
}

impl<'a> ListIter<'a> {
    /// What has not been visited yet; after the last element, the list's tail.
    pub fn rest(&self) -> &'a Datum {
        self.rest
    }
}

impl<'a> Iterator for ListIter<'a> {
    type Item = &'a Datum;

    fn next(&mut self) -> Option<&'a Datum> {
        let pair = self.rest.as_pair()?;
        self.rest = &pair.cdr;
        Some(&pair.car)
    }
}

impl Deref for Items {
    type Target = [Datum];

    fn deref(&self) -> &[Datum] {
        &self.0
    }
}

impl Default for Datum {
    fn default() -> Datum {
        Datum::nil(Span::NONE)
    }
}

/// Can dropping this datum drop further data?
fn has_parts(kind: &DatumKind) -> bool {
    matches!(kind, DatumKind::Pair(_) | DatumKind::Vector(_) | DatumKind::Label(..))
}

/// Of a datum with more parts than this, the rest is dropped by a thread of its own: dropping takes up to
/// a tenth of a microsecond a part, and whoever is to stop should not have to wait for millions.
const DROPPED_AT_ONCE: usize = 50_000;

/// Drops a datum without native recursion, and without taking long.
fn drop_iteratively(next: DatumKind, pending: Vec<DatumKind>) {
    let left = drop_parts(next, pending, DROPPED_AT_ONCE);
    if !left.is_empty() {
        let drop_all = move || drop_parts(DatumKind::Nil, left, usize::MAX);
        // When there is no thread to be had, what it was to drop is dropped here, in such pieces.
        let _ = thread::Builder::new().name("lisle-drop".to_owned()).spawn(drop_all);
    }
}

/// Drops so many parts of a datum; what is left. The parts of every datum that nobody else holds are
/// taken out of it before it is dropped: the tail of a list to go on with, what else has parts of
/// its own to a worklist.
fn drop_parts(
    mut next: DatumKind,
    mut pending: Vec<DatumKind>,
    mut budget: usize,
) -> Vec<DatumKind> {
    loop {
        if budget == 0 {
            pending.push(next);
            return pending;
        }
        budget -= 1;
        match next {
            DatumKind::Pair(pair) => {
                if let Some(mut pair) = Arc::into_inner(pair) {
                    set_aside(&mut pending, &mut pair.car);
                    next = std::mem::take(&mut pair.cdr.kind);
                    continue;
                }
            }
            DatumKind::Vector(items) => {
                if let Some(mut items) = Arc::into_inner(items) {
                    items.0.iter_mut().for_each(|item| set_aside(&mut pending, item));
                }
            }
            DatumKind::Label(_, labelled) => {
                if let Some(mut labelled) = Arc::into_inner(labelled) {
                    next = std::mem::take(&mut labelled.inner.kind);
                    continue;
                }
            }
            _ => {}
        }
        match pending.pop() {
            Some(kind) => next = kind,
            None => return pending,
        }
    }
}

fn set_aside(pending: &mut Vec<DatumKind>, part: &mut Datum) {
    if has_parts(&part.kind) {
        pending.push(std::mem::take(&mut part.kind));
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        if has_parts(&self.car.kind) || has_parts(&self.cdr.kind) {
            let mut pending = Vec::new();
            set_aside(&mut pending, &mut self.car);
            drop_iteratively(std::mem::take(&mut self.cdr.kind), pending);
        }
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        if self.0.iter().any(|item| has_parts(&item.kind)) {
            let mut pending = Vec::new();
            self.0.iter_mut().for_each(|item| set_aside(&mut pending, item));
            drop_iteratively(DatumKind::Nil, pending);
        }
    }
}

impl Drop for Labelled {
    fn drop(&mut self) {
        if has_parts(&self.inner.kind) {
            drop_iteratively(std::mem::take(&mut self.inner.kind), Vec::new());
        }
    }
}

const _: () = {
    const fn shared_between_threads<T: Send + Sync>() {}
    shared_between_threads::<Datum>();
};

#[cfg(test)]
mod tests {
    use super::{DROPPED_AT_ONCE, Datum, DatumKind, drop_iteratively, drop_parts};
    use crate::source::Span;
    use std::sync::Arc;
    use std::thread;
    use std::time::{Duration, Instant};

    #[test]
    fn very_deep_data_are_dropped_without_recursion() {
        let mut datum = Datum::nil(Span::NONE);
        for depth in 0..3_000_000u32 {
            datum = match depth % 3 {
                0 => Datum::cons(datum, Datum::nil(Span::NONE), Span::NONE),
                1 => Datum::vector(vec![datum], Span::NONE),
                _ => Datum::labelled(0, datum, Span::NONE),
            };
        }
        let copy = datum.clone();
        drop(datum);
        assert!(matches!(copy.kind, DatumKind::Label(..)));
    }

    #[test]
    fn what_a_long_list_held_is_let_go_of_by_another_thread() {
        let text: Arc<str> = "held".into();
        let held = || Datum::new(DatumKind::String(Arc::clone(&text)), Span::NONE);
        let item = |_| Datum::list([held()].into_iter(), Span::NONE);
        let list = Datum::list((0..4 * DROPPED_AT_ONCE).map(item), Span::NONE);
        let mut left = drop_parts(list.kind, Vec::new(), DROPPED_AT_ONCE);
        assert!(Arc::strong_count(&text) > 2 * DROPPED_AT_ONCE, "most of it is left");
        drop_iteratively(left.pop().unwrap_or_default(), left);
        let end = Instant::now() + Duration::from_secs(60);
        while Arc::strong_count(&text) > 1 {
            assert!(Instant::now() < end, "something keeps a part of it");
            thread::yield_now();
        }
    }

    #[test]
    fn a_shared_tail_survives_its_sharer() {
        let tail = Datum::list((0..3).map(|_| Datum::boolean(true, Span::NONE)), Span::NONE);
        let list = Datum::cons(Datum::default(), tail.clone(), Span::NONE);
        drop(list);
        assert_eq!(tail.proper_list().map(|items| items.len()), Some(3));
    }
}
