//! Macros: what a keyword can be bound to besides the expander's own syntax.

use super::Result;
use super::context::{Context, Head};
use super::meaning::Meaning;
use super::procedural::Procedural;
use super::scope::{Binding, Ident, Scope};
use super::special::Special;
use super::syntax_rules::Rules;
use crate::core_form::Core;
use crate::read::datum::Datum;
use std::sync::Arc;

/// A macro.
pub(super) enum Macro {
    /// Made by `syntax-rules`.
    Rules(Rules),
    /// A procedure.
    Procedural(Procedural),
    /// A syntax parameter (SRFI 139), and what it means outside of all `syntax-parameterize`.
    Parameter(Binding),
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
            Macro::Parameter(_) => Err(cx.error_in("this syntax parameter means itself", form)),
        }
    }
    /// Is the keyword on its own a use, too?
    pub(super) fn takes_identifiers(&self) -> bool {
        matches!(self, Macro::Procedural(procedural) if procedural.takes_identifiers())
    }
    /// Is `(set! keyword expression)` a use?
    pub(super) fn takes_assignments(&self) -> bool {
        matches!(self, Macro::Procedural(procedural) if procedural.takes_assignments())
    }
}

impl Context<'_> {
    /// What a keyword is bound to by `(define-syntax keyword transformer)` and the like.
    pub(super) fn transformer(&mut self, form: &Datum, scope: &Scope) -> Result<Binding> {
        let made = |found: Macro| Ok(Binding::Macro(Arc::new(found)));
        match self.meaning_of(form, scope) {
            Some(Meaning::Special(special)) => return Ok(Binding::Special(special)),
            Some(Meaning::Macro(found)) => return Ok(Binding::Macro(found)),
            _ => {}
        }
        match self.expand_head(form.clone(), scope)? {
            Head::Special(Special::SyntaxRules, form) => {
                made(Macro::Rules(Rules::compile(self, &form, scope)?))
            }
            Head::Special(Special::ErMacroTransformer, form) => {
                made(Macro::Procedural(Procedural::renaming(self, &form, scope)?))
            }
            Head::Special(Special::IdentifierSyntax, form) => {
                made(self.identifier_syntax(&form, scope)?)
            }
            Head::Other(form) if form.as_pair().is_none() && Ident::of(&form).is_none() => {
                let message = "a keyword is defined by syntax-rules or a procedure";
                Err(self.error_in(message, &form))
            }
            Head::Special(_, form) | Head::Other(form) => {
                made(Macro::Procedural(Procedural::syntax(self, &form, scope)?))
            }
        }
    }
    /// What a syntax parameter is bound to by `(define-syntax-parameter keyword transformer)`.
    pub(super) fn syntax_parameter(&mut self, form: &Datum, scope: &Scope) -> Result<Binding> {
        let usual = self.transformer(form, scope)?;
        Ok(Binding::Macro(Arc::new(Macro::Parameter(usual))))
    }
    /// What a macro means here: of a syntax parameter, the innermost meaning it was given.
    pub(super) fn in_effect(&self, mut found: Arc<Macro>) -> Binding {
        // A parameter may stand for another one; the innermost first, and each only once.
        let mut within = self.parameterized.len();
        while let Macro::Parameter(usual) = &*found {
            let mut given = self.parameterized[..within].iter();
            let inner = given.rposition(|(parameter, _)| Arc::ptr_eq(parameter, &found));
            let binding = match inner {
                Some(at) => {
                    within = at;
                    self.parameterized[at].1.clone()
                }
                None => usual.clone(),
            };
            match binding {
                Binding::Macro(next) => found = next,
                other => return other,
            }
        }
        Binding::Macro(found)
    }
    /// `(syntax-parameterize ((keyword transformer) ...) body ...)`.
    pub(super) fn syntax_parameterize(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let special = Special::SyntaxParameterize;
        let (bindings, body) = self.bindings_and_body(special, form)?;
        let mut given = Vec::new();
        for init in self.inits(special, bindings)? {
            let parameter = match self.meaning(&init.ident, scope) {
                Meaning::Macro(found) if matches!(*found, Macro::Parameter(_)) => found,
                _ => {
                    let name = self.name(init.ident.symbol());
                    let message = format!("syntax-parameterize: {name} is no syntax parameter");
                    return Err(super::ExpandError::new(message, init.span));
                }
            };
            given.push((parameter, self.transformer(init.init, scope)?));
        }
        let before = self.parameterized.len();
        self.parameterized.extend(given);
        let body = self.body(special, body, form, scope);
        self.parameterized.truncate(before);
        body
    }
}
