//! Patterns: compiled from data, matched against data.

use super::{Match, is_ellipsis, same_atom};
use crate::expand::Result;
use crate::expand::context::Context;
use crate::expand::meaning::Meanings;
use crate::expand::scope::{Ident, Scope};
use crate::expand::special::Special;
use crate::read::datum::{Datum, DatumKind};

/// A compiled pattern.
pub(in crate::expand) enum Pattern {
    /// `_`
    Anything,
    /// A pattern variable: its number.
    Variable(usize),
    /// An identifier that must mean the same as here.
    Literal(Ident),
    /// A datum without parts.
    Atom(DatumKind),
    List(Box<Sequence>),
    Vector(Box<Sequence>),
}

/// `(before ... repeated <ellipsis> after ... . tail)`.
pub(in crate::expand) struct Sequence {
    before: Vec<Pattern>,
    repeated: Option<Repeated>,
    after: Vec<Pattern>,
    tail: Pattern,
}

struct Repeated {
    pattern: Pattern,
    /// The variables in it.
    variables: std::ops::Range<usize>,
}

/// A pattern variable: how many ellipses it stands under.
pub(in crate::expand) struct Variable {
    pub(in crate::expand) ident: Ident,
    pub(in crate::expand) depth: u32,
}

/// Turns data into patterns.
pub(in crate::expand) struct PatternCompiler<'a> {
    scope: &'a Scope,
    ellipsis: Option<&'a Ident>,
    literals: &'a [Ident],
    variables: Vec<Variable>,
    depth: u32,
}

impl<'a> PatternCompiler<'a> {
    pub(in crate::expand) fn new(
        scope: &'a Scope,
        ellipsis: Option<&'a Ident>,
        literals: &'a [Ident],
    ) -> PatternCompiler<'a> {
        PatternCompiler { scope, ellipsis, literals, variables: Vec::new(), depth: 0 }
    }
    /// The variables of what has been compiled.
    pub(in crate::expand) fn into_variables(self) -> Vec<Variable> {
        self.variables
    }

    pub(in crate::expand) fn compile(
        &mut self,
        cx: &mut Context<'_>,
        datum: &Datum,
    ) -> Result<Pattern> {
        match &datum.kind {
            DatumKind::Symbol(_) | DatumKind::Alias(_) => self.identifier(cx, datum),
            DatumKind::Pair(_) => cx.nested(datum.span, |cx| {
                let mut items = datum.iter();
                let elements: Vec<&Datum> = items.by_ref().collect();
                let sequence = self.sequence(cx, &elements, items.rest())?;
                Ok(Pattern::List(Box::new(sequence)))
            }),
            DatumKind::Vector(items) => cx.nested(datum.span, |cx| {
                let elements: Vec<&Datum> = items.iter().collect();
                let sequence = self.sequence(cx, &elements, &Datum::nil(datum.span))?;
                Ok(Pattern::Vector(Box::new(sequence)))
            }),
            DatumKind::Label(..) | DatumKind::LabelRef(_) => {
                Err(cx.error_in("a pattern may not contain datum labels", datum))
            }
            atom => Ok(Pattern::Atom(atom.clone())),
        }
    }

    fn identifier(&mut self, cx: &Context<'_>, datum: &Datum) -> Result<Pattern> {
        let ident = cx.ident(datum, Special::SyntaxRules, "a pattern variable")?;
        if self.literals.contains(&ident) {
            return Ok(Pattern::Literal(ident));
        }
        if is_ellipsis(cx, datum, self.ellipsis, self.literals, self.scope) {
            return Err(cx.error_in("an ellipsis must follow a pattern", datum));
        }
        if cx.is_keyword(datum, Special::Underscore, self.scope) {
            return Ok(Pattern::Anything);
        }
        if self.variables.iter().any(|variable| variable.ident == ident) {
            return Err(cx.error_in("this variable stands twice in a pattern", datum));
        }
        self.variables.push(Variable { ident, depth: self.depth });
        Ok(Pattern::Variable(self.variables.len() - 1))
    }

    fn sequence(
        &mut self,
        cx: &mut Context<'_>,
        elements: &[&Datum],
        tail: &Datum,
    ) -> Result<Sequence> {
        let is_dots = |cx: &Context<'_>, d: &Datum| {
            is_ellipsis(cx, d, self.ellipsis, self.literals, self.scope)
        };
        let dots = elements.iter().position(|element| is_dots(cx, element));
        let (before, repeated, after) = match dots {
            None => (elements, None, &[][..]),
            Some(0) => return Err(cx.error_in("an ellipsis must follow a pattern", elements[0])),
            Some(dots) => {
                let after = &elements[dots + 1..];
                if let Some(second) = after.iter().find(|element| is_dots(cx, element)) {
                    return Err(cx.error_in("a list pattern has one ellipsis at most", second));
                }
                (&elements[..dots - 1], Some(elements[dots - 1]), after)
            }
        };
        let before = self.all(cx, before)?;
        let repeated = match repeated {
            None => None,
            Some(datum) => {
                let first = self.variables.len();
                self.depth += 1;
                let pattern = self.compile(cx, datum)?;
                self.depth -= 1;
                Some(Repeated { pattern, variables: first..self.variables.len() })
            }
        };
        let after = self.all(cx, after)?;
        Ok(Sequence { before, repeated, after, tail: self.compile(cx, tail)? })
    }
    fn all(&mut self, cx: &mut Context<'_>, data: &[&Datum]) -> Result<Vec<Pattern>> {
        data.iter().map(|datum| self.compile(cx, datum)).collect()
    }
}

impl Pattern {
    /// Matches `datum`, which stands in the first scope, against this pattern, which stands in the
    /// second. Recursion follows the pattern, so its depth is bounded.
    pub(in crate::expand) fn matches(
        &self,
        cx: Meanings<'_>,
        datum: &Datum,
        scopes: (&Scope, &Scope),
        matches: &mut [Option<Match>],
    ) -> bool {
        match self {
            Pattern::Anything => true,
            Pattern::Variable(number) => {
                matches[*number] = Some(Match::One(datum.clone()));
                true
            }
            Pattern::Literal(literal) => Ident::of(datum)
                .is_some_and(|ident| cx.same((&ident, scopes.0), (literal, scopes.1))),
            Pattern::Atom(atom) => same_atom(atom, &datum.kind),
            Pattern::List(sequence) => sequence.matches_list(cx, datum, scopes, matches),
            Pattern::Vector(sequence) => match &datum.kind {
                DatumKind::Vector(items) => {
                    let elements: Vec<&Datum> = items.iter().collect();
                    sequence.matches(cx, &elements, &Datum::default(), scopes, matches)
                }
                _ => false,
            },
        }
    }
}

impl Sequence {
    fn matches_list(
        &self,
        cx: Meanings<'_>,
        datum: &Datum,
        scopes: (&Scope, &Scope),
        matches: &mut [Option<Match>],
    ) -> bool {
        let mut items = datum.iter();
        if self.repeated.is_some() {
            let elements: Vec<&Datum> = items.by_ref().collect();
            return self.matches(cx, &elements, items.rest(), scopes, matches);
        }
        // Without an ellipsis the tail pattern takes whatever is left, pairs included.
        for pattern in &self.before {
            match items.next() {
                Some(item) if pattern.matches(cx, item, scopes, matches) => {}
                _ => return false,
            }
        }
        self.tail.matches(cx, items.rest(), scopes, matches)
    }
    fn matches(
        &self,
        cx: Meanings<'_>,
        elements: &[&Datum],
        tail: &Datum,
        scopes: (&Scope, &Scope),
        matches: &mut [Option<Match>],
    ) -> bool {
        let fixed = self.before.len() + self.after.len();
        let fits =
            if self.repeated.is_some() { elements.len() >= fixed } else { elements.len() == fixed };
        if !fits {
            return false;
        }
        let (before, rest) = elements.split_at(self.before.len());
        let (middle, after) = rest.split_at(rest.len() - self.after.len());
        let mut fixed = self.before.iter().zip(before).chain(self.after.iter().zip(after));
        fixed.all(|(pattern, item)| pattern.matches(cx, item, scopes, matches))
            && self.repeated.as_ref().is_none_or(|r| r.matches(cx, middle, scopes, matches))
            && self.tail.matches(cx, tail, scopes, matches)
    }
}

impl Repeated {
    fn matches(
        &self,
        cx: Meanings<'_>,
        items: &[&Datum],
        scopes: (&Scope, &Scope),
        matches: &mut [Option<Match>],
    ) -> bool {
        let mut collected = vec![Vec::with_capacity(items.len()); self.variables.len()];
        for item in items {
            if !self.pattern.matches(cx, item, scopes, matches) {
                return false;
            }
            for (all, number) in collected.iter_mut().zip(self.variables.clone()) {
                all.extend(matches[number].take());
            }
        }
        for (all, number) in collected.into_iter().zip(self.variables.clone()) {
            matches[number] = Some(Match::Many(all));
        }
        true
    }
}
