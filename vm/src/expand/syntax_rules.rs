//! `syntax-rules`, compiled when they are defined.

pub(super) mod pattern;
pub(super) mod template;

use super::Result;
use super::context::Context;
use super::scope::{Ident, Scope};
use super::special::Special;
use crate::hints;
use crate::read::datum::{Datum, DatumKind};
use pattern::{Pattern, PatternCompiler};
use template::{Template, TemplateCompiler, Variables};

/// A macro made of rules.
pub(super) struct Rules {
    rules: Vec<Rule>,
    /// Where it was defined.
    scope: Scope,
}

/// One rule of a macro.
struct Rule {
    /// The whole pattern as it was written, for messages.
    shape: Datum,
    /// Matches what follows the keyword.
    pattern: Pattern,
    template: Template,
    /// How many pattern variables there are.
    variables: usize,
}

/// What a pattern variable has matched.
#[derive(Clone)]
pub(super) enum Match {
    One(Datum),
    /// Under an ellipsis: one for each repetition.
    Many(Vec<Match>),
}

impl Rules {
    /// Compiles `(syntax-rules [ellipsis] (literal ...) (pattern template) ...)`.
    pub(super) fn compile(cx: &mut Context<'_>, form: &Datum, scope: &Scope) -> Result<Rules> {
        let special = Special::SyntaxRules;
        let operands = cx.operands(special, form)?;
        let expected = "(syntax-rules (literal ...) (pattern template) ...)";
        let (ellipsis, rest) = match &operands[..] {
            [first, rest @ ..] if Ident::of(first).is_some() => (Ident::of(first), rest),
            all => (None, all),
        };
        let Some((literals, specs)) = rest.split_first() else {
            return Err(cx.shape(special, expected, form));
        };
        let Some(literals) = literals.proper_list() else {
            return Err(cx.shape(special, "a list of literals", literals));
        };
        let literals: Vec<Ident> = literals
            .into_iter()
            .map(|literal| cx.ident(literal, special, "a literal"))
            .collect::<Result<_>>()?;
        let mut rules = Vec::with_capacity(specs.len());
        for spec in specs {
            let parts = spec.proper_list();
            let Some([spec_pattern, body]) = parts.as_deref() else {
                return Err(cx.shape(special, "rules (pattern template)", spec));
            };
            let Some(pair) = spec_pattern.as_pair() else {
                return Err(cx.shape(special, "a pattern (keyword pattern ...)", spec_pattern));
            };
            let mut compiler = PatternCompiler::new(scope, ellipsis.as_ref(), &literals);
            let pattern = compiler.compile(cx, &pair.cdr)?;
            let variables = compiler.into_variables();
            let of_rule = Variables::OfRule(&variables);
            let compiler = TemplateCompiler::new(scope, ellipsis.as_ref(), &literals, of_rule);
            let (template, _) = compiler.compile(cx, body)?;
            let shape = Datum::clone(spec_pattern);
            rules.push(Rule { shape, pattern, template, variables: variables.len() });
        }
        Ok(Rules { rules, scope: scope.clone() })
    }

    /// Expands a use of the macro in `scope`.
    pub(super) fn expand(
        &self,
        cx: &mut Context<'_>,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Datum> {
        let nothing = Datum::default();
        let operands = form.as_pair().map_or(&nothing, |pair| &pair.cdr);
        for rule in &self.rules {
            let mut matches = vec![None; rule.variables];
            if rule.pattern.matches(cx.meanings(), operands, (scope, &self.scope), &mut matches) {
                return rule.template.expand(cx, &matches, &self.scope, form.span);
            }
        }
        let shape = |rule: &Rule| hints::shape(&rule.shape, cx.session.symbols);
        let shapes: Vec<String> = self.rules.iter().map(shape).collect();
        Err(cx
            .error_in("no rule of this macro fits its use", form)
            .with_hint(hints::rules(&shapes)))
    }
}

/// Is `datum` the ellipsis: the one that the macro chose, or `...`?
fn is_ellipsis(
    cx: &Context<'_>,
    datum: &Datum,
    custom: Option<&Ident>,
    literals: &[Ident],
    scope: &Scope,
) -> bool {
    let Some(ident) = Ident::of(datum) else { return false };
    match custom {
        Some(custom) => ident == *custom && !literals.contains(&ident),
        None => cx.is_keyword(datum, Special::Ellipsis, scope) && !literals.contains(&ident),
    }
}

/// Are two data without parts equal (`equal?`)?
fn same_atom(a: &DatumKind, b: &DatumKind) -> bool {
    match (a, b) {
        (DatumKind::Nil, DatumKind::Nil)
        | (DatumKind::Unspecified, DatumKind::Unspecified)
        | (DatumKind::Default, DatumKind::Default)
        | (DatumKind::Eof, DatumKind::Eof) => true,
        (DatumKind::Bool(a), DatumKind::Bool(b)) => a == b,
        (DatumKind::Char(a), DatumKind::Char(b)) => a == b,
        (DatumKind::Number(a), DatumKind::Number(b)) => a == b,
        (DatumKind::String(a), DatumKind::String(b)) => a == b,
        (DatumKind::Bytevector(a), DatumKind::Bytevector(b)) => a == b,
        (DatumKind::Opaque(a), DatumKind::Opaque(b)) => a.get() == b.get(),
        _ => false,
    }
}
