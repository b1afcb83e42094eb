//! Bodies: internal definitions become a `letrec*`.
//!
//! A body is scanned first: the heads of its forms are expanded until it is known which are
//! definitions, and what they define is bound. Only then are expressions and values expanded, so
//! that they see all definitions. Expressions among the definitions are tolerated and run in order.
//! A `let-syntax` that holds definitions alone stands for them, with its macros in their scope.

use super::context::{Context, Head, Place, sequence};
use super::definition::{Value, ValuesDefinition};
use super::record::RecordDefinition;
use super::scope::{Binding, Ident, LocalScope, Scope};
use super::special::Special;
use super::{ExpandError, ExpandErrorKind, Result};
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

impl Item {
    /// So deep the optimiser may come to nest what follows: each value may refer to the one before.
    fn levels(&self) -> usize {
        match self {
            Item::Define(..) | Item::Expression(_) => 1,
            Item::DefineValues(vars, _) | Item::DefineRecord(vars, _) => 1 + vars.len(),
        }
    }
}

/// Forms still to be scanned, the next one last, each with its scope.
#[derive(Default)]
pub(super) struct Pending(pub(super) Vec<(Datum, Scope)>);

impl Pending {
    /// These come next.
    pub(super) fn put(
        &mut self,
        forms: impl IntoIterator<Item = Datum, IntoIter: DoubleEndedIterator>,
        scope: &Scope,
    ) {
        self.0.extend(forms.into_iter().rev().map(|form| (form, scope.clone())));
    }
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
            .rposition(|(item, _)| !matches!(item, Item::Expression(_)))
            .map_or(0, |last| last + 1);
        if definitions == items.len() {
            let message = match definitions {
                0 => format!("{}: the body is empty", special.name()),
                _ => format!("{}: the body ends without an expression", special.name()),
            };
            return Err(self.error_in(message, form));
        }
        let levels = items[..definitions].iter().map(|(item, _)| item.levels()).sum();
        self.deeper(levels, form.span, |cx| cx.scanned(items, definitions))
    }

    /// The code of a body of these items, whose last definition is the one before `definitions`.
    fn scanned(&mut self, items: Vec<(Item, Scope)>, definitions: usize) -> Result<Core> {
        let mut bindings = Vec::new();
        let mut expressions = Vec::new();
        for (index, (item, inner)) in items.into_iter().enumerate() {
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
    ) -> Result<Vec<(Item, Scope)>> {
        let Some(forms) = forms.proper_list() else {
            let message = format!("{}: the body is not a proper list", special.name());
            return Err(self.error_in(message, form));
        };
        let mut pending = Pending::default();
        pending.put(forms.into_iter().cloned(), inner);
        let mut items = Vec::with_capacity(pending.0.len());
        while let Some((next, inner)) = pending.0.pop() {
            let inner = &inner;
            let (found, form) = match self.expand_head(next, inner)? {
                Head::Special(found, form) => (found, form),
                Head::Other(form) => {
                    items.push((Item::Expression(form), inner.clone()));
                    continue;
                }
            };
            let item = match found {
                Special::Begin => {
                    pending.put(self.operands(found, &form)?.into_iter().cloned(), inner);
                    continue;
                }
                Special::CondExpand => {
                    pending.put(self.cond_expand(&form, inner)?, inner);
                    continue;
                }
                Special::Include | Special::IncludeCi => {
                    pending.put(self.include(found, &form)?, inner);
                    continue;
                }
                Special::LetSyntax | Special::LetrecSyntax => {
                    match self.spliced(found, &form, inner)? {
                        Some((forms, scope)) => {
                            self.holds_macro(&scope);
                            pending.put(forms, &Scope::Local(scope));
                            continue;
                        }
                        None => Item::Expression(form),
                    }
                }
                Special::Define => {
                    let definition = self.definition(&form)?;
                    let var = self.define_in_body(&definition.ident, definition.place, local)?;
                    Item::Define(var, definition.ident, definition.value)
                }
                Special::DefineValues => {
                    let definition = self.values_definition(&form)?;
                    let vars = self.define_all(&definition.idents, local)?;
                    Item::DefineValues(vars, definition)
                }
                Special::DefineRecordType => {
                    let definition = self.record_definition(&form)?;
                    let vars = self.define_all(&definition.idents(), local)?;
                    Item::DefineRecord(vars, definition)
                }
                Special::DefineSyntax | Special::DefineSyntaxParameter => {
                    let (ident, transformer) = self.syntax_definition(&form)?;
                    self.holds_macro(local);
                    let binding = match found {
                        Special::DefineSyntax => self.transformer(transformer, inner)?,
                        _ => self.syntax_parameter(transformer, inner)?,
                    };
                    self.bind_in_body(ident, binding, form.span, local)?;
                    continue;
                }
                _ => Item::Expression(form),
            };
            items.push((item, inner.clone()));
        }
        Ok(items)
    }

    /// The forms of a `let-syntax` that ends with a definition, and their scope. It is no
    /// expression, since a body needs one, and taken as R6RS (11.18) has it: its forms stand in
    /// the body around it.
    pub(super) fn spliced(
        &mut self,
        special: Special,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Option<(Vec<Datum>, Arc<LocalScope>)>> {
        let (rest, local) = self.syntax_scope(special, form, scope)?;
        let forms = rest.proper_list().unwrap_or_default();
        let defines = match forms.last() {
            Some(last) => self.is_definition((*last).clone(), &Scope::Local(local.clone()))?,
            None => false,
        };
        if !defines {
            local.clear();
            return Ok(None);
        }
        Ok(Some((forms.into_iter().cloned().collect(), local)))
    }
    /// Is the form a definition, as far as can be seen before the forms around it are scanned?
    fn is_definition(&mut self, form: Datum, scope: &Scope) -> Result<bool> {
        let head = match self.expand_head(form, scope) {
            Err(error) if error.kind == ExpandErrorKind::Syntax => return Ok(false),
            head => head?,
        };
        let Head::Special(special, form) = head else { return Ok(false) };
        match special {
            Special::Define
            | Special::DefineValues
            | Special::DefineRecordType
            | Special::DefineSyntax
            | Special::DefineSyntaxParameter => Ok(true),
            Special::Begin => match self.operands(special, &form)?.pop() {
                Some(last) => self.nested(form.span, |cx| cx.is_definition(last.clone(), scope)),
                None => Ok(false),
            },
            Special::LetSyntax | Special::LetrecSyntax => {
                let spliced = self.nested(form.span, |cx| cx.spliced(special, &form, scope))?;
                spliced.as_ref().inspect(|(_, local)| local.clear());
                Ok(spliced.is_some())
            }
            _ => Ok(false),
        }
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
