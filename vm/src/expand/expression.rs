//! Expressions: dispatch on the keyword, and the primitive expression types.

use super::context::{Context, Head, call, if_else, lambda, sequence};
use super::meaning::Meaning;
use super::scope::{Binding, Environment, GlobalState, Ident, LocalScope, Scope};
use super::special::Special;
use super::{ExpandError, Result};
use crate::core_form::{Clause, Core, Lambda, VarId};
use crate::globals::GlobalId;
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use crate::symbols::Sym;
use std::sync::Arc;

impl Context<'_> {
    /// Expands an expression.
    pub(super) fn expression(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        match &form.kind {
            DatumKind::Symbol(_) | DatumKind::Alias(_) | DatumKind::Pair(_) => {
                self.nested(form.span, |cx| match cx.expand_head(form.clone(), scope)? {
                    Head::Special(special, form) => cx.special(special, &form, scope),
                    Head::Other(form) => cx.plain(&form, scope),
                })
            }
            _ => {
                self.count_form()?;
                self.plain(form, scope)
            }
        }
    }
    /// Expands several.
    pub(super) fn expressions<'d>(
        &mut self,
        forms: impl IntoIterator<Item = &'d Datum>,
        scope: &Scope,
    ) -> Result<Vec<Core>> {
        forms.into_iter().map(|form| self.expression(form, scope)).collect()
    }
    /// Expands several, to be run in order.
    pub(super) fn sequence_of(&mut self, forms: &[&Datum], scope: &Scope) -> Result<Core> {
        Ok(sequence(self.expressions(forms.iter().copied(), scope)?))
    }

    /// An expression that is no use of a keyword.
    fn plain(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        match &form.kind {
            DatumKind::Symbol(_) | DatumKind::Alias(_) => {
                let ident = Ident::of(form).ok_or_else(|| self.error_in("no identifier", form))?;
                self.reference(&ident, form.span, scope)
            }
            DatumKind::Pair(pair) => {
                let Some(args) = pair.cdr.proper_list() else {
                    return Err(self.error_in("this procedure call is not a proper list", form));
                };
                let callee = self.expression(&pair.car, scope)?;
                let args = self.expressions(args, scope)?;
                Ok(call(callee, args, form.span))
            }
            DatumKind::Nil => {
                let message = "() is no expression; write '() for the empty list";
                Err(ExpandError::new(message, form.span))
            }
            DatumKind::LabelRef(_) | DatumKind::Label(..) => {
                Err(self.error_in("datum labels may only stand in constants; quote this", form))
            }
            _ => Ok(Core::Const(self.strip(form)?)),
        }
    }

    /// A variable.
    pub(super) fn reference(&mut self, ident: &Ident, span: Span, scope: &Scope) -> Result<Core> {
        let keyword = match self.meaning(ident, scope) {
            Meaning::Local(var, unit) if unit == self.unit => return Ok(Core::Local(var, span)),
            Meaning::Local(..) => return Err(self.no_value_yet(ident, span)),
            Meaning::Pattern(_) => return Err(self.not_in_template(ident, span)),
            Meaning::Core(sym) => return self.core_variable(sym, span),
            Meaning::Global(id, _) => return Ok(Core::Global(id, span)),
            Meaning::Free(sym, environment) => {
                return Ok(Core::Global(self.awaited(sym, &environment)?, span));
            }
            Meaning::Special(_) | Meaning::Macro(_) => self.name(ident.symbol()),
        };
        let message = format!("{keyword} is a keyword, so it cannot be used as a variable");
        Err(ExpandError::new(message, span))
    }
    /// A macro's procedure refers to a variable of the code around its definition.
    fn no_value_yet(&self, ident: &Ident, span: Span) -> ExpandError {
        let name = self.name(ident.symbol());
        let message =
            format!("{name} is a variable of other code: it has no value during expansion");
        ExpandError::new(message, span)
    }
    fn not_in_template(&self, ident: &Ident, span: Span) -> ExpandError {
        let name = self.name(ident.symbol());
        let message = format!("{name} is a pattern variable: it may only stand in a template");
        let hint = format!("#'{name} is what it has matched");
        ExpandError::new(message, span).with_hint(Some(hint))
    }
    /// A variable that is not defined yet, or never will be.
    fn awaited(&mut self, sym: Sym, environment: &Environment) -> Result<GlobalId> {
        let ident = Ident::Symbol(sym);
        if let Some(Binding::Global { id, .. }) = environment.get(&ident) {
            return Ok(id);
        }
        let id = self.fresh_global(sym, environment)?;
        match environment.await_global(sym, id, self.session.host.unused()) {
            Some(Binding::Global { id, .. }) => Ok(id),
            _ => Ok(id),
        }
    }

    /// A use of a keyword as an expression.
    fn special(&mut self, special: Special, form: &Datum, scope: &Scope) -> Result<Core> {
        match special {
            Special::Quote => self.quote(form),
            Special::Quasiquote => self.quasiquote(form, scope),
            Special::Lambda => self.lambda(form, scope),
            Special::NamedLambda => self.named_lambda(form, scope),
            Special::CaseLambda => self.case_lambda(form, scope),
            Special::If => self.conditional(form, scope),
            Special::Set => self.assignment(form, scope),
            Special::Begin => {
                let forms = self.operands(special, form)?;
                self.sequence_of(&forms, scope)
            }
            Special::And => self.and(form, scope),
            Special::Or => self.or(form, scope),
            Special::When | Special::Unless => self.when_unless(special, form, scope),
            Special::Cond => self.cond(form, scope),
            Special::Case => self.case(form, scope),
            Special::Let => self.let_form(form, scope),
            Special::LetStar => self.let_star(form, scope),
            Special::Letrec | Special::LetrecStar => self.letrec(special, form, scope),
            Special::LetValues | Special::LetStarValues => self.let_values(special, form, scope),
            Special::LetSyntax | Special::LetrecSyntax => self.let_syntax(special, form, scope),
            Special::Do => self.do_loop(form, scope),
            Special::Receive => self.receive(form, scope),
            Special::Guard => self.guard(form, scope),
            Special::Parameterize => self.parameterize(form, scope),
            Special::FluidLet => self.fluid_let(form, scope),
            Special::Delay | Special::DelayForce => self.delay(special, form, scope),
            Special::ConsStream => self.cons_stream(form, scope),
            Special::Assert => self.assert(form, scope),
            Special::AndLetStar => self.and_let_star(form, scope),
            Special::Cut | Special::Cute => self.cut(special, form, scope),
            Special::Rec => self.rec(form, scope),
            Special::CondExpand => {
                let forms = self.cond_expand(form, scope)?;
                self.sequence_of(&forms.iter().collect::<Vec<_>>(), scope)
            }
            Special::Include | Special::IncludeCi => {
                let forms = self.include(special, form)?;
                self.sequence_of(&forms.iter().collect::<Vec<_>>(), scope)
            }
            Special::SyntaxError => Err(self.syntax_error(form)),
            Special::Define
            | Special::DefineValues
            | Special::DefineSyntax
            | Special::DefineSyntaxParameter
            | Special::DefineRecordType => {
                let message = format!(
                    "{}: a definition may only stand at top level or in a body",
                    special.name()
                );
                Err(self.error_in(message, form))
            }
            Special::Import | Special::DefineLibrary | Special::BeginForSyntax => {
                Err(self.error_in(format!("{} may only stand at top level", special.name()), form))
            }
            Special::Syntax => self.syntax(form, scope),
            Special::Quasisyntax => self.quasisyntax(form, scope),
            Special::SyntaxCase => self.syntax_case(form, scope),
            Special::WithSyntax => self.with_syntax(form, scope),
            Special::SyntaxParameterize => self.syntax_parameterize(form, scope),
            Special::SyntaxRules | Special::ErMacroTransformer | Special::IdentifierSyntax => {
                let message =
                    format!("{} may only stand in a definition of syntax", special.name());
                Err(self.error_in(message, form))
            }
            Special::Arrow
            | Special::Else
            | Special::Ellipsis
            | Special::RestSlot
            | Special::Slot
            | Special::Underscore
            | Special::Unquote
            | Special::Unsyntax
            | Special::UnsyntaxSplicing
            | Special::UnquoteSplicing => {
                Err(self.error_in(format!("{} is misplaced here", special.name()), form))
            }
        }
    }

    /// `(quote datum)`.
    fn quote(&mut self, form: &Datum) -> Result<Core> {
        match self.operands(Special::Quote, form)?[..] {
            [datum] => Ok(Core::Const(self.strip(datum)?)),
            _ => Err(self.shape(Special::Quote, "(quote datum)", form)),
        }
    }

    /// `(if test then else)`.
    fn conditional(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        match self.operands(Special::If, form)?[..] {
            [test, then] => {
                let test = self.expression(test, scope)?;
                Ok(if_else(test, self.expression(then, scope)?, Core::Unspecified))
            }
            [test, then, otherwise] => {
                let test = self.expression(test, scope)?;
                let then = self.expression(then, scope)?;
                Ok(if_else(test, then, self.expression(otherwise, scope)?))
            }
            _ => Err(self.shape(Special::If, "(if test then [else])", form)),
        }
    }

    /// `(set! variable expression)`.
    fn assignment(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let [variable, value] = self.operands(Special::Set, form)?[..] else {
            return Err(self.shape(Special::Set, "(set! variable expression)", form));
        };
        let ident = self.ident(variable, Special::Set, "what is set")?;
        if let Meaning::Macro(found) = self.meaning(&ident, scope)
            && let Binding::Macro(found) = self.in_effect(found)
            && found.takes_assignments()
        {
            let expanded = found.expand(self, form, scope)?;
            return self.expression(&expanded, scope);
        }
        let value = self.expression(value, scope)?;
        self.assign(&ident, value, variable.span, form.span, scope)
    }
    /// Sets the variable that `ident` means.
    pub(super) fn assign(
        &mut self,
        ident: &Ident,
        value: Core,
        place: Span,
        span: Span,
        scope: &Scope,
    ) -> Result<Core> {
        let id = match self.meaning(ident, scope) {
            Meaning::Local(var, unit) if unit == self.unit => {
                return Ok(self.set_local(var, value, span));
            }
            Meaning::Local(..) => return Err(self.no_value_yet(ident, place)),
            Meaning::Global(id, GlobalState::Awaited | GlobalState::Defined) => id,
            Meaning::Free(sym, environment) => self.awaited(sym, &environment)?,
            Meaning::Pattern(_) => return Err(self.not_in_template(ident, place)),
            Meaning::Core(_) | Meaning::Global(_, GlobalState::Imported) => {
                let name = self.name(ident.symbol());
                let message = format!("set!: {name} is imported, so it cannot be changed");
                return Err(ExpandError::new(message, place));
            }
            Meaning::Special(_) | Meaning::Macro(_) => {
                let message = format!("set!: {} is a keyword", self.name(ident.symbol()));
                return Err(ExpandError::new(message, place));
            }
        };
        self.session.host.assigned(id);
        Ok(Core::SetGlobal(id, Box::new(value), span))
    }

    /// `(lambda formals body ...)`.
    fn lambda(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let mut items = Self::after_keyword(form);
        let Some(formals) = items.next() else {
            return Err(self.shape(Special::Lambda, "(lambda (parameter ...) body ...)", form));
        };
        self.procedure(Special::Lambda, formals, items.rest(), form, scope)
    }
    /// A procedure from its parameter list and body.
    pub(super) fn procedure(
        &mut self,
        special: Special,
        formals: &Datum,
        body: &Datum,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Core> {
        let (params, rest, inner) = self.formals(special, formals, form.span, scope)?;
        let body = self.body(special, body, form, &inner)?;
        Ok(lambda(params, rest, body, form.span))
    }
    /// Binds the parameters of a procedure in a new scope.
    pub(super) fn formals(
        &mut self,
        special: Special,
        formals: &Datum,
        place: Span,
        scope: &Scope,
    ) -> Result<(Vec<VarId>, Option<VarId>, Scope)> {
        let local = LocalScope::inside(scope);
        let mut items = formals.iter();
        let mut params = Vec::new();
        for item in items.by_ref() {
            params.push(self.parameter(special, item, place, &local)?);
        }
        self.room_for_variables(params.len(), place)?;
        let rest = match items.rest() {
            tail if tail.is_nil() => None,
            tail => Some(self.parameter(special, tail, place, &local)?),
        };
        Ok((params, rest, Scope::Local(local)))
    }
    fn parameter(
        &mut self,
        special: Special,
        datum: &Datum,
        place: Span,
        scope: &Arc<LocalScope>,
    ) -> Result<VarId> {
        let Some(ident) = Ident::of(datum) else {
            let what = format!(
                "{}: the parameter list must consist of identifiers, but this is none",
                special.name()
            );
            let mut error = self.error_in(what, datum);
            if error.span.is_none() {
                error.span = place;
            }
            return Err(error);
        };
        let sym = ident.symbol();
        let var = self.vars.fresh(sym);
        if !scope.bind(ident, Binding::Local(var, self.unit)) {
            let message = format!("{}: {} is bound twice", special.name(), self.name(sym));
            return Err(ExpandError::new(message, datum.span));
        }
        Ok(var)
    }

    /// `(case-lambda (formals body ...) ...)`.
    fn case_lambda(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let mut clauses = Vec::new();
        for clause in self.operands(Special::CaseLambda, form)? {
            let Some(pair) = clause.as_pair() else {
                let expected = "clauses (parameter-list body ...)";
                return Err(self.shape(Special::CaseLambda, expected, clause));
            };
            let (params, rest, inner) =
                self.formals(Special::CaseLambda, &pair.car, clause.span, scope)?;
            let body = self.body(Special::CaseLambda, &pair.cdr, clause, &inner)?;
            clauses.push(Clause { params, rest, body });
        }
        Ok(Core::Lambda(Box::new(Lambda { name: None, clauses, span: form.span })))
    }

    /// The error that `(syntax-error message irritant ...)` asks for.
    pub(super) fn syntax_error(&self, form: &Datum) -> ExpandError {
        let mut items = Self::after_keyword(form);
        let Some(message) = items.next().and_then(Datum::as_string) else {
            return self.shape(Special::SyntaxError, "(syntax-error \"message\" form ...)", form);
        };
        let mut text = message.to_string();
        for irritant in items {
            text.push(' ');
            text.push_str(&irritant.to_text_within(self.session.symbols, 200));
        }
        ExpandError::new(text, form.span)
    }
}
