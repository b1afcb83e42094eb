//! What the compiler knows of constants. The only part of it that looks inside data.

use crate::core_form::Core;
use crate::num::Number;
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;

/// A constant integer that is a fixnum.
pub fn as_fixnum(core: &Core) -> Option<i64> {
    match core {
        Core::Const(datum) => datum_fixnum(datum),
        _ => None,
    }
}

/// The integer of a datum that is a fixnum.
pub fn datum_fixnum(datum: &Datum) -> Option<i64> {
    match &datum.kind {
        DatumKind::Number(number) => match **number {
            Number::Fixnum(n) => Some(n),
            _ => None,
        },
        _ => None,
    }
}

/// The number of a datum for the `Immediate` instruction.
pub fn immediate(datum: &Datum) -> Option<u32> {
    Some(match datum.kind {
        DatumKind::Bool(false) => 0,
        DatumKind::Bool(true) => 1,
        DatumKind::Nil => 2,
        DatumKind::Unspecified => 3,
        DatumKind::Eof => 4,
        DatumKind::Default => 6,
        _ => return None,
    })
}

/// A constant integer, if it is a fixnum.
pub fn fixnum(n: i64) -> Option<Core> {
    match Number::from(n) {
        number @ Number::Fixnum(_) => {
            Some(Core::Const(Datum::new(DatumKind::Number(number.into()), Span::NONE)))
        }
        _ => None,
    }
}

/// A constant boolean.
pub fn boolean(value: bool) -> Core {
    Core::Const(Datum::boolean(value, Span::NONE))
}

/// The constant `()`.
pub fn nil() -> Core {
    Core::Const(Datum::nil(Span::NONE))
}

/// Whether an expression counts as true, if that is known and the expression has no effect.
pub fn truth(core: &Core) -> Option<bool> {
    match core {
        Core::Const(datum) => Some(!matches!(datum.kind, DatumKind::Bool(false))),
        Core::Unspecified | Core::Lambda(_) => Some(true),
        _ => None,
    }
}

/// Is it a datum that may be copied: nothing can tell two copies from one?
pub fn may_be_copied(datum: &Datum) -> bool {
    compares_by_word(datum) || matches!(datum.kind, DatumKind::Number(_))
}

/// Is the datum one word, so that `eqv?` and `equal?` on it are `eq?`?
pub fn compares_by_word(datum: &Datum) -> bool {
    match &datum.kind {
        DatumKind::Nil
        | DatumKind::Unspecified
        | DatumKind::Default
        | DatumKind::Eof
        | DatumKind::Bool(_)
        | DatumKind::Char(_)
        | DatumKind::Symbol(_) => true,
        DatumKind::Number(number) => matches!(**number, Number::Fixnum(_)),
        _ => false,
    }
}

/// Are two data that compare by word the same?
pub fn same_word(a: &Datum, b: &Datum) -> bool {
    match (&a.kind, &b.kind) {
        (DatumKind::Bool(a), DatumKind::Bool(b)) => a == b,
        (DatumKind::Char(a), DatumKind::Char(b)) => a == b,
        (DatumKind::Symbol(a), DatumKind::Symbol(b)) => a == b,
        (DatumKind::Number(_), DatumKind::Number(_)) => datum_fixnum(a) == datum_fixnum(b),
        _ => {
            let immediate = immediate(a);
            immediate.is_some() && immediate == self::immediate(b)
        }
    }
}

/// What a predicate of one argument says of a datum, for the predicates that are folded.
pub fn predicate(name: &str, datum: &Datum) -> Option<bool> {
    let kind = &datum.kind;
    if matches!(kind, DatumKind::Label(..) | DatumKind::LabelRef(_) | DatumKind::Opaque(_)) {
        return None;
    }
    Some(match name {
        "not" => matches!(kind, DatumKind::Bool(false)),
        "null?" => matches!(kind, DatumKind::Nil),
        "pair?" => matches!(kind, DatumKind::Pair(_)),
        "boolean?" => matches!(kind, DatumKind::Bool(_)),
        "symbol?" => matches!(kind, DatumKind::Symbol(_)),
        "string?" => matches!(kind, DatumKind::String(_)),
        "char?" => matches!(kind, DatumKind::Char(_)),
        "vector?" => matches!(kind, DatumKind::Vector(_)),
        "number?" => matches!(kind, DatumKind::Number(_)),
        "procedure?" => false,
        _ => return None,
    })
}
