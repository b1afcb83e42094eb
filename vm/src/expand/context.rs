//! The state of one expansion: the units made so far, the variables of the current one, and how
//! much of the limits is used up; with it, what every other part needs.

use super::macros::Macro;
use super::meaning::{Meaning, Meanings};
use super::scope::{Binding, Ident, LocalScope, Scope, UnitId};
use super::special::Special;
use super::{ExpandError, ExpandErrorKind, Expander, Library, Result, Session, Unit};
use crate::core_form::{Call, Clause, Core, Lambda, VarId, Vars};
use crate::globals::GlobalId;
use crate::num::Number;
use crate::read::datum::{Datum, DatumKind, ListIter};
use crate::source::Span;
use crate::symbols::Sym;
use std::sync::Arc;

/// How much of a form is quoted in an error message.
const FORM_TEXT_LIMIT: usize = 120;
/// `check` is called after this many steps.
const STEPS_BETWEEN_CHECKS: u64 = 4096;
/// A form that binds many variables takes a level for each so many.
const VARIABLES_TO_A_LEVEL: usize = 10;
/// So many macro uses are remembered; one whose expansion never ends must not fill the memory.
const MAX_NOTED_EXPANSIONS: usize = 1000;
/// An error names at most so many macro uses around it.
const MAX_SHOWN_EXPANSIONS: usize = 6;

/// The state of one expansion.
pub(super) struct Context<'a> {
    pub(super) expander: &'a Expander,
    pub(super) session: &'a Session<'a>,
    /// The unit being made, and its local variables.
    pub(super) unit: UnitId,
    pub(super) vars: Vars,
    /// What has been expanded.
    pub(super) units: Vec<Unit>,
    /// Libraries to be instantiated before the unit with this index.
    pub(super) instantiations: Vec<(usize, Arc<Library>)>,
    /// Libraries that the library being expanded imports, until macros' procedures need them.
    pub(super) needs: Vec<Arc<Library>>,
    /// The libraries being loaded, outermost first, to notice cycles.
    pub(super) loading: Vec<String>,
    /// In a macro's transformer: where the macro is defined.
    pub(super) definition: Option<Scope>,
    /// What syntax parameters mean here instead of what they were defined as, innermost last.
    pub(super) parameterized: Vec<(Arc<Macro>, Binding)>,
    depth: u32,
    steps: u64,
    next_check: u64,
    /// How many forms have been expanded.
    forms: u64,
    /// Address of a variable on the native stack where the expansion began.
    stack_begin: usize,
    /// Scopes that hold macros: these refer back to the scope, so it must be emptied in the end.
    macro_scopes: Vec<Arc<LocalScope>>,
    /// Macro uses that the form being expanded may come out of, for errors.
    expansions: Vec<(Sym, Span)>,
}

/// A form whose head has been expanded as far as it goes.
pub(super) enum Head {
    /// A use of a keyword of the language.
    Special(Special, Datum),
    /// Anything else: a call, an identifier, a constant.
    Other(Datum),
}

/// Where the variable that a definition defines is kept.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Local(VarId),
    Global(GlobalId),
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        for scope in &self.macro_scopes {
            scope.clear();
        }
    }
}

fn stack_address() -> usize {
    let here = 0u8;
    (&raw const here).addr()
}

impl<'a> Context<'a> {
    pub(super) fn new(expander: &'a Expander, session: &'a Session<'a>) -> Context<'a> {
        Context {
            expander,
            session,
            unit: expander.next_unit(),
            vars: Vars::default(),
            units: Vec::new(),
            instantiations: Vec::new(),
            needs: Vec::new(),
            definition: None,
            parameterized: Vec::new(),
            loading: Vec::new(),
            depth: 0,
            steps: 0,
            next_check: STEPS_BETWEEN_CHECKS,
            forms: 0,
            stack_begin: stack_address(),
            macro_scopes: Vec::new(),
            expansions: Vec::new(),
        }
    }
    /// For the transformer of a macro defined in `scope`: a unit of its own, within the same limits.
    pub(super) fn of_transformer(&self, scope: &Scope) -> Context<'a> {
        let mut inner = Context::new(self.expander, self.session);
        inner.definition = Some(scope.clone());
        inner.depth = self.depth;
        inner.stack_begin = self.stack_begin;
        inner.loading.clone_from(&self.loading);
        inner
    }
    /// What has been expanded, and before each unit the libraries it needs. Only now are these said
    /// to be instantiated: had the expansion failed, they would still have to be.
    pub(super) fn finish(mut self) -> Vec<Unit> {
        self.take_units()
    }
    /// Runs what has been expanded so far, and the libraries it needs: a macro's procedure may use
    /// what they define.
    pub(super) fn run_units(&mut self) -> Result<()> {
        let mut units = Vec::new();
        for library in std::mem::take(&mut self.needs) {
            library.instantiate(&mut units);
        }
        units.append(&mut self.take_units());
        if units.is_empty() { Ok(()) } else { self.session.host.run(units) }
    }
    fn take_units(&mut self) -> Vec<Unit> {
        let units = std::mem::take(&mut self.units);
        if self.instantiations.is_empty() {
            return units;
        }
        let mut all = Vec::with_capacity(units.len());
        let mut instantiations = std::mem::take(&mut self.instantiations).into_iter().peekable();
        for (position, unit) in units.into_iter().enumerate() {
            while let Some((_, library)) = instantiations.next_if(|(at, _)| *at <= position) {
                library.instantiate(&mut all);
            }
            all.push(unit);
        }
        for (_, library) in instantiations {
            library.instantiate(&mut all);
        }
        all
    }
    /// The code is a piece of program of its own.
    pub(super) fn emit(&mut self, core: Core) {
        let vars = std::mem::take(&mut self.vars);
        self.unit = self.expander.next_unit();
        self.units.push(Unit { core, vars });
    }

    /// Runs `expand` one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        span: Span,
        expand: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.deeper(1, span, expand)
    }
    /// Runs `expand` some levels deeper, for forms whose core is that deeply nested.
    pub(super) fn deeper<T>(
        &mut self,
        levels: usize,
        span: Span,
        expand: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let levels = self.room_for_levels(levels, span)?;
        self.depth += levels;
        let expansions = self.expansions.len();
        let result = expand(self);
        self.depth -= levels;
        if result.is_ok() {
            self.expansions.truncate(expansions);
        }
        result
    }
    fn room_for_levels(&self, levels: usize, span: Span) -> Result<u32> {
        let limits = &self.session.limits;
        let levels = u32::try_from(levels).unwrap_or(u32::MAX);
        let used = self.stack_begin.abs_diff(stack_address());
        if levels > limits.depth.saturating_sub(self.depth) || used > limits.stack_bytes {
            let message = format!("expressions are nested too deeply (level {})", self.depth);
            return Err(ExpandError::new(message, span).of_kind(ExpandErrorKind::Limit));
        }
        Ok(levels)
    }
    /// Is there room for a form that binds so many variables at once? The optimiser nests these, many to
    /// a level (`opt::split`).
    pub(super) fn room_for_variables(&self, count: usize, span: Span) -> Result<()> {
        self.room_for_levels(count / VARIABLES_TO_A_LEVEL, span).map(|_| ())
    }
    /// Counts the data that a macro's expansion made.
    pub(super) fn count_steps(&mut self, count: u64, span: Span) -> Result<()> {
        self.steps = self.steps.saturating_add(count);
        if self.steps >= self.next_check {
            self.next_check = self.steps + STEPS_BETWEEN_CHECKS;
            (self.session.check)()?;
            if self.steps > self.session.limits.steps {
                let message = "the expansion of this macro grows too large (does it ever end?)";
                return Err(ExpandError::new(message, span).of_kind(ExpandErrorKind::Limit));
            }
        }
        Ok(())
    }

    /// Counts a form, or part of a constant, so that long ones can be stopped.
    #[inline]
    pub(super) fn count_form(&mut self) -> Result<()> {
        self.forms += 1;
        if self.forms.is_multiple_of(STEPS_BETWEEN_CHECKS) {
            (self.session.check)()
        } else {
            Ok(())
        }
    }

    // Errors and texts.

    /// An error about a form, which is quoted.
    pub(super) fn error_in(&self, message: impl Into<String>, form: &Datum) -> ExpandError {
        let text = form.to_text_within(self.session.symbols, FORM_TEXT_LIMIT);
        ExpandError { form: Some(text), ..ExpandError::new(message, form.span) }
    }
    /// The error that a use of `special` doesn't have the right shape.
    pub(super) fn shape(&self, special: Special, expected: &str, form: &Datum) -> ExpandError {
        self.error_in(format!("{}: expected {expected}", special.name()), form)
    }
    pub(super) fn name(&self, sym: Sym) -> Arc<str> {
        self.session.symbols.name(sym)
    }

    // Identifiers.

    /// What is needed to look identifiers up.
    pub(super) fn meanings(&self) -> Meanings<'_> {
        let Session { symbols, host, .. } = *self.session;
        Meanings { expander: self.expander, symbols, host }
    }
    /// What `ident` means in `scope`.
    pub(super) fn meaning(&self, ident: &Ident, scope: &Scope) -> Meaning {
        self.meanings().meaning(ident, scope)
    }
    /// The meaning of a datum, if it is an identifier.
    pub(super) fn meaning_of(&self, datum: &Datum, scope: &Scope) -> Option<Meaning> {
        Ident::of(datum).map(|ident| self.meaning(&ident, scope))
    }
    /// Is this datum the auxiliary keyword `special`? A free symbol of that name is, too.
    pub(super) fn is_keyword(&self, datum: &Datum, special: Special, scope: &Scope) -> bool {
        self.meanings().is_keyword(datum, special, scope)
    }
    /// The identifier that `datum` must be.
    pub(super) fn ident(&self, datum: &Datum, special: Special, what: &str) -> Result<Ident> {
        Ident::of(datum).ok_or_else(|| {
            self.error_in(format!("{}: {what} must be an identifier", special.name()), datum)
        })
    }
    /// `scope` has come to hold a macro.
    pub(super) fn holds_macro(&mut self, scope: &Arc<LocalScope>) {
        if !self.macro_scopes.iter().rev().take(4).any(|known| Arc::ptr_eq(known, scope)) {
            self.macro_scopes.push(scope.clone());
        }
    }
    /// A new local variable for `ident`, bound in `scope`.
    pub(super) fn bind_local(&mut self, ident: Ident, scope: &LocalScope) -> VarId {
        let var = self.vars.fresh(ident.symbol());
        scope.bind(ident, Binding::Local(var, self.unit));
        var
    }
    /// A new local variable that no program can name.
    pub(super) fn hidden(&mut self, name: &str) -> VarId {
        self.vars.fresh(self.session.symbols.intern(name))
    }

    // Forms.

    /// Expands macro uses until the form is no macro use.
    pub(super) fn expand_head(&mut self, mut form: Datum, scope: &Scope) -> Result<Head> {
        self.count_form()?;
        loop {
            let head = form.as_pair().map_or(&form, |pair| &pair.car);
            let Some(keyword) = Ident::of(head) else { return Ok(Head::Other(form)) };
            let found = match self.meaning(&keyword, scope) {
                Meaning::Special(special) => Binding::Special(special),
                Meaning::Macro(found) => self.in_effect(found),
                Meaning::Free(sym, environment) => {
                    if form.as_pair().is_some() {
                        self.expander.suspects.add(sym, form.span, &environment);
                    }
                    return Ok(Head::Other(form));
                }
                _ => return Ok(Head::Other(form)),
            };
            let found = match found {
                Binding::Special(special) if form.as_pair().is_some() => {
                    return Ok(Head::Special(special, form));
                }
                Binding::Macro(found) if form.as_pair().is_some() || found.takes_identifiers() => {
                    found
                }
                _ => return Ok(Head::Other(form)),
            };
            let expanded = found.expand(self, &form, scope)?;
            if self.expansions.len() < MAX_NOTED_EXPANSIONS {
                self.expansions.push((keyword.symbol(), form.span));
            }
            form = expanded;
        }
    }
    /// The error, the macro uses around the form that it is about, and a hint. Those noted include finished
    /// siblings of that form, which do not enclose it.
    pub(super) fn with_expansions(&self, mut error: ExpandError) -> ExpandError {
        let span = error.span;
        let noted = self.expansions.iter().rev().filter(|(_, used)| used.encloses(&span));
        error.expansions.extend(noted.take(MAX_SHOWN_EXPANSIONS));
        if error.hint.is_none() && error.kind == ExpandErrorKind::Syntax {
            let near = self.expander.misspelt_keyword(span, self.session.symbols);
            error.hint = near.map(|(name, near)| format!("{name} is not defined: {near}"));
        }
        error
    }
    /// The operands of a use of `special`, which must be a proper list.
    pub(super) fn operands<'d>(&self, special: Special, form: &'d Datum) -> Result<Vec<&'d Datum>> {
        let mut items = form.iter();
        items.next();
        let operands: Vec<&Datum> = items.by_ref().collect();
        if !items.rest().is_nil() {
            return Err(self.error_in(format!("{}: not a proper list", special.name()), form));
        }
        Ok(operands)
    }
    /// An iterator over the operands of a form.
    pub(super) fn after_keyword(form: &Datum) -> ListIter<'_> {
        let mut items = form.iter();
        items.next();
        items
    }

    // Building core forms.

    /// A variable of the core namespace.
    pub(super) fn core(&self, name: &str, span: Span) -> Result<Core> {
        self.core_variable(self.session.symbols.intern(name), span)
    }
    pub(super) fn core_variable(&self, sym: Sym, span: Span) -> Result<Core> {
        match self.session.host.core_global(sym)? {
            Some(id) => Ok(Core::Global(id, span)),
            None => {
                let message = format!("{} is not implemented", self.name(sym));
                Err(ExpandError::new(message, span))
            }
        }
    }
    /// A call of a procedure of the core namespace.
    pub(super) fn call_core(&self, name: &str, args: Vec<Core>, span: Span) -> Result<Core> {
        Ok(call(self.core(name, span)?, args, span))
    }
    /// `set!` on a local variable.
    pub(super) fn set_local(&mut self, var: VarId, value: Core, span: Span) -> Core {
        self.vars.info_mut(var).assigned = true;
        Core::SetLocal(var, Box::new(value), span)
    }
}

/// A call.
pub(super) fn call(callee: Core, args: Vec<Core>, span: Span) -> Core {
    Core::Call(Box::new(Call { callee, args, span }))
}

/// A procedure with one clause.
pub(super) fn lambda(params: Vec<VarId>, rest: Option<VarId>, body: Core, span: Span) -> Core {
    let clauses = vec![Clause { params, rest, body }];
    Core::Lambda(Box::new(Lambda { name: None, clauses, span }))
}

/// A procedure without parameters.
pub(super) fn thunk(body: Core, span: Span) -> Core {
    lambda(Vec::new(), None, body, span)
}

/// A conditional.
pub(super) fn if_else(test: Core, then: Core, otherwise: Core) -> Core {
    Core::If(Box::new(test), Box::new(then), Box::new(otherwise))
}

/// Expressions in order.
pub(super) fn sequence(mut expressions: Vec<Core>) -> Core {
    match expressions.len() {
        0 => Core::Unspecified,
        1 => expressions.remove(0),
        _ => Core::Seq(expressions),
    }
}

/// A constant made by the expander.
pub(super) fn constant(kind: DatumKind, span: Span) -> Core {
    Core::Const(Datum::new(kind, span))
}

/// A small exact integer.
pub(super) fn index(number: usize, span: Span) -> Core {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    constant(DatumKind::Number(Arc::new(Number::Fixnum(number))), span)
}

/// Gives a procedure the name it is defined under.
pub(super) fn named(mut core: Core, name: Sym) -> Core {
    if let Core::Lambda(lambda) = &mut core
        && lambda.name.is_none()
    {
        lambda.name = Some(name);
    }
    core
}

impl Place {
    /// The variable's value.
    pub(super) fn read(self, span: Span) -> Core {
        match self {
            Place::Local(var) => Core::Local(var, span),
            Place::Global(id) => Core::Global(id, span),
        }
    }
}
