//! Forms as first-class values: identifiers with what they mean, and the places of everything.

use super::expansion::Expansion;
use super::meaning::Meanings;
use super::scope::{Alias, Ident, Scope};
use super::{Expander, GlobalHost};
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use crate::symbols::{Sym, Symbols};
use std::sync::Arc;

/// A form, in one heap object.
pub struct SyntaxObject(pub Datum);

impl Datum {
    /// Is this an identifier of the expander's?
    pub(crate) fn is_identifier(&self) -> bool {
        Ident::of(self).is_some()
    }
    /// The symbol of an identifier.
    pub(crate) fn identifier_symbol(&self) -> Option<Sym> {
        Ident::of(self).map(|ident| ident.symbol())
    }
    /// Are both the same identifier (`bound-identifier=?`)?
    pub(crate) fn is_same_identifier(&self, other: &Datum) -> bool {
        Ident::of(self).is_some_and(|ident| Ident::of(other).is_some_and(|other| ident == other))
    }
    /// The identifier named `sym` that would stand where this one does (`datum->syntax`).
    pub(crate) fn identifier_like(&self, sym: Sym, span: Span) -> Datum {
        match Ident::of(self) {
            Some(ident) => ident.like(sym).datum(span),
            None => Datum::symbol(sym, span),
        }
    }
}

impl Expander {
    /// Do two identifiers mean the same where a macro is used (`free-identifier=?`)?
    pub(crate) fn means_the_same(
        &self,
        (a, b): (&Datum, &Datum),
        expansion: Option<&Expansion>,
        (symbols, host): (&Symbols, &dyn GlobalHost),
    ) -> bool {
        let anywhere = Scope::Top(self.interaction.clone());
        let scope = expansion.map_or(&anywhere, |expansion| &expansion.scope);
        let meanings = Meanings { expander: self, symbols, host };
        let (Some(a), Some(b)) = (Ident::of(a), Ident::of(b)) else { return false };
        meanings.same((&a, scope), (&b, scope))
    }
    /// An identifier that is like no other (`generate-temporaries`).
    pub(crate) fn temporary(&self, name: Sym, span: Span) -> Datum {
        let core = Scope::Top(self.core.clone());
        let alias = Alias::new(Ident::Symbol(name), core, self.next_number());
        Datum::new(DatumKind::Alias(Arc::new(alias)), span)
    }
}

impl Expansion {
    /// The place of the macro's use.
    pub(crate) fn span(&self) -> Span {
        self.span
    }
}
