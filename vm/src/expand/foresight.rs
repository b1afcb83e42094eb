//! What a program is going to define.
//!
//! A program without imports sees everything there is, and may define any of it anew. Its own
//! definition of a name then holds for the whole text, also for procedures written before it, as
//! in other implementations: `fold` may be used on the first page and defined on the last. Forms
//! are expanded one by one, so the names concerned are given variables of their own beforehand.
//! Until the definition is reached such a variable has the standard value.

use super::context::Context;
use super::meaning::Meaning;
use super::scope::{Binding, Environment, Fallback, GlobalState, Ident, Scope};
use super::special::Special;
use super::{Expander, Result, Session, Unit};
use crate::core_form::{Core, Vars};
use crate::read::datum::{Datum, DatumKind};
use crate::symbols::Sym;
use rustc_hash::FxHashSet;
use std::sync::Arc;

impl Expander {
    /// Prepares `environment` for a text of these forms: what must run before the first of them.
    pub fn foresee(
        &self,
        session: &Session<'_>,
        forms: &[Datum],
        environment: &Arc<Environment>,
    ) -> Result<Vec<Unit>> {
        let mut context = Context::new(self, session);
        let scope = Scope::Top(environment.clone());
        let imports = |form: &Datum| {
            let head = form.as_pair().map(|pair| &pair.car);
            head.is_some_and(|head| {
                context.is_keyword(head, Special::Import, &scope)
                    || context.is_keyword(head, Special::DefineLibrary, &scope)
            })
        };
        if environment.fallback() != Fallback::Standard || forms.first().is_some_and(imports) {
            return Ok(Vec::new());
        }
        let mut mentioned = FxHashSet::default();
        for form in forms {
            for name in context.names_defined(form, &scope) {
                if mentioned.contains(&name) {
                    context.keep_variable(name, form, environment)?;
                }
            }
            mention(form, &mut mentioned);
        }
        Ok(context.finish())
    }
}

impl Context<'_> {
    /// The names that a form defines, as far as its text shows it.
    fn names_defined(&self, form: &Datum, scope: &Scope) -> Vec<Sym> {
        let mut names = Vec::new();
        let mut pending = vec![form];
        while let Some(form) = pending.pop() {
            let Some(parts) = form.as_pair() else { continue };
            if self.is_keyword(&parts.car, Special::Begin, scope) {
                pending.extend(parts.cdr.proper_list().into_iter().flatten());
            } else if self.is_keyword(&parts.car, Special::Define, scope) {
                let mut target = parts.cdr.as_pair().map(|rest| &rest.car);
                while let Some(Some(inner)) = target.map(Datum::as_pair) {
                    target = Some(&inner.car);
                }
                if let Some(Ident::Symbol(name)) = target.and_then(Ident::of) {
                    names.push(name);
                }
            }
        }
        names
    }
    /// Gives a name that means something standard a variable in `environment`.
    fn keep_variable(
        &mut self,
        name: Sym,
        form: &Datum,
        environment: &Arc<Environment>,
    ) -> Result<()> {
        let ident = Ident::Symbol(name);
        if environment.get(&ident).is_some() {
            return Ok(());
        }
        let before = self.meaning(&ident, &Scope::Top(environment.clone()));
        let has_value = matches!(before, Meaning::Core(_));
        // Syntax of the report was meant as such; `assert` and `receive` may be anything.
        if !has_value && (self.in_report(name) || !matches!(before, Meaning::Special(_))) {
            return Ok(());
        }
        let id = self.fresh_global(name, environment)?;
        if has_value {
            let value = Box::new(self.core_variable(name, form.span)?);
            let core = Core::DefineGlobal(id, value, form.span);
            self.units.push(Unit { core, vars: Vars::default() });
        }
        environment.bind(ident, Binding::Global { id, state: GlobalState::Defined });
        Ok(())
    }
    fn in_report(&self, name: Sym) -> bool {
        let libraries = self.expander.standard_libraries(self.session.symbols);
        let libraries = ["(scheme base)", "(scheme case-lambda)", "(scheme lazy)"]
            .map(|library| libraries.get(library));
        libraries.into_iter().flatten().any(|names| names.contains(&name))
    }
}

/// Adds all symbols of a datum to `mentioned`.
fn mention(datum: &Datum, mentioned: &mut FxHashSet<Sym>) {
    let mut pending = vec![datum];
    while let Some(datum) = pending.pop() {
        match &datum.kind {
            DatumKind::Symbol(sym) => {
                mentioned.insert(*sym);
            }
            DatumKind::Pair(pair) => pending.extend([&pair.cdr, &pair.car]),
            DatumKind::Vector(items) => pending.extend(items.iter()),
            DatumKind::Label(_, labelled) => pending.push(&labelled.inner),
            _ => {}
        }
    }
}
