//! Macros: what a keyword can be bound to besides the expander's own syntax.

use super::Result;
use super::context::Context;
use super::procedural::Procedural;
use super::scope::Scope;
use super::syntax_rules::Rules;
use crate::read::datum::Datum;

/// A macro.
pub(super) enum Macro {
    /// Made by `syntax-rules`.
    Rules(Rules),
    /// Made by `er-macro-transformer`.
    Procedural(Procedural),
}

impl Macro {
    /// Expands a use of the macro in `scope`.
    pub(super) fn expand(
        &self,
        cx: &mut Context<'_>,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Datum> {
        match self {
            Macro::Rules(rules) => rules.expand(cx, form, scope),
            Macro::Procedural(procedural) => procedural.expand(cx, form, scope),
        }
    }
}
