//! Bodies: internal definitions become a `letrec*`.
//!
//! A body is scanned first: the heads of its forms are expanded until it is known which are
//! definitions, and what they define is bound. Only then are expressions and values expanded, so
//! that they see all definitions. Expressions among the definitions are tolerated and run in order.

use super::context::{Context, Head, Place, sequence};
use super::definition::{Value, ValuesDefinition};
use super::record::RecordDefinition;
use super::scope::{Binding, Ident, LocalScope, Scope};
use super::special::Special;
use super::{ExpandError, Result};
use crate::core_form::{Core, VarId};
use crate::read::datum::Datum;
use crate::source::Span;
use std::sync::Arc;

/// A form of a body, scanned.
enum Item {
    Define(VarId, Ident, Value),
    DefineValues(Vec<VarId>, ValuesDefinition),
    DefineRecord(Vec<VarId>, RecordDefinition),
    Expression(Datum),
}

impl Context<'_> {
    /// Expands the body of `form`, a use of `special`, in a scope inside `scope`.
    pub(super) fn body(
        &mut self,
        special: Special,
        forms: &Datum,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Core> {
        let local = LocalScope::inside(scope);
        let inner = Scope::Local(local.clone());
        let items = self.nested(form.span, |cx| cx.scan(special, forms, form, &local, &inner))?;
        let definitions = items
            .iter()
            .rposition(|item| !matches!(item, Item::Expression(_)))
            .map_or(0, |last| last + 1);
        if definitions == items.len() {
            let message = match definitions {
                0 => format!("{}: the body is empty", special.name()),
                _ => format!("{}: the body ends without an expression", special.name()),
            };
            return Err(self.error_in(message, form));
        }
        let mut bindings = Vec::new();
        let mut expressions = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Item::Expression(datum) if index < definitions => {
                    let core = self.expression(&datum, &inner)?;
                    bindings.push((self.hidden("ignored"), core));
                }
                Item::Expression(datum) => expressions.push(self.expression(&datum, &inner)?),
                Item::Define(var, ident, value) => {
                    bindings.push((var, self.defined_value(&ident, &value, &inner)?));
                }
                Item::DefineValues(vars, definition) => {
                    self.bind_values(&vars, &definition, &inner, &mut bindings)?;
                }
                Item::DefineRecord(vars, definition) => {
                    let places: Vec<Place> = vars.iter().copied().map(Place::Local).collect();
                    let values = self.record_values(&definition, &places)?;
                    bindings.extend(vars.into_iter().zip(values));
                }
            }
        }
        let body = sequence(expressions);
        Ok(if bindings.is_empty() { body } else { Core::Letrec(bindings, Box::new(body)) })
    }

    fn scan(
        &mut self,
        special: Special,
        forms: &Datum,
        form: &Datum,
        local: &Arc<LocalScope>,
        inner: &Scope,
    ) -> Result<Vec<Item>> {
        let Some(forms) = forms.proper_list() else {
            let message = format!("{}: the body is not a proper list", special.name());
            return Err(self.error_in(message, form));
        };
        let mut pending: Vec<Datum> = forms.into_iter().rev().cloned().collect();
        let mut items = Vec::with_capacity(pending.len());
        while let Some(next) = pending.pop() {
            let (found, form) = match self.expand_head(next, inner)? {
                Head::Special(found, form) => (found, form),
                Head::Other(form) => {
                    items.push(Item::Expression(form));
                    continue;
                }
            };
            match found {
                Special::Begin => {
                    pending.extend(self.operands(found, &form)?.into_iter().rev().cloned());
                }
                Special::CondExpand => {
                    pending.extend(self.cond_expand(&form, inner)?.into_iter().rev());
                }
                Special::Include | Special::IncludeCi => {
                    pending.extend(self.include(found, &form)?.into_iter().rev());
                }
                Special::Define => {
                    let definition = self.definition(&form)?;
                    let var = self.define_in_body(&definition.ident, definition.place, local)?;
                    items.push(Item::Define(var, definition.ident, definition.value));
                }
                Special::DefineValues => {
                    let definition = self.values_definition(&form)?;
                    let vars = self.define_all(&definition.idents, local)?;
                    items.push(Item::DefineValues(vars, definition));
                }
                Special::DefineRecordType => {
                    let definition = self.record_definition(&form)?;
                    let vars = self.define_all(&definition.idents(), local)?;
                    items.push(Item::DefineRecord(vars, definition));
                }
                Special::DefineSyntax | Special::DefineSyntaxParameter => {
                    let (ident, transformer) = self.syntax_definition(&form)?;
                    self.holds_macro(local);
                    let binding = match found {
                        Special::DefineSyntax => self.transformer(transformer, inner)?,
                        _ => self.syntax_parameter(transformer, inner)?,
                    };
                    self.bind_in_body(ident, binding, form.span, local)?;
                }
                _ => items.push(Item::Expression(form)),
            }
        }
        Ok(items)
    }

    fn bind_in_body(
        &self,
        ident: Ident,
        binding: Binding,
        span: Span,
        local: &LocalScope,
    ) -> Result<()> {
        let sym = ident.symbol();
        if local.bind(ident, binding) {
            return Ok(());
        }
        let message = format!("{} is defined twice in this body", self.name(sym));
        Err(ExpandError::new(message, span))
    }
    fn define_in_body(&mut self, ident: &Ident, span: Span, local: &LocalScope) -> Result<VarId> {
        let var = self.vars.fresh(ident.symbol());
        self.bind_in_body(ident.clone(), Binding::Local(var, self.unit), span, local)?;
        Ok(var)
    }
    fn define_all(&mut self, idents: &[(Ident, Span)], local: &LocalScope) -> Result<Vec<VarId>> {
        idents.iter().map(|(ident, span)| self.define_in_body(ident, *span, local)).collect()
    }

    /// The values come in a vector, which is bound first, and are taken out of it one by one: so
    /// that no variable is assigned to.
    fn bind_values(
        &mut self,
        vars: &[VarId],
        definition: &ValuesDefinition,
        scope: &Scope,
        bindings: &mut Vec<(VarId, Core)>,
    ) -> Result<()> {
        let span = definition.span;
        let vector = self.values_vector(definition, scope)?;
        let kept = self.hidden("values");
        bindings.push((kept, vector));
        for (index, var) in vars.iter().enumerate() {
            let element = self.values_element(Core::Local(kept, span), index, span)?;
            bindings.push((*var, element));
        }
        Ok(())
    }
}
