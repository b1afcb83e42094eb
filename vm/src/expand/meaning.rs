//! What identifiers mean. Asked by the expander, and by macros' procedures while they run.

use super::macros::Macro;
use super::scope::{
    Binding, Environment, Fallback, Found, GlobalState, Ident, PatternVariable, Scope, UnitId,
    look_up,
};
use super::special::Special;
use super::{Expander, GlobalHost};
use crate::core_form::VarId;
use crate::globals::GlobalId;
use crate::read::datum::Datum;
use crate::symbols::{Sym, Symbols};
use std::sync::Arc;

/// What an identifier means.
pub(super) enum Meaning {
    Special(Special),
    Macro(Arc<Macro>),
    Local(VarId, UnitId),
    Pattern(PatternVariable),
    Core(Sym),
    Global(GlobalId, GlobalState),
    Free(Sym, Arc<Environment>),
}

/// What is needed to look identifiers up.
#[derive(Clone, Copy)]
pub(super) struct Meanings<'a> {
    pub(super) expander: &'a Expander,
    pub(super) symbols: &'a Symbols,
    pub(super) host: &'a dyn GlobalHost,
}

impl Meanings<'_> {
    /// What `ident` means in `scope`.
    pub(super) fn meaning(&self, ident: &Ident, scope: &Scope) -> Meaning {
        let (sym, environment) = match look_up(ident, scope) {
            Found::Binding(Binding::Special(special)) => return Meaning::Special(special),
            Found::Binding(Binding::Macro(found)) => return Meaning::Macro(found),
            Found::Binding(Binding::Local(var, unit)) => return Meaning::Local(var, unit),
            Found::Binding(Binding::Pattern(variable)) => return Meaning::Pattern(variable),
            Found::Binding(Binding::Core(sym)) => return Meaning::Core(sym),
            Found::Binding(Binding::Global { id, state }) => return Meaning::Global(id, state),
            Found::Free(sym, environment) => (sym, environment),
        };
        let fallback = environment.fallback();
        if fallback != Fallback::Nothing {
            if let Some(special) = self.expander.specials.get(&sym) {
                return Meaning::Special(*special);
            }
            let visible = fallback == Fallback::Core || !self.symbols.name(sym).starts_with('%');
            if visible && self.host.has_core(sym) {
                return Meaning::Core(sym);
            }
        }
        Meaning::Free(sym, environment)
    }
    /// Is this datum the auxiliary keyword `special`? A free symbol of that name is, too.
    pub(super) fn is_keyword(&self, datum: &Datum, special: Special, scope: &Scope) -> bool {
        let Some(ident) = Ident::of(datum) else { return false };
        match self.meaning(&ident, scope) {
            Meaning::Special(found) => found == special,
            Meaning::Free(sym, _) => self.expander.specials.get(&sym) == Some(&special),
            _ => false,
        }
    }
    /// Do two identifiers mean the same (`free-identifier=?`)?
    pub(super) fn same(&self, a: (&Ident, &Scope), b: (&Ident, &Scope)) -> bool {
        match (self.meaning(a.0, a.1), self.meaning(b.0, b.1)) {
            (Meaning::Special(a), Meaning::Special(b)) => a == b,
            (Meaning::Macro(a), Meaning::Macro(b)) => Arc::ptr_eq(&a, &b),
            (Meaning::Local(a, x), Meaning::Local(b, y)) => a == b && x == y,
            (Meaning::Pattern(a), Meaning::Pattern(b)) => a == b,
            (Meaning::Core(a), Meaning::Core(b)) => a == b,
            (Meaning::Global(a, _), Meaning::Global(b, _)) => a == b,
            (Meaning::Free(a, _), Meaning::Free(b, _)) => a == b,
            _ => false,
        }
    }
}
