//! Written forms.

use super::atom::needs_bars;
use super::{Style, to_text};
use crate::cx::Cx;
use crate::datum_value::{datum_to_value, value_to_datum};
use crate::prim::record;
use crate::read::read_one;
use crate::source::SourceId;
use crate::vm::{VmConfig, VmShared};
use lisle_gc::object::init_field;
use lisle_gc::{Kind, Value};

fn with_cx(test: impl FnOnce(&mut Cx<'_>)) {
    let (vm, mut mutator) = VmShared::new(VmConfig::default()).expect("memory for a machine");
    test(&mut Cx::new(&mut mutator, &vm));
}

fn read(cx: &mut Cx<'_>, text: &str) -> Value {
    let datum = read_one(SourceId::default(), text, &cx.vm().symbols);
    let (datum, _) = datum.expect("a legal text").expect("a datum");
    datum_to_value(cx, &datum).expect("room in the heap")
}

#[test]
fn data_are_written_as_they_were_read() {
    with_cx(|cx| {
        for text in [
            "()",
            "(1 2 . 3)",
            "#(1 #(2) ())",
            "#u8(0 1 255)",
            "(a |b c| #t #f)",
            "\"tab\\t quote\\\" back\\\\\"",
            "(#\\a #\\space #\\newline #\\x1 #\\λ)",
            "(quote x)",
            "(1/2 -1.5 100000000000000000000 +i)",
            "#0=(a b . #0#)",
            "#0=#(1 #0# (2 #0#))",
            "(#0=(1 . #0#) #1=(2 . #1#))",
        ] {
            let value = read(cx, text);
            assert_eq!(to_text(cx.vm(), value, Style::Write), text);
            let datum = value_to_datum(cx, value).expect("room in the heap");
            let again = datum_to_value(cx, &datum).expect("room in the heap");
            assert_eq!(to_text(cx.vm(), again, Style::Write), text);
        }
    });
}

#[test]
fn only_write_shared_labels_what_is_shared_but_not_circular() {
    with_cx(|cx| {
        let shared = read(cx, "(1)");
        let list = cx.list(&[shared, shared]).expect("room in the heap");
        assert_eq!(to_text(cx.vm(), list, Style::Write), "((1) (1))");
        assert_eq!(to_text(cx.vm(), list, Style::Shared), "(#0=(1) #0#)");
    });
}

#[test]
fn deep_and_long_lists_are_written_without_recursion() {
    with_cx(|cx| {
        let mut deep = Value::NIL;
        let mut long = Value::NIL;
        for _ in 0..200_000 {
            deep = cx.cons(deep, Value::NIL).expect("room in the heap");
            long = cx.cons(Value::ZERO, long).expect("room in the heap");
        }
        assert_eq!(to_text(cx.vm(), deep, Style::Write).len(), 400_002);
        assert_eq!(to_text(cx.vm(), long, Style::Write).len(), 400_001);
    });
}

#[test]
fn records_show_their_fields() {
    with_cx(|cx| {
        let name = cx.intern("<point>").expect("room in the heap");
        let fields = read(cx, "#(x y)");
        let point = record::make_type(cx, name, fields, Value::FALSE).expect("room in the heap");
        let made = cx.object(Kind::Record, 3).expect("room in the heap");
        init_field(made, 0, point);
        init_field(made, 1, Value::fixnum(1));
        init_field(made, 2, made);
        assert_eq!(to_text(cx.vm(), made, Style::Write), "#0=#<point x: 1 y: #0#>");
    });
}

#[test]
fn symbols_that_would_be_read_as_something_else_get_bars() {
    for name in ["", ".", "a b", "1", "+5", "-inf.0", "+i", "a|b", "#foo", "(", "1/2", "a;b"] {
        assert!(needs_bars(name), "{name}");
    }
}

#[test]
fn ordinary_symbols_get_none() {
    for name in ["a", "+", "-", "...", "1+", "->x", "λ", "Hello", "a.b", "<=?", "!$%&*/:~^_"] {
        assert!(!needs_bars(name), "{name}");
    }
}
