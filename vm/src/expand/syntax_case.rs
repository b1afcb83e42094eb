//! `syntax-case` and templates (R6RS libraries, chapter 12; Dybvig, Hieb and Bruggeman, "Syntactic
//! abstraction in Scheme", 1992).
//!
//! A pattern and a template are constants of the code, compiled as those of `syntax-rules` are. What a
//! pattern has matched is one value, to which all its variables refer. So `syntax-case` becomes calls
//! of `%syntax-match`, and `syntax` one of `%syntax` ([`crate::prim::syntax`]).
//!
//! An identifier of a template means what it means where the macro is defined: the transformer's own
//! variables are left out ([`Context::template_scope`]).

use super::context::{Context, if_else, thunk};
use super::expansion::Expansion;
use super::macros::Macro;
use super::meaning::Meanings;
use super::procedural::Procedural;
use super::scope::{Binding, Ident, LocalScope, PatternVariable, Scope};
use super::special::Special;
use super::syntax_rules::Match;
use super::syntax_rules::pattern::{Pattern, PatternCompiler};
use super::syntax_rules::template::{Maker, Step, Template, TemplateCompiler, Variables};
use super::{Expander, GlobalHost, Result};
use crate::core_form::{Core, VarId};
use crate::read::datum::{Datum, DatumKind};
use crate::read::reader::Reader;
use crate::source::{SourceId, Span};
use crate::symbols::Symbols;
use std::sync::Arc;

/// A pattern of `syntax-case`, compiled.
pub struct SyntaxPattern {
    pattern: Pattern,
    variables: usize,
    /// Where it stands: what its literals mean.
    scope: Scope,
}

/// What a pattern has matched.
pub struct SyntaxMatches(Vec<Match>);

/// A template of `syntax`, compiled.
pub struct SyntaxTemplate {
    template: Template,
    /// Where the identifiers that it inserts are looked up.
    scope: Scope,
    /// For each variable, which of the matches it is passed it is found in, and its number there.
    places: Vec<(usize, usize)>,
    span: Span,
}

impl SyntaxPattern {
    /// Matches a form that stands where the macro is used.
    pub(crate) fn matches(
        &self,
        form: &Datum,
        expansion: Option<&Expansion>,
        (expander, symbols, host): (&Expander, &Symbols, &dyn GlobalHost),
    ) -> Option<SyntaxMatches> {
        let anywhere = Scope::Top(expander.interaction_environment().clone());
        let scope = expansion.map_or(&anywhere, |expansion| &expansion.scope);
        let mut found = vec![None; self.variables];
        let meanings = Meanings { expander, symbols, host };
        if !self.pattern.matches(meanings, form, (scope, &self.scope), &mut found) {
            return None;
        }
        let nothing = || Match::Many(Vec::new());
        Some(SyntaxMatches(found.into_iter().map(|m| m.unwrap_or_else(nothing)).collect()))
    }
}

impl SyntaxTemplate {
    /// What it stands for, with the matches it refers to.
    pub(crate) fn instantiate<M: Maker>(
        &self,
        maker: &mut M,
        matches: &[Arc<SyntaxMatches>],
        expansion: Option<&Expansion>,
    ) -> Result<M::Made> {
        let found: Vec<&Match> =
            self.places.iter().map(|(which, index)| &matches[*which].0[*index]).collect();
        // Outside of an expansion nothing tells identifiers of the same name apart.
        let number = expansion.map_or(0, |expansion| expansion.step);
        let span = expansion.map_or(self.span, |expansion| expansion.span);
        let step = Step { scope: &self.scope, number, span };
        self.template.instantiate(maker, &found, step)
    }
}

/// A clause of `syntax-case`.
struct Clause<'d> {
    pattern: &'d Datum,
    fender: Option<&'d Datum>,
    output: &'d Datum,
}

impl Context<'_> {
    /// `(syntax-case expression (literal ...) (pattern [fender] output) ...)`.
    pub(super) fn syntax_case(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let special = Special::SyntaxCase;
        let expected = "(syntax-case expression (literal ...) (pattern [fender] output) ...)";
        let operands = self.operands(special, form)?;
        let [subject, literals, specs @ ..] = &operands[..] else {
            return Err(self.shape(special, expected, form));
        };
        let Some(literals) = literals.proper_list() else {
            return Err(self.shape(special, "a list of literals", literals));
        };
        let literals =
            literals.into_iter().map(|literal| self.ident(literal, special, "a literal"));
        let literals: Vec<Ident> = literals.collect::<Result<_>>()?;
        let mut clauses = Vec::with_capacity(specs.len());
        for spec in specs {
            clauses.push(match spec.proper_list().as_deref() {
                Some([pattern, output]) => Clause { pattern, fender: None, output },
                Some([pattern, fender, output]) => Clause { pattern, fender: Some(fender), output },
                _ => return Err(self.shape(special, "clauses (pattern [fender] output)", spec)),
            });
        }
        let subject = self.expression(subject, scope)?;
        self.match_clauses(subject, &literals, &clauses, form.span, scope)
    }

    /// `(with-syntax ((pattern expression) ...) body ...)`.
    pub(super) fn with_syntax(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let special = Special::WithSyntax;
        let (bindings, body) = self.bindings_and_body(special, form)?;
        let Some(bindings) = bindings.proper_list() else {
            return Err(self.shape(special, "bindings (pattern expression)", bindings));
        };
        let (mut patterns, mut values) = (Vec::new(), Vec::new());
        for binding in bindings {
            let Some([pattern, value]) = parts_of(binding) else {
                return Err(self.shape(special, "a binding (pattern expression)", binding));
            };
            patterns.push(pattern.clone());
            values.push(self.expression(value, scope)?);
        }
        let span = form.span;
        let pattern = Datum::list(patterns.into_iter(), span);
        let keyword = self.standard("let", span);
        let output = Datum::cons(Datum::nil(span), body.clone(), span);
        let output = Datum::cons(keyword, output, span);
        let clause = Clause { pattern: &pattern, fender: None, output: &output };
        let subject = self.call_core("list", values, span)?;
        self.match_clauses(subject, &[], &[clause], span, scope)
    }

    /// Code that matches a value against each clause's pattern in turn.
    fn match_clauses(
        &mut self,
        subject: Core,
        literals: &[Ident],
        clauses: &[Clause<'_>],
        span: Span,
        scope: &Scope,
    ) -> Result<Core> {
        let form = self.hidden("form");
        self.deeper(clauses.len() * 2, span, |cx| {
            let mut tests = Vec::with_capacity(clauses.len());
            for clause in clauses {
                tests.push(cx.match_clause(form, literals, clause, scope)?);
            }
            let form = Core::Local(form, span);
            let mut code = cx.call_core("%no-syntax-clause", vec![form], span)?;
            for (matches, matching, fender, output) in tests.into_iter().rev() {
                let test = Core::Local(matches, span);
                let bound = vec![(matches, matching)];
                code = match fender {
                    None => Core::Let(bound, Box::new(if_else(test, output, code))),
                    Some(fender) => {
                        let next = cx.hidden("next");
                        let go_on =
                            || super::context::call(Core::Local(next, span), Vec::new(), span);
                        let output = if_else(fender, output, go_on());
                        let tested = Core::Let(bound, Box::new(if_else(test, output, go_on())));
                        Core::Let(vec![(next, thunk(code, span))], Box::new(tested))
                    }
                };
            }
            Ok(code)
        })
        .map(|code| Core::Let(vec![(form, subject)], Box::new(code)))
    }
    /// The variable for what a clause's pattern matches, the code that matches, fender and output.
    fn match_clause(
        &mut self,
        form: VarId,
        literals: &[Ident],
        clause: &Clause<'_>,
        scope: &Scope,
    ) -> Result<(VarId, Core, Option<Core>, Core)> {
        let mut compiler = PatternCompiler::new(scope, None, literals);
        let pattern = compiler.compile(self, clause.pattern)?;
        let variables = compiler.into_variables();
        let matches = self.hidden("matches");
        let local = LocalScope::inside(scope);
        for (index, variable) in variables.iter().enumerate() {
            let depth = variable.depth;
            let bound = PatternVariable { matches, unit: self.unit, index, depth };
            local.bind(variable.ident.clone(), Binding::Pattern(bound));
        }
        let scope = self.template_scope(scope);
        let pattern = SyntaxPattern { pattern, variables: variables.len(), scope };
        let span = clause.pattern.span;
        let pattern = Core::Const(self.session.host.keep(Arc::new(pattern))?);
        let matching =
            self.call_core("%syntax-match", vec![pattern, Core::Local(form, span)], span)?;
        let inner = Scope::Local(local);
        let fender = match clause.fender {
            Some(fender) => Some(self.expression(fender, &inner)?),
            None => None,
        };
        let output = self.expression(clause.output, &inner)?;
        Ok((matches, matching, fender, output))
    }

    /// `(syntax template)`.
    pub(super) fn syntax(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let [template] = self.operands(Special::Syntax, form)?[..] else {
            return Err(self.shape(Special::Syntax, "(syntax template)", form));
        };
        let compiler = TemplateCompiler::new(scope, None, &[], Variables::InScope(Vec::new()));
        let (template, variables) = compiler.compile(self, template)?;
        let Variables::InScope(variables) = variables else { unreachable!("as it was made") };
        let mut sources: Vec<VarId> = Vec::new();
        let mut places = Vec::with_capacity(variables.len());
        for variable in variables {
            if variable.unit != self.unit {
                return Err(self.error_in("this template uses variables of other code", form));
            }
            let known = sources.iter().position(|source| *source == variable.matches);
            let which = known.unwrap_or_else(|| {
                sources.push(variable.matches);
                sources.len() - 1
            });
            places.push((which, variable.index));
        }
        let scope = self.template_scope(scope);
        let template = SyntaxTemplate { template, scope, places, span: form.span };
        let mut args = vec![Core::Const(self.session.host.keep(Arc::new(template))?)];
        args.extend(sources.into_iter().map(|source| Core::Local(source, form.span)));
        self.call_core("%syntax", args, form.span)
    }
    /// Where identifiers of patterns and templates are looked up: around the macro's definition, or,
    /// in code that is no transformer, at top level.
    fn template_scope(&self, scope: &Scope) -> Scope {
        self.definition.clone().unwrap_or_else(|| scope.outermost())
    }

    /// `(quasisyntax template)`: the computed parts become pattern variables of a `with-syntax`.
    pub(super) fn quasisyntax(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let [template] = self.operands(Special::Quasisyntax, form)?[..] else {
            return Err(self.shape(Special::Quasisyntax, "(quasisyntax template)", form));
        };
        let mut quasi = Quasi { bindings: Vec::new(), scope };
        let template = quasi.part(self, template, 0)?;
        let span = form.span;
        let list = |items: Vec<Datum>| Datum::list(items.into_iter(), span);
        let template = list(vec![self.standard("syntax", span), template]);
        let bindings = list(quasi.bindings);
        let form = list(vec![self.standard("with-syntax", span), bindings, template]);
        self.expression(&form, scope)
    }

    /// `(identifier-syntax template)`, and the form with `set!`: the macro's transformer.
    pub(super) fn identifier_syntax(&mut self, form: &Datum, scope: &Scope) -> Result<Macro> {
        let special = Special::IdentifierSyntax;
        let operands = self.operands(special, form)?;
        let text = match &operands[..] {
            [_] => {
                "(lambda (x) (syntax-case x () (id (identifier? (syntax id)) (syntax $0))
                   ((_ y ...) (syntax ($0 y ...)))))"
            }
            [_, _] => {
                "(make-variable-transformer (lambda (x) (syntax-case x (set!)
                   ((set! $2 $3) (syntax $4))
                   ((_ y ...) (syntax ($1 y ...)))
                   ($0 (identifier? (syntax $0)) (syntax $1)))))"
            }
            _ => return Err(self.shape(special, "a template, or two clauses", form)),
        };
        let mut parts: Vec<Datum> = operands.iter().map(|part| (*part).clone()).collect();
        if let [first, second] = &operands[..] {
            let expected = "clauses (id template) and ((set! id value) template)";
            let wrong = || self.shape(special, expected, form);
            let ([id, get], [set, put]) =
                (parts_of(first).ok_or_else(wrong)?, parts_of(second).ok_or_else(wrong)?);
            let [_, set_id, value] = parts_of(set).ok_or_else(wrong)?;
            parts = [id, get, set_id, value, put].map(Datum::clone).to_vec();
        }
        let expression = self.standard_form(text, &parts, form.span);
        Ok(Macro::Procedural(Procedural::syntax(self, &expression, scope)?))
    }

    /// A name of the core namespace, whatever is bound here.
    pub(super) fn standard(&self, name: &str, span: Span) -> Datum {
        let sym = self.session.symbols.intern(name);
        let core = Scope::Top(self.expander.core_environment().clone());
        let alias = super::scope::Alias::new(Ident::Symbol(sym), core, 0);
        Datum::new(DatumKind::Alias(Arc::new(alias)), span)
    }
    /// A form whose names are those of the core namespace, but `$n`, which is the part of that number.
    fn standard_form(&self, text: &str, parts: &[Datum], span: Span) -> Datum {
        let mut reader = Reader::new(SourceId::default(), text, self.session.symbols);
        let form = reader.next().ok().flatten().expect("the expander's own forms are well-formed");
        self.fill_in(&form, parts, span)
    }
    fn fill_in(&self, form: &Datum, parts: &[Datum], span: Span) -> Datum {
        let Some(sym) = form.as_symbol() else {
            let items: Vec<Datum> =
                form.iter().map(|item| self.fill_in(item, parts, span)).collect();
            return Datum::list(items.into_iter(), span);
        };
        let name = self.name(sym);
        match name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => parts[number].clone(),
            None => self.standard(&name, span),
        }
    }
}

/// The elements of a list of this length.
fn parts_of<const N: usize>(datum: &Datum) -> Option<[&Datum; N]> {
    datum.proper_list()?.try_into().ok()
}

/// A `quasisyntax` being taken apart.
struct Quasi<'a> {
    /// Bindings of `with-syntax` for the computed parts.
    bindings: Vec<Datum>,
    scope: &'a Scope,
}

impl Quasi<'_> {
    fn is(&self, cx: &Context<'_>, datum: &Datum, special: Special) -> bool {
        cx.is_keyword(datum, special, self.scope)
    }
    /// A template for a part at this level of nested `quasisyntax`.
    fn part(&mut self, cx: &mut Context<'_>, datum: &Datum, level: u32) -> Result<Datum> {
        match &datum.kind {
            DatumKind::Pair(_) => cx.nested(datum.span, |cx| self.list(cx, datum, level)),
            DatumKind::Vector(items) => cx.nested(datum.span, |cx| {
                let mut made = Vec::with_capacity(items.len());
                for item in items.iter() {
                    self.element(cx, item, level, &mut made)?;
                }
                Ok(Datum::vector(made, datum.span))
            }),
            _ => Ok(datum.clone()),
        }
    }
    fn list(&mut self, cx: &mut Context<'_>, datum: &Datum, level: u32) -> Result<Datum> {
        let mut made = Vec::new();
        let mut rest = datum;
        while let Some(pair) = rest.as_pair() {
            let operand = pair.cdr.as_pair().filter(|inner| inner.cdr.is_nil());
            let inner_level = match operand {
                Some(operand) if self.is(cx, &pair.car, Special::Unsyntax) => {
                    if level == 0 {
                        let variable = self.bind(cx, &operand.car, false);
                        return Ok(Datum::list_with_tail(made.into_iter(), variable, datum.span));
                    }
                    Some(level - 1)
                }
                Some(_) if self.is(cx, &pair.car, Special::UnsyntaxSplicing) => {
                    level.checked_sub(1)
                }
                Some(_) if self.is(cx, &pair.car, Special::Quasisyntax) => Some(level + 1),
                _ => None,
            };
            if let (Some(inner), Some(operand)) = (inner_level, operand) {
                let operand = self.part(cx, &operand.car, inner)?;
                let kept = Datum::list([pair.car.clone(), operand].into_iter(), rest.span);
                return Ok(Datum::list_with_tail(made.into_iter(), kept, datum.span));
            }
            self.element(cx, &pair.car, level, &mut made)?;
            rest = &pair.cdr;
        }
        let tail = self.part(cx, rest, level)?;
        Ok(Datum::list_with_tail(made.into_iter(), tail, datum.span))
    }
    /// Adds the template of an element; of `(unsyntax-splicing list ...)`, a repeated variable for each.
    fn element(
        &mut self,
        cx: &mut Context<'_>,
        datum: &Datum,
        level: u32,
        made: &mut Vec<Datum>,
    ) -> Result<()> {
        let splicing = datum.as_pair().and_then(|pair| {
            let is = |special| self.is(cx, &pair.car, special);
            let computed = level == 0 && (is(Special::UnsyntaxSplicing) || is(Special::Unsyntax));
            computed.then(|| (is(Special::UnsyntaxSplicing), &pair.cdr))
        });
        let Some((splicing, operands)) = splicing else {
            made.push(self.part(cx, datum, level)?);
            return Ok(());
        };
        for operand in operands.iter() {
            let variable = self.bind(cx, operand, splicing);
            made.push(variable);
            if splicing {
                made.push(cx.standard("...", datum.span));
            }
        }
        Ok(())
    }
    /// A pattern variable for a computed part.
    fn bind(&mut self, cx: &Context<'_>, expression: &Datum, repeated: bool) -> Datum {
        let span = expression.span;
        let name = Ident::Symbol(cx.session.symbols.intern("computed"));
        let number = cx.expander.next_number();
        let alias = super::scope::Alias::new(name, self.scope.outermost(), number);
        let variable = Datum::new(DatumKind::Alias(Arc::new(alias)), span);
        let pattern = match repeated {
            true => {
                let dots = cx.standard("...", span);
                Datum::list([variable.clone(), dots].into_iter(), span)
            }
            false => variable.clone(),
        };
        self.bindings.push(Datum::list([pattern, expression.clone()].into_iter(), span));
        variable
    }
}
