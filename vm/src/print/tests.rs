//! Written forms.

use super::atom::needs_bars;
use super::{Style, to_text};
use crate::cx::Cx;
use crate::datum_value::{datum_to_value, value_to_datum};
use crate::num::{Number, parse_number};
use crate::prim::{equality, record};
use crate::read::datum::{Datum, DatumKind};
use crate::read::read_one;
use crate::source::{SourceId, Span};
use crate::symbols::Symbols;
use crate::vm::{VmConfig, VmShared};
use lisle_gc::object::init_field;
use lisle_gc::{Kind, Value};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use std::sync::Arc;

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

/// A datum to be made.
#[derive(Clone, Debug)]
enum Shape {
    Symbol(String),
    Text(String),
    Char(char),
    Integer(i64),
    Double(f64),
    Numeral(String),
    Bytes(Vec<u8>),
    List(Vec<Shape>),
    Dotted(Box<Shape>, Box<Shape>),
    Vector(Vec<Shape>),
}

fn shapes() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Shape::Symbol),
        "[-+.@#0-9a-eixnf/|\\\\A-C!;']{0,6}".prop_map(Shape::Symbol),
        any::<String>().prop_map(Shape::Text),
        any::<char>().prop_map(Shape::Char),
        (i64::MIN >> 3..=i64::MAX >> 3).prop_map(Shape::Integer),
        any::<f64>().prop_map(Shape::Double),
        "-?[0-9]{1,40}(/[1-9][0-9]{0,25})?".prop_map(Shape::Numeral),
        "-?[0-9]{1,5}(/[1-9]|\\.[0-9]{1,9})?[-+][0-9]{1,5}(/[1-9]|\\.5e-[0-9]{1,3})?i"
            .prop_map(Shape::Numeral),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(Shape::Bytes),
    ];
    leaf.prop_recursive(5, 60, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Shape::List),
            prop::collection::vec(inner.clone(), 0..5).prop_map(Shape::Vector),
            (inner.clone(), inner).prop_map(|(a, b)| Shape::Dotted(Box::new(a), Box::new(b))),
        ]
    })
}

fn datum_of(shape: &Shape, symbols: &Symbols) -> Datum {
    let none = Span::NONE;
    let all = |shapes: &[Shape]| -> Vec<Datum> {
        shapes.iter().map(|shape| datum_of(shape, symbols)).collect()
    };
    match shape {
        Shape::Symbol(name) => Datum::symbol(symbols.intern(name), none),
        Shape::Text(text) => Datum::string(text, none),
        Shape::Char(c) => Datum::new(DatumKind::Char(*c), none),
        Shape::Integer(n) => Datum::new(DatumKind::Number(Arc::new(Number::Fixnum(*n))), none),
        Shape::Double(x) => Datum::new(DatumKind::Number(Arc::new(Number::Flonum(*x))), none),
        Shape::Numeral(text) => {
            let number = parse_number(text, 10).expect("the text of a number");
            Datum::new(DatumKind::Number(Arc::new(number)), none)
        }
        Shape::Bytes(bytes) => Datum::new(DatumKind::Bytevector(bytes[..].into()), none),
        Shape::List(items) => Datum::list(all(items).into_iter(), none),
        Shape::Vector(items) => Datum::vector(all(items), none),
        Shape::Dotted(a, b) => Datum::cons(datum_of(a, symbols), datum_of(b, symbols), none),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever its symbols, strings and characters are made of. A machine is made for each case,
    /// so that there are few, of many data each.
    #[test]
    fn what_is_written_is_read_back_the_same(all in prop::collection::vec(shapes(), 1..30)) {
        with_cx(|cx| {
            for shape in &all {
                let datum = datum_of(shape, &cx.vm().symbols);
                let value = datum_to_value(cx, &datum).expect("room in the heap");
                for style in [Style::Write, Style::Shared, Style::Simple] {
                    let text = to_text(cx.vm(), value, style);
                    let again = read(cx, &text);
                    assert_eq!(to_text(cx.vm(), again, style), text, "{shape:?}");
                    assert!(equality::equal(value, again), "{shape:?} reads back as {text}");
                }
            }
        });
    }

    /// Graphs of pairs and vectors, each of which leads to two others or to numbers.
    #[test]
    fn graphs_are_read_back_with_their_sharing(
        graphs in prop::collection::vec(
            prop::collection::vec((any::<bool>(), 0..14usize, 0..14usize), 1..12), 1..20)
    ) {
        with_cx(|cx| {
            for graph in &graphs {
                let value = graph_value(cx, graph);
                for style in [Style::Write, Style::Shared] {
                    let text = to_text(cx.vm(), value, style);
                    let again = read(cx, &text);
                    assert_eq!(to_text(cx.vm(), again, style), text, "{graph:?}");
                    assert!(equality::equal(value, again), "{graph:?} reads back as {text}");
                }
            }
        });
    }
}

/// The first node of a graph; a node is a vector or a pair.
fn graph_value(cx: &mut Cx<'_>, graph: &[(bool, usize, usize)]) -> Value {
    let nil = Value::NIL;
    let nodes: Vec<Value> = graph
        .iter()
        .map(|(is_vector, ..)| if *is_vector { cx.vector(&[nil, nil]) } else { cx.cons(nil, nil) })
        .collect::<Result<_, _>>()
        .expect("room in the heap");
    for ((is_vector, a, b), node) in graph.iter().zip(&nodes) {
        let [a, b] = [a, b].map(|&edge| match nodes.get(edge) {
            Some(other) => *other,
            None => Value::fixnum(edge as i64),
        });
        if *is_vector {
            cx.heap().store(*node, 0, a);
            cx.heap().store(*node, 1, b);
        } else {
            cx.heap().set_car(*node, a);
            cx.heap().set_cdr(*node, b);
        }
    }
    nodes[0]
}
