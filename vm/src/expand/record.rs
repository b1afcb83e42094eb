//! `define-record-type`.

use super::Result;
use super::context::{Context, Place, constant, index, lambda, named};
use super::scope::Ident;
use super::special::Special;
use crate::core_form::Core;
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use crate::symbols::Sym;

/// A record type's definition, taken apart.
pub(super) struct RecordDefinition {
    type_name: (Ident, Span),
    /// The constructor's name and the indexes of the fields it takes.
    constructor: Option<((Ident, Span), Vec<usize>)>,
    predicate: Option<(Ident, Span)>,
    fields: Vec<Field>,
    span: Span,
}

struct Field {
    ident: Ident,
    accessor: Option<(Ident, Span)>,
    modifier: Option<(Ident, Span)>,
}

impl RecordDefinition {
    /// What is defined: the type, then the constructor, the predicate, and each field's
    /// procedures, as far as there are any.
    pub(super) fn idents(&self) -> Vec<(Ident, Span)> {
        let mut idents = vec![self.type_name.clone()];
        idents.extend(self.constructor.iter().map(|(name, _)| name.clone()));
        idents.extend(self.predicate.clone());
        for field in &self.fields {
            idents.extend(field.accessor.clone());
            idents.extend(field.modifier.clone());
        }
        idents
    }
}

impl Context<'_> {
    /// Takes `(define-record-type name constructor predicate field ...)` apart.
    pub(super) fn record_definition(&self, form: &Datum) -> Result<RecordDefinition> {
        let special = Special::DefineRecordType;
        let operands = self.operands(special, form)?;
        let [name, constructor, rest @ ..] = &operands[..] else {
            let expected = "(define-record-type name constructor predicate field ...)";
            return Err(self.shape(special, expected, form));
        };
        let name = match name.proper_list().as_deref() {
            Some([inner, ..]) => inner,
            _ => *name,
        };
        let type_name = self.defined_name(name, "the type's name")?;
        let (predicate, specs) = match rest {
            [] => (None, rest),
            [predicate, specs @ ..] => {
                (self.optional_name(predicate, "the predicate's name")?, specs)
            }
        };
        let fields: Vec<Field> =
            specs.iter().map(|spec| self.record_field(spec)).collect::<Result<_>>()?;
        let constructor = match &constructor.kind {
            DatumKind::Bool(_) => None,
            DatumKind::Pair(pair) => {
                let name = self.defined_name(&pair.car, "the constructor's name")?;
                let mut taken = Vec::new();
                for item in pair.cdr.iter() {
                    let ident = self.ident(item, special, "a field of the constructor")?;
                    match fields.iter().position(|field| field.ident == ident) {
                        Some(found) if !taken.contains(&found) => taken.push(found),
                        Some(_) => {
                            let message = "define-record-type: the constructor takes a field twice";
                            return Err(self.error_in(message, item));
                        }
                        None => {
                            let message = "define-record-type: the constructor takes a field that \
                                           the type does not have";
                            return Err(self.error_in(message, item));
                        }
                    }
                }
                Some((name, taken))
            }
            _ => {
                let name = self.defined_name(constructor, "the constructor's name")?;
                Some((name, (0..fields.len()).collect()))
            }
        };
        Ok(RecordDefinition { type_name, constructor, predicate, fields, span: form.span })
    }
    fn defined_name(&self, datum: &Datum, what: &str) -> Result<(Ident, Span)> {
        Ok((self.ident(datum, Special::DefineRecordType, what)?, datum.span))
    }
    fn optional_name(&self, datum: &Datum, what: &str) -> Result<Option<(Ident, Span)>> {
        match datum.kind {
            DatumKind::Bool(false) => Ok(None),
            _ => self.defined_name(datum, what).map(Some),
        }
    }
    fn record_field(&self, spec: &Datum) -> Result<Field> {
        let special = Special::DefineRecordType;
        if let Some(ident) = Ident::of(spec) {
            return Ok(Field { ident, accessor: None, modifier: None });
        }
        let parts = spec.proper_list();
        let Some([name, procedures @ ..]) = parts.as_deref().filter(|parts| parts.len() <= 3)
        else {
            return Err(self.shape(special, "fields (name accessor [modifier])", spec));
        };
        let ident = self.ident(name, special, "a field's name")?;
        let procedure = |position: usize, what: &str| match procedures.get(position) {
            Some(datum) => self.defined_name(datum, what).map(Some),
            None => Ok(None),
        };
        let accessor = procedure(0, "a field's accessor")?;
        let modifier = procedure(1, "a field's modifier")?;
        Ok(Field { ident, accessor, modifier })
    }

    /// The values of [`RecordDefinition::idents`], whose variables are kept in `places`.
    pub(super) fn record_values(
        &mut self,
        definition: &RecordDefinition,
        places: &[Place],
    ) -> Result<Vec<Core>> {
        let span = definition.span;
        let record_type = |span| places[0].read(span);
        let symbol = |sym: Sym| Datum::symbol(sym, span);
        let fields = definition.fields.iter().map(|field| symbol(field.ident.symbol())).collect();
        let name = Core::Const(symbol(definition.type_name.0.symbol()));
        let fields = Core::Const(Datum::vector(fields, span));
        let mut values = vec![self.call_core("%make-record-type", vec![name, fields], span)?];
        if let Some((name, taken)) = &definition.constructor {
            let mut inits = vec![Core::Unspecified; definition.fields.len()];
            let mut params = Vec::with_capacity(taken.len());
            for field in taken {
                let param = self.vars.fresh(definition.fields[*field].ident.symbol());
                params.push(param);
                inits[*field] = Core::Local(param, span);
            }
            inits.insert(0, record_type(span));
            let body = self.call_core("%record", inits, span)?;
            values.push(named(lambda(params, None, body, span), name.0.symbol()));
        }
        if let Some((name, place)) = &definition.predicate {
            let param = self.hidden("object");
            let args = vec![Core::Local(param, *place), record_type(*place)];
            let body = self.call_core("%record?", args, *place)?;
            values.push(named(lambda(vec![param], None, body, *place), name.symbol()));
        }
        // What goes wrong in an accessor or modifier is shown where it was called.
        let unplaced = Span::NONE;
        for (number, field) in definition.fields.iter().enumerate() {
            if let Some((name, _)) = &field.accessor {
                let sym = name.symbol();
                let param = self.hidden("record");
                let who = constant(DatumKind::Symbol(sym), unplaced);
                let object = Core::Local(param, unplaced);
                let args = vec![object, record_type(unplaced), index(number, unplaced), who];
                let body = self.call_core("%record-ref", args, unplaced)?;
                values.push(named(lambda(vec![param], None, body, unplaced), sym));
            }
            if let Some((name, _)) = &field.modifier {
                let sym = name.symbol();
                let (param, value) = (self.hidden("record"), self.hidden("value"));
                let who = constant(DatumKind::Symbol(sym), unplaced);
                let args = vec![
                    Core::Local(param, unplaced),
                    record_type(unplaced),
                    index(number, unplaced),
                    Core::Local(value, unplaced),
                    who,
                ];
                let body = self.call_core("%record-set!", args, unplaced)?;
                values.push(named(lambda(vec![param, value], None, body, unplaced), sym));
            }
        }
        Ok(values)
    }
}
