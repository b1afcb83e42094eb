//! Templates: compiled from data, instantiated with what patterns have matched. `syntax-rules` makes
//! data of them, `syntax` values of the program: see [`Maker`].

use super::pattern::Variable;
use super::{Match, is_ellipsis};
use crate::expand::context::Context;
use crate::expand::expansion::rename;
use crate::expand::meaning::Meaning;
use crate::expand::scope::{Alias, Ident, PatternVariable, Scope};
use crate::expand::{ExpandError, Result};
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use std::sync::Arc;

/// A compiled template.
pub(in crate::expand) struct Template {
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
    /// A list; are there pattern variables in it?
    List(Vec<Element>, Box<Part>, bool),
    Vector(Vec<Element>, bool),
}

/// An element of a list or vector template.
struct Element {
    part: Part,
    /// How many ellipses follow it.
    ellipses: u32,
    /// The variables in it that stand under ellipses, and under how many.
    repeated: Vec<(usize, u32)>,
}

/// The pattern variables that a template may use.
pub(in crate::expand) enum Variables<'a> {
    /// Those of the rule it belongs to, numbered.
    OfRule(&'a [Variable]),
    /// Those in scope, numbered as they are met.
    InScope(Vec<PatternVariable>),
}

impl Variables<'_> {
    /// The number of the variable that `ident` is, and how many ellipses it needs.
    fn find(&mut self, cx: &Context<'_>, ident: &Ident, scope: &Scope) -> Option<(usize, u32)> {
        match self {
            Variables::OfRule(variables) => {
                let number = variables.iter().position(|v| v.ident == *ident)?;
                Some((number, variables[number].depth))
            }
            Variables::InScope(met) => {
                let Meaning::Pattern(variable) = cx.meaning(ident, scope) else { return None };
                let number = met.iter().position(|known| *known == variable).unwrap_or_else(|| {
                    met.push(variable);
                    met.len() - 1
                });
                Some((number, variable.depth))
            }
        }
    }
}

/// Turns data into templates.
pub(in crate::expand) struct TemplateCompiler<'a> {
    scope: &'a Scope,
    /// `None` inside an escape `(... template)`.
    ellipsis: Option<Option<&'a Ident>>,
    literals: &'a [Ident],
    variables: Variables<'a>,
    inserted: Vec<Ident>,
}

impl<'a> TemplateCompiler<'a> {
    pub(in crate::expand) fn new(
        scope: &'a Scope,
        ellipsis: Option<&'a Ident>,
        literals: &'a [Ident],
        variables: Variables<'a>,
    ) -> TemplateCompiler<'a> {
        let ellipsis = Some(ellipsis);
        TemplateCompiler { scope, ellipsis, literals, variables, inserted: Vec::new() }
    }
    /// The template, and the variables it may use.
    pub(in crate::expand) fn compile(
        mut self,
        cx: &mut Context<'_>,
        datum: &Datum,
    ) -> Result<(Template, Variables<'a>)> {
        let mut used = Vec::new();
        let part = self.part(cx, datum, 0, &mut used)?;
        Ok((Template { part, inserted: self.inserted }, self.variables))
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
                    let before = used.len();
                    let elements = self.elements(cx, &data, depth, used)?;
                    let tail = self.part(cx, items.rest(), depth, used)?;
                    Ok(Part::List(elements, Box::new(tail), used.len() > before))
                })
            }
            DatumKind::Vector(items) => cx.nested(datum.span, |cx| {
                let data: Vec<&Datum> = items.iter().collect();
                let before = used.len();
                let elements = self.elements(cx, &data, depth, used)?;
                Ok(Part::Vector(elements, used.len() > before))
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
        if let Some((number, wanted)) = self.variables.find(cx, &ident, self.scope) {
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

/// Makes what a template stands for.
pub(crate) trait Maker {
    /// What is made.
    type Made;
    /// Made of a datum.
    fn datum(&mut self, datum: Datum) -> Result<Self::Made>;
    /// A pair of two.
    fn pair(&mut self, car: Self::Made, cdr: Self::Made, span: Span) -> Result<Self::Made>;
    /// A vector of several.
    fn vector(&mut self, items: Vec<Self::Made>, span: Span) -> Result<Self::Made>;
    /// So many were made.
    fn count(&mut self, made: u64, span: Span) -> Result<()>;
}

/// Makes data.
struct DatumMaker<'a, 'c>(&'a mut Context<'c>);

impl Maker for DatumMaker<'_, '_> {
    type Made = Datum;
    fn datum(&mut self, datum: Datum) -> Result<Datum> {
        Ok(datum)
    }
    fn pair(&mut self, car: Datum, cdr: Datum, span: Span) -> Result<Datum> {
        Ok(Datum::cons(car, cdr, span))
    }
    fn vector(&mut self, items: Vec<Datum>, span: Span) -> Result<Datum> {
        Ok(Datum::vector(items, span))
    }
    fn count(&mut self, made: u64, span: Span) -> Result<()> {
        self.0.count_steps(made, span)
    }
}

/// The step of expansion in which a template is instantiated.
#[derive(Clone, Copy)]
pub(in crate::expand) struct Step<'a> {
    /// Where the identifiers that it inserts are looked up.
    pub(in crate::expand) scope: &'a Scope,
    /// The step's number.
    pub(in crate::expand) number: u64,
    /// The place of the macro's use.
    pub(in crate::expand) span: Span,
}

impl Template {
    /// The expansion of a macro use that stands at `span`.
    pub(super) fn expand(
        &self,
        cx: &mut Context<'_>,
        matches: &[Option<Match>],
        scope: &Scope,
        span: Span,
    ) -> Result<Datum> {
        let nothing = Match::Many(Vec::new());
        let matches: Vec<&Match> = matches.iter().map(|m| m.as_ref().unwrap_or(&nothing)).collect();
        let step = Step { scope, number: cx.expander.next_number(), span };
        self.instantiate(&mut DatumMaker(cx), &matches, step)
    }
    /// What it stands for with these matches.
    pub(in crate::expand) fn instantiate<M: Maker>(
        &self,
        maker: &mut M,
        matches: &[&Match],
        step: Step<'_>,
    ) -> Result<M::Made> {
        let renamed = vec![None; self.inserted.len()];
        let mut instance = Instance { maker, renamed, inserted: &self.inserted, step, made: 1 };
        let made = instance.part(&self.part, matches)?;
        let count = instance.made;
        maker.count(count, step.span)?;
        Ok(made)
    }
}

/// One instantiation of a template.
struct Instance<'a, M> {
    maker: &'a mut M,
    renamed: Vec<Option<Arc<Alias>>>,
    inserted: &'a [Ident],
    step: Step<'a>,
    made: u64,
}

impl<M: Maker> Instance<'_, M> {
    /// Recursion follows the template, so its depth is bounded.
    fn part(&mut self, part: &Part, matches: &[&Match]) -> Result<M::Made> {
        self.made += 1;
        let span = self.step.span;
        if self.made >= 4096 {
            self.maker.count(std::mem::take(&mut self.made), span)?;
        }
        match part {
            Part::Variable(number) => match matches[*number] {
                Match::One(datum) => self.maker.datum(datum.clone()),
                Match::Many(_) => Err(self.uneven()),
            },
            Part::List(elements, tail, true) => {
                let items = self.elements(elements, matches)?;
                let mut list = self.part(tail, matches)?;
                for item in items.into_iter().rev() {
                    list = self.maker.pair(item, list, span)?;
                }
                Ok(list)
            }
            Part::Vector(elements, true) => {
                let items = self.elements(elements, matches)?;
                self.maker.vector(items, span)
            }
            constant => {
                let datum = self.constant(constant)?;
                self.maker.datum(datum)
            }
        }
    }
    /// A part without pattern variables.
    fn constant(&mut self, part: &Part) -> Result<Datum> {
        let span = self.step.span;
        self.made += 1;
        Ok(match part {
            Part::Inserted(number) => Datum::new(DatumKind::Alias(self.inserted(*number)?), span),
            Part::Constant(kind) => Datum::new(kind.clone(), span),
            Part::List(elements, tail, _) => {
                let items = self.constants(elements)?;
                let tail = self.constant(tail)?;
                items.into_iter().rev().fold(tail, |rest, item| Datum::cons(item, rest, span))
            }
            Part::Vector(elements, _) => Datum::vector(self.constants(elements)?, span),
            Part::Variable(_) => return Err(self.uneven()),
        })
    }
    fn constants(&mut self, elements: &[Element]) -> Result<Vec<Datum>> {
        elements.iter().map(|element| self.constant(&element.part)).collect()
    }
    /// The new name of an inserted identifier.
    fn inserted(&mut self, number: usize) -> Result<Arc<Alias>> {
        if let Some(alias) = &self.renamed[number] {
            return Ok(alias.clone());
        }
        let Step { scope, number: step, span } = self.step;
        let alias = rename(&self.inserted[number], scope, step, span)?;
        self.renamed[number] = Some(alias.clone());
        Ok(alias)
    }
    fn elements(&mut self, elements: &[Element], matches: &[&Match]) -> Result<Vec<M::Made>> {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            self.repeat(element, element.ellipses, matches, &mut items)?;
        }
        Ok(items)
    }
    /// Instantiates an element for each repetition of its variables, `ellipses` levels deep.
    fn repeat(
        &mut self,
        element: &Element,
        ellipses: u32,
        matches: &[&Match],
        items: &mut Vec<M::Made>,
    ) -> Result<()> {
        if ellipses == 0 {
            items.push(self.part(&element.part, matches)?);
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
            self.repeat(element, ellipses - 1, &inner, items)?;
        }
        Ok(())
    }
    fn uneven(&self) -> ExpandError {
        let message = "sequences under one ellipsis of this macro have different lengths";
        ExpandError::new(message, self.step.span)
    }
}
