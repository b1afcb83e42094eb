//! Templates: compiled from data, instantiated with what a pattern has matched.

use super::pattern::Variable;
use super::{Match, is_ellipsis};
use crate::expand::context::Context;
use crate::expand::scope::{Alias, Ident, Scope};
use crate::expand::{ExpandError, Result};
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use std::sync::Arc;

/// A compiled template.
pub(super) struct Template {
    part: Part,
    /// The identifiers it inserts: each is renamed once for every use.
    inserted: Vec<Ident>,
}

enum Part {
    /// A pattern variable: its number.
    Variable(usize),
    /// An inserted identifier: its number.
    Inserted(usize),
    /// A datum without identifiers.
    Constant(DatumKind),
    List(Vec<Element>, Box<Part>),
    Vector(Vec<Element>),
}

/// An element of a list or vector template.
struct Element {
    part: Part,
    /// How many ellipses follow it.
    ellipses: u32,
    /// The variables in it that stand under ellipses, and under how many.
    repeated: Vec<(usize, u32)>,
}

/// Turns data into templates.
pub(super) struct TemplateCompiler<'a> {
    scope: &'a Scope,
    /// `None` inside an escape `(... template)`.
    ellipsis: Option<Option<&'a Ident>>,
    literals: &'a [Ident],
    variables: &'a [Variable],
    inserted: Vec<Ident>,
}

impl<'a> TemplateCompiler<'a> {
    pub(super) fn new(
        scope: &'a Scope,
        ellipsis: Option<&'a Ident>,
        literals: &'a [Ident],
        variables: &'a [Variable],
    ) -> TemplateCompiler<'a> {
        let ellipsis = Some(ellipsis);
        TemplateCompiler { scope, ellipsis, literals, variables, inserted: Vec::new() }
    }
    pub(super) fn compile(mut self, cx: &mut Context<'_>, datum: &Datum) -> Result<Template> {
        let mut used = Vec::new();
        let part = self.part(cx, datum, 0, &mut used)?;
        Ok(Template { part, inserted: self.inserted })
    }

    fn is_ellipsis(&self, cx: &Context<'_>, datum: &Datum) -> bool {
        self.ellipsis
            .is_some_and(|custom| is_ellipsis(cx, datum, custom, self.literals, self.scope))
    }

    /// Compiles a part under `depth` ellipses; adds the variables in it to `used`.
    fn part(
        &mut self,
        cx: &mut Context<'_>,
        datum: &Datum,
        depth: u32,
        used: &mut Vec<(usize, u32)>,
    ) -> Result<Part> {
        match &datum.kind {
            DatumKind::Symbol(_) | DatumKind::Alias(_) => self.identifier(cx, datum, depth, used),
            DatumKind::Pair(pair) => {
                if self.is_ellipsis(cx, &pair.car) {
                    return self.escape(cx, datum, &pair.cdr, depth, used);
                }
                cx.nested(datum.span, |cx| {
                    let mut items = datum.iter();
                    let data: Vec<&Datum> = items.by_ref().collect();
                    let elements = self.elements(cx, &data, depth, used)?;
                    let tail = self.part(cx, items.rest(), depth, used)?;
                    Ok(Part::List(elements, Box::new(tail)))
                })
            }
            DatumKind::Vector(items) => cx.nested(datum.span, |cx| {
                let data: Vec<&Datum> = items.iter().collect();
                Ok(Part::Vector(self.elements(cx, &data, depth, used)?))
            }),
            DatumKind::Label(..) | DatumKind::LabelRef(_) => {
                Err(cx.error_in("a template may not contain datum labels", datum))
            }
            atom => Ok(Part::Constant(atom.clone())),
        }
    }
    /// `(<ellipsis> template)`: ellipses in the template are ordinary identifiers.
    fn escape(
        &mut self,
        cx: &mut Context<'_>,
        datum: &Datum,
        rest: &Datum,
        depth: u32,
        used: &mut Vec<(usize, u32)>,
    ) -> Result<Part> {
        let items = rest.proper_list();
        let Some([escaped]) = items.as_deref() else {
            return Err(cx.error_in("an ellipsis must follow a template", datum));
        };
        let outer = self.ellipsis.take();
        let part = self.part(cx, escaped, depth, used);
        self.ellipsis = outer;
        part
    }

    fn identifier(
        &mut self,
        cx: &Context<'_>,
        datum: &Datum,
        depth: u32,
        used: &mut Vec<(usize, u32)>,
    ) -> Result<Part> {
        let Some(ident) = Ident::of(datum) else {
            return Err(cx.error_in("no identifier", datum));
        };
        if let Some(number) = self.variables.iter().position(|v| v.ident == ident) {
            let wanted = self.variables[number].depth;
            if depth < wanted {
                let message = "this pattern variable needs more ellipses in the template";
                return Err(cx.error_in(message, datum));
            }
            used.push((number, wanted));
            return Ok(Part::Variable(number));
        }
        if self.is_ellipsis(cx, datum) {
            return Err(cx.error_in("an ellipsis must follow a template", datum));
        }
        let known = self.inserted.iter().position(|inserted| *inserted == ident);
        Ok(Part::Inserted(known.unwrap_or_else(|| {
            self.inserted.push(ident);
            self.inserted.len() - 1
        })))
    }

    fn elements(
        &mut self,
        cx: &mut Context<'_>,
        data: &[&Datum],
        depth: u32,
        used: &mut Vec<(usize, u32)>,
    ) -> Result<Vec<Element>> {
        let mut elements = Vec::with_capacity(data.len());
        let mut rest = data;
        while let Some((datum, after)) = rest.split_first() {
            let ellipses = after.iter().take_while(|next| self.is_ellipsis(cx, next)).count();
            rest = &after[ellipses..];
            let ellipses = u32::try_from(ellipses).unwrap_or(u32::MAX);
            let mut inside = Vec::new();
            let part = self.part(cx, datum, depth.saturating_add(ellipses), &mut inside)?;
            let mut repeated: Vec<_> = inside.iter().copied().filter(|(_, d)| *d > depth).collect();
            repeated.sort_unstable();
            repeated.dedup();
            if ellipses > 0 && !repeated.iter().any(|(_, d)| *d >= depth + ellipses) {
                let message = "nothing before this ellipsis was matched under as many ellipses";
                return Err(cx.error_in(message, datum));
            }
            used.append(&mut inside);
            elements.push(Element { part, ellipses, repeated });
        }
        Ok(elements)
    }
}

/// One instantiation of a template.
struct Instance<'a> {
    renamed: Vec<Option<Arc<Alias>>>,
    inserted: &'a [Ident],
    scope: &'a Scope,
    span: Span,
    made: u64,
}

impl Template {
    /// The expansion of a macro use that stands at `span`.
    pub(super) fn instantiate(
        &self,
        cx: &mut Context<'_>,
        matches: &[Option<Match>],
        scope: &Scope,
        span: Span,
    ) -> Result<Datum> {
        let nothing = Match::Many(Vec::new());
        let matches: Vec<&Match> = matches.iter().map(|m| m.as_ref().unwrap_or(&nothing)).collect();
        let mut instance = Instance {
            renamed: vec![None; self.inserted.len()],
            inserted: &self.inserted,
            scope,
            span,
            made: 0,
        };
        let datum = instance.part(cx, &self.part, &matches)?;
        cx.count_steps(instance.made + 1, span)?;
        Ok(datum)
    }
}

impl Instance<'_> {
    /// Recursion follows the template, so its depth is bounded.
    fn part(&mut self, cx: &mut Context<'_>, part: &Part, matches: &[&Match]) -> Result<Datum> {
        self.made += 1;
        if self.made >= 4096 {
            cx.count_steps(std::mem::take(&mut self.made), self.span)?;
        }
        match part {
            Part::Variable(number) => match matches[*number] {
                Match::One(datum) => Ok(datum.clone()),
                Match::Many(_) => Err(self.uneven()),
            },
            Part::Inserted(number) => {
                let alias = match &self.renamed[*number] {
                    Some(alias) => alias.clone(),
                    None => {
                        let alias = cx.rename(&self.inserted[*number], self.scope, self.span)?;
                        self.renamed[*number] = Some(alias.clone());
                        alias
                    }
                };
                Ok(Datum::new(DatumKind::Alias(alias), self.span))
            }
            Part::Constant(kind) => Ok(Datum::new(kind.clone(), self.span)),
            Part::List(elements, tail) => {
                let items = self.elements(cx, elements, matches)?;
                let tail = self.part(cx, tail, matches)?;
                Ok(items
                    .into_iter()
                    .rev()
                    .fold(tail, |rest, item| Datum::cons(item, rest, self.span)))
            }
            Part::Vector(elements) => {
                Ok(Datum::vector(self.elements(cx, elements, matches)?, self.span))
            }
        }
    }
    fn elements(
        &mut self,
        cx: &mut Context<'_>,
        elements: &[Element],
        matches: &[&Match],
    ) -> Result<Vec<Datum>> {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            self.repeat(cx, element, element.ellipses, matches, &mut items)?;
        }
        Ok(items)
    }
    /// Instantiates an element for each repetition of its variables, `ellipses` levels deep.
    fn repeat(
        &mut self,
        cx: &mut Context<'_>,
        element: &Element,
        ellipses: u32,
        matches: &[&Match],
        items: &mut Vec<Datum>,
    ) -> Result<()> {
        if ellipses == 0 {
            items.push(self.part(cx, &element.part, matches)?);
            return Ok(());
        }
        let mut length = None;
        for (number, _) in &element.repeated {
            if let Match::Many(all) = matches[*number] {
                match length {
                    None => length = Some(all.len()),
                    Some(length) if length == all.len() => {}
                    Some(_) => return Err(self.uneven()),
                }
            }
        }
        let mut inner = matches.to_vec();
        for index in 0..length.unwrap_or(0) {
            for (number, _) in &element.repeated {
                if let Match::Many(all) = matches[*number] {
                    inner[*number] = &all[index];
                }
            }
            self.repeat(cx, element, ellipses - 1, &inner, items)?;
        }
        Ok(())
    }
    fn uneven(&self) -> ExpandError {
        let message = "sequences under one ellipsis of this macro have different lengths";
        ExpandError::new(message, self.span)
    }
}
