//! Constants and quasi-quotation.

use super::context::{Context, call};
use super::scope::Scope;
use super::special::Special;
use super::{ExpandError, Result};
use crate::core_form::Core;
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use rustc_hash::FxHashSet;

/// Up to this many elements before a computed tail are consed one by one.
const MAX_CONSES: usize = 4;

/// What a piece of a quasi-quotation becomes.
enum Piece {
    /// Nothing in it is computed.
    Constant(Datum),
    Computed(Core),
    /// The elements of a computed list.
    Spliced(Core),
}

/// A step of rebuilding a datum without aliases; see [`Context::strip`].
enum Step<'a> {
    Visit(&'a Datum),
    Pair(Span),
    Vector(usize, Span),
    Label(u32, Span),
}

impl Context<'_> {
    /// The constant a datum stands for: without aliases, its labels checked.
    pub(super) fn strip(&mut self, datum: &Datum) -> Result<Datum> {
        if !self.must_be_stripped(datum)? {
            return Ok(datum.clone());
        }
        let mut steps = vec![Step::Visit(datum)];
        let mut done: Vec<Datum> = Vec::new();
        let stripped = "every part of a datum has been stripped before the datum";
        while let Some(step) = steps.pop() {
            self.count_form()?;
            let finished = match step {
                Step::Visit(datum) => match &datum.kind {
                    DatumKind::Alias(alias) => Datum::symbol(alias.symbol(), datum.span),
                    DatumKind::Pair(pair) => {
                        steps.push(Step::Pair(datum.span));
                        steps.push(Step::Visit(&pair.cdr));
                        steps.push(Step::Visit(&pair.car));
                        continue;
                    }
                    DatumKind::Vector(items) => {
                        steps.push(Step::Vector(items.len(), datum.span));
                        steps.extend(items.iter().rev().map(Step::Visit));
                        continue;
                    }
                    DatumKind::Label(number, labelled) => {
                        steps.push(Step::Label(*number, datum.span));
                        steps.push(Step::Visit(&labelled.inner));
                        continue;
                    }
                    _ => datum.clone(),
                },
                Step::Pair(span) => {
                    let cdr = done.pop().expect(stripped);
                    let car = done.pop().expect(stripped);
                    Datum::cons(car, cdr, span)
                }
                Step::Vector(length, span) => {
                    let items = done.split_off(done.len() - length);
                    Datum::vector(items, span)
                }
                Step::Label(number, span) => {
                    Datum::labelled(number, done.pop().expect(stripped), span)
                }
            };
            done.push(finished);
        }
        Ok(done.pop().expect(stripped))
    }
    /// Are there aliases in a datum? An error if it refers to a label outside of it.
    fn must_be_stripped(&mut self, datum: &Datum) -> Result<bool> {
        let mut pending = vec![datum];
        let mut labels = FxHashSet::default();
        let mut references = Vec::new();
        let mut has_aliases = false;
        while let Some(next) = pending.pop() {
            self.count_form()?;
            match &next.kind {
                DatumKind::Alias(_) => has_aliases = true,
                DatumKind::Pair(pair) => pending.extend([&pair.cdr, &pair.car]),
                DatumKind::Vector(items) => pending.extend(items.iter()),
                DatumKind::Label(number, labelled) => {
                    labels.insert(*number);
                    pending.push(&labelled.inner);
                }
                DatumKind::LabelRef(number) => references.push((*number, next.span)),
                _ => {}
            }
        }
        match references.iter().find(|(number, _)| !labels.contains(number)) {
            None => Ok(has_aliases),
            Some((number, span)) => {
                let message = format!("the label #{number}= stands outside of this constant");
                Err(ExpandError::new(message, *span))
            }
        }
    }

    /// `(quasiquote template)`.
    pub(super) fn quasiquote(&mut self, form: &Datum, scope: &Scope) -> Result<Core> {
        let [template] = self.operands(Special::Quasiquote, form)?[..] else {
            return Err(self.shape(Special::Quasiquote, "(quasiquote template)", form));
        };
        match self.piece(template, 1, scope)? {
            Piece::Constant(datum) => Ok(Core::Const(self.strip(&datum)?)),
            Piece::Computed(core) => Ok(core),
            Piece::Spliced(_) => {
                let message = "unquote-splicing: there is no list around it to splice into";
                Err(self.error_in(message, template))
            }
        }
    }

    /// A part of a template inside `level` quasi-quotations.
    fn piece(&mut self, template: &Datum, level: u32, scope: &Scope) -> Result<Piece> {
        match &template.kind {
            DatumKind::Pair(_) => self.nested(template.span, |cx| cx.list(template, level, scope)),
            DatumKind::Vector(items) => self.nested(template.span, |cx| {
                let nil = Datum::nil(template.span);
                let parts = cx.pieces(items.iter(), level, scope)?;
                if parts.iter().all(|part| matches!(part, Piece::Constant(_))) {
                    return Ok(Piece::Constant(template.clone()));
                }
                let list = cx.assemble(parts, Piece::Constant(nil), template.span)?;
                let vector = cx.call_core("list->vector", vec![list], template.span)?;
                Ok(Piece::Computed(vector))
            }),
            _ => Ok(Piece::Constant(template.clone())),
        }
    }
    fn pieces<'d>(
        &mut self,
        items: impl Iterator<Item = &'d Datum>,
        level: u32,
        scope: &Scope,
    ) -> Result<Vec<Piece>> {
        items.map(|item| self.piece(item, level, scope)).collect()
    }

    /// The operand of `(keyword operand)`, if this datum is that and changes the level.
    fn level_change<'d>(&self, template: &'d Datum, scope: &Scope) -> Option<(Special, &'d Datum)> {
        let pair = template.as_pair()?;
        let operand = pair.cdr.as_pair()?;
        if !operand.cdr.is_nil() {
            return None;
        }
        let keywords = [Special::Quasiquote, Special::Unquote, Special::UnquoteSplicing];
        let keyword = keywords.into_iter().find(|k| self.is_keyword(&pair.car, *k, scope))?;
        Some((keyword, &operand.car))
    }

    fn list(&mut self, template: &Datum, level: u32, scope: &Scope) -> Result<Piece> {
        match self.level_change(template, scope) {
            Some((Special::Unquote, operand)) if level == 1 => {
                return Ok(Piece::Computed(self.expression(operand, scope)?));
            }
            Some((Special::UnquoteSplicing, operand)) if level == 1 => {
                return Ok(Piece::Spliced(self.expression(operand, scope)?));
            }
            Some((keyword, operand)) => {
                let level = if keyword == Special::Quasiquote { level + 1 } else { level - 1 };
                let name = template.iter().next().cloned().unwrap_or_default();
                let operand = self.piece(operand, level, scope)?;
                if matches!(operand, Piece::Constant(_)) {
                    return Ok(Piece::Constant(template.clone()));
                }
                let parts = vec![Piece::Constant(name), operand];
                let nil = Piece::Constant(Datum::nil(template.span));
                return self.assemble(parts, nil, template.span).map(Piece::Computed);
            }
            None => {}
        }
        let mut parts = Vec::new();
        let mut rest = template;
        let tail = loop {
            // `(a . ,b)` is read as `(a unquote b)`.
            let changes = !parts.is_empty() && self.level_change(rest, scope).is_some();
            match rest.as_pair() {
                Some(pair) if !changes => {
                    parts.push(self.piece(&pair.car, level, scope)?);
                    rest = &pair.cdr;
                }
                _ => break self.piece(rest, level, scope)?,
            }
        };
        let is_constant = |piece: &Piece| matches!(piece, Piece::Constant(_));
        if parts.iter().all(is_constant) && is_constant(&tail) {
            return Ok(Piece::Constant(template.clone()));
        }
        self.assemble(parts, tail, template.span).map(Piece::Computed)
    }

    fn computed(&mut self, piece: Piece, span: Span) -> Result<Core> {
        match piece {
            Piece::Constant(datum) => Ok(Core::Const(self.strip(&datum)?)),
            Piece::Computed(core) => Ok(core),
            Piece::Spliced(_) => {
                let message = "unquote-splicing may not stand behind a dot";
                Err(ExpandError::new(message, span))
            }
        }
    }

    /// Code that makes a list of `parts` ending in `tail`.
    fn assemble(&mut self, parts: Vec<Piece>, tail: Piece, span: Span) -> Result<Core> {
        let ends_list = matches!(&tail, Piece::Constant(datum) if datum.is_nil());
        // What is appended, last first. All of it in one call: nested ones could be nested too deeply.
        let mut appended = Vec::new();
        if !ends_list {
            appended.push(self.computed(tail, span)?);
        }
        let mut run: Vec<Core> = Vec::new();
        for part in parts.into_iter().rev() {
            match part {
                Piece::Spliced(spliced) => {
                    // A run right before the tail goes there.
                    let tail =
                        if appended.len() == 1 && !ends_list { appended.pop() } else { None };
                    appended.extend(self.prepend(std::mem::take(&mut run), tail, span)?);
                    appended.push(spliced);
                }
                part => run.push(self.computed(part, span)?),
            }
        }
        appended.reverse();
        let list = match appended.len() {
            0 | 1 => appended.pop(),
            _ => Some(self.call_core("append", appended, span)?),
        };
        let list = self.prepend(run, list, span)?;
        Ok(list.unwrap_or(Core::Const(Datum::nil(span))))
    }
    /// Code that puts elements, given last first, before a list.
    fn prepend(
        &mut self,
        mut run: Vec<Core>,
        list: Option<Core>,
        span: Span,
    ) -> Result<Option<Core>> {
        if run.is_empty() {
            return Ok(list);
        }
        match list {
            Some(mut list) if run.len() <= MAX_CONSES => {
                for item in run {
                    list = call(self.core("cons", span)?, vec![item, list], span);
                }
                Ok(Some(list))
            }
            list => {
                run.reverse();
                let items = self.call_core("list", run, span)?;
                match list {
                    None => Ok(Some(items)),
                    Some(list) => self.call_core("append", vec![items, list], span).map(Some),
                }
            }
        }
    }
}
