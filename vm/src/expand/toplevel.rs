//! Top-level forms: of programs, libraries, the REPL and `eval`.

use super::body::Pending;
use super::context::{Context, Head, Place};
use super::meaning::Meaning;
use super::scope::{Binding, Environment, Fallback, GlobalState, Ident, Scope};
use super::special::Special;
use super::{ExpandError, Result, Unit};
use crate::core_form::{Core, Vars};
use crate::globals::GlobalId;
use crate::hints;
use crate::read::datum::Datum;
use crate::symbols::Sym;
use std::sync::Arc;

/// A global variable that a definition is about to define.
struct NewGlobal {
    id: GlobalId,
    ident: Ident,
    /// What the identifier was bound to before.
    before: Option<Binding>,
    /// The variable that the name meant before, if another one.
    shadowed: Option<Meaning>,
}

impl Context<'_> {
    /// Expands a top-level form into units.
    pub(super) fn toplevel(&mut self, form: Datum, environment: &Arc<Environment>) -> Result<()> {
        let mut pending = Pending::default();
        pending.put([form], &Scope::Top(environment.clone()));
        while let Some((next, scope)) = pending.0.pop() {
            let (special, form) = match self.expand_toplevel_head(next, &scope)? {
                Head::Special(special, form) => (special, form),
                Head::Other(form) => {
                    environment.begin_body();
                    let core = self.expression(&form, &scope)?;
                    self.emit(core);
                    continue;
                }
            };
            if !matches!(
                special,
                Special::Import | Special::DefineLibrary | Special::CondExpand | Special::Begin
            ) {
                environment.begin_body();
            }
            match special {
                Special::Begin => {
                    pending.put(self.operands(special, &form)?.into_iter().cloned(), &scope);
                }
                Special::CondExpand => pending.put(self.cond_expand(&form, &scope)?, &scope),
                Special::Include | Special::IncludeCi => {
                    pending.put(self.include(special, &form)?, &scope);
                }
                Special::LetSyntax | Special::LetrecSyntax => {
                    // The macros live as long as what is defined here and may use them.
                    match self.spliced(special, &form, &scope)? {
                        Some((forms, scope)) => pending.put(forms, &Scope::Local(scope)),
                        None => {
                            let core = self.expression(&form, &scope)?;
                            self.emit(core);
                        }
                    }
                }
                Special::Import => {
                    self.may_change(environment, &form)?;
                    self.import(&form, environment)?;
                }
                Special::DefineLibrary => self.define_library(&form)?,
                Special::Define => self.define(&form, environment, &scope)?,
                Special::DefineValues => self.define_values(&form, environment, &scope)?,
                Special::DefineRecordType => self.define_record(&form, environment)?,
                Special::DefineSyntax => {
                    self.may_change(environment, &form)?;
                    let (ident, transformer) = self.syntax_definition(&form)?;
                    let binding = self.transformer(transformer, &scope)?;
                    environment.bind(ident, binding);
                }
                Special::DefineSyntaxParameter => {
                    self.may_change(environment, &form)?;
                    let (ident, transformer) = self.syntax_definition(&form)?;
                    let binding = self.syntax_parameter(transformer, &scope)?;
                    environment.bind(ident, binding);
                }
                Special::BeginForSyntax => {
                    for form in self.operands(special, &form)? {
                        self.nested(form.span, |cx| cx.toplevel(form.clone(), environment))?;
                    }
                    self.run_units()?;
                }
                _ => {
                    let core = self.expression(&form, &scope)?;
                    self.emit(core);
                }
            }
        }
        Ok(())
    }
    /// As `expand_head`; but `import` and `define-library` are understood wherever nothing else
    /// is bound to these names, since no library exports them.
    fn expand_toplevel_head(&mut self, form: Datum, scope: &Scope) -> Result<Head> {
        match self.expand_head(form, scope)? {
            Head::Other(form) => {
                let head = form.as_pair().map(|pair| &pair.car);
                let always = [Special::Import, Special::DefineLibrary];
                match always
                    .into_iter()
                    .find(|special| head.is_some_and(|h| self.is_keyword(h, *special, scope)))
                {
                    Some(special) => Ok(Head::Special(special, form)),
                    None => Ok(Head::Other(form)),
                }
            }
            head => Ok(head),
        }
    }
    fn may_change(&self, environment: &Environment, form: &Datum) -> Result<()> {
        if environment.may_change() {
            return Ok(());
        }
        Err(self.error_in("nothing can be defined in this environment", form))
    }

    /// Binds `ident` to a global variable of the environment.
    fn new_global(&mut self, ident: &Ident, environment: &Arc<Environment>) -> Result<NewGlobal> {
        let sym = ident.symbol();
        let before = environment.get(ident);
        let bound =
            |id, shadowed| NewGlobal { id, ident: ident.clone(), before: before.clone(), shadowed };
        if let Some(Binding::Global { id, state: GlobalState::Awaited | GlobalState::Defined }) =
            before
        {
            environment.bind(ident.clone(), Binding::Global { id, state: GlobalState::Defined });
            return Ok(bound(id, None));
        }
        if environment.fallback() == Fallback::Core
            && let Some(id) = self.session.host.core_global(sym)?
        {
            return Ok(bound(id, None));
        }
        let shadowed = self.meaning(ident, &Scope::Top(environment.clone()));
        let shadowed =
            matches!(shadowed, Meaning::Core(_) | Meaning::Global(..)).then_some(shadowed);
        let id = self.fresh_global(sym, environment)?;
        environment.bind(ident.clone(), Binding::Global { id, state: GlobalState::Defined });
        Ok(bound(id, shadowed))
    }

    /// A new global variable, or the one that a library loaded before had.
    pub(super) fn fresh_global(&self, sym: Sym, environment: &Environment) -> Result<GlobalId> {
        match environment.inherited(sym) {
            Some(id) => Ok(id),
            None => self.session.host.new_global(sym),
        }
    }

    /// Makes code for definitions of `globals`; if it cannot be made, nothing is defined.
    fn defining<T>(
        &mut self,
        globals: &[NewGlobal],
        environment: &Environment,
        make: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let result = make(self);
        if result.is_err() {
            for global in globals {
                environment.restore(&global.ident, global.before.clone());
            }
        }
        result
    }

    /// `(define name value)`.
    fn define(
        &mut self,
        form: &Datum,
        environment: &Arc<Environment>,
        scope: &Scope,
    ) -> Result<()> {
        self.may_change(environment, form)?;
        let definition = self.definition(form)?;
        let global = self.new_global(&definition.ident, environment)?;
        let globals = [global];
        let value = self.defining(&globals, environment, |cx| {
            cx.defined_value(&definition.ident, &definition.value, scope)
        })?;
        let [global] = globals;
        // A definition may use the meaning that its name had before: `(define car (trace car))`.
        let shadowed = match global.shadowed {
            _ if matches!(value, Core::Lambda(_) | Core::Const(_)) => None,
            Some(Meaning::Core(sym)) => Some(self.core_variable(sym, definition.place)?),
            Some(Meaning::Global(id, _)) => Some(Core::Global(id, definition.place)),
            _ => None,
        };
        if let Some(shadowed) = shadowed {
            let core = Core::DefineGlobal(global.id, Box::new(shadowed), form.span);
            self.units.push(Unit { core, vars: Vars::default() });
        }
        self.emit(Core::DefineGlobal(global.id, Box::new(value), form.span));
        Ok(())
    }

    /// `(define-values formals expression)`.
    fn define_values(
        &mut self,
        form: &Datum,
        environment: &Arc<Environment>,
        scope: &Scope,
    ) -> Result<()> {
        self.may_change(environment, form)?;
        let definition = self.values_definition(form)?;
        let mut globals = Vec::with_capacity(definition.idents.len());
        for (ident, _) in &definition.idents {
            globals.push(self.new_global(ident, environment)?);
        }
        let core = self.defining(&globals, environment, |cx| {
            let vector = cx.values_vector(&definition, scope)?;
            let kept = cx.hidden("values");
            let mut steps = Vec::with_capacity(globals.len() + 1);
            for (index, global) in globals.iter().enumerate() {
                let element = cx.values_element(Core::Local(kept, form.span), index, form.span)?;
                steps.push(Core::DefineGlobal(global.id, Box::new(element), form.span));
            }
            steps.push(Core::Unspecified);
            Ok(Core::Let(vec![(kept, vector)], Box::new(Core::Seq(steps))))
        })?;
        self.emit(core);
        Ok(())
    }

    /// `(define-record-type name constructor predicate field ...)`.
    fn define_record(&mut self, form: &Datum, environment: &Arc<Environment>) -> Result<()> {
        self.may_change(environment, form)?;
        let definition = self.record_definition(form)?;
        let mut globals = Vec::new();
        for (ident, _) in definition.idents() {
            globals.push(self.new_global(&ident, environment)?);
        }
        let places: Vec<Place> = globals.iter().map(|global| Place::Global(global.id)).collect();
        let values =
            self.defining(&globals, environment, |cx| cx.record_values(&definition, &places))?;
        let steps = globals.iter().zip(values);
        let steps: Vec<Core> = steps
            .map(|(global, value)| Core::DefineGlobal(global.id, Box::new(value), form.span))
            .collect();
        self.emit(super::context::sequence(steps));
        Ok(())
    }

    /// `(import import-set ...)`.
    fn import(&mut self, form: &Datum, environment: &Arc<Environment>) -> Result<()> {
        let sets = self.operands(Special::Import, form)?;
        for set in &sets {
            if set.as_pair().is_none() {
                let message = "import: expected import sets, such as (scheme base)";
                return Err(self.error_in(message, set));
            }
        }
        // All are looked up before the first takes effect: a failing import changes nothing.
        let mut found = Vec::new();
        for set in sets {
            found.extend(self.import_set(set)?);
        }
        environment.begin_import();
        for (name, binding) in found {
            environment.bind(Ident::Symbol(name), binding);
        }
        Ok(())
    }
    /// Adds the bindings of one import set to an environment.
    pub(super) fn import_into(&mut self, environment: &Environment, set: &Datum) -> Result<()> {
        for (name, binding) in self.import_set(set)? {
            environment.bind(Ident::Symbol(name), binding);
        }
        Ok(())
    }
    /// The error that something is no library's name.
    pub(super) fn no_library(&self, name: &Datum) -> ExpandError {
        let known = self.expander.standard_libraries(self.session.symbols).keys();
        let hint = hints::among(&name.to_text(self.session.symbols), known.cloned());
        self.error_in("there is no such library", name).with_hint(hint)
    }
}
