//! Values by way of serde: there and back, agreement with the derive macros, and what is wrong.

use crate::machines;
use lisle::{Bytes, ErrorKind, FromScheme, IntoScheme, Root, Serde, Vm};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

#[derive(Serialize, Deserialize, FromScheme, IntoScheme, Clone, PartialEq, Debug)]
struct Order {
    order_id: u64,
    customer: Customer,
    items: Vec<Item>,
    note: Option<String>,
    size: (i8, f32),
}

#[derive(Serialize, Deserialize, FromScheme, IntoScheme, Clone, PartialEq, Debug)]
struct Customer(String);

#[derive(Serialize, Deserialize, FromScheme, IntoScheme, Clone, PartialEq, Debug)]
struct Nothing;

#[derive(Serialize, Deserialize, FromScheme, IntoScheme, Clone, PartialEq, Debug)]
struct Pair(i64, bool);

#[derive(Serialize, Deserialize, FromScheme, IntoScheme, Clone, PartialEq, Debug)]
enum Item {
    GiftVoucher,
    Weight(f64),
    Range(i64, i64),
    Piece { unit_price: f64, tags: Vec<char> },
}

fn orders() -> Vec<Order> {
    let items = vec![
        Item::GiftVoucher,
        Item::Weight(-0.5),
        Item::Range(i64::MIN, i64::MAX),
        Item::Piece { unit_price: 1e300, tags: vec!['λ', '\n'] },
    ];
    let customer = Customer("naïve".to_owned());
    let order = Order { order_id: u64::MAX, customer, items, note: None, size: (-7, 0.25) };
    let other = Order { note: Some(String::new()), items: Vec::new(), ..order.clone() };
    vec![order, other]
}

fn by_serde<T: Serialize + DeserializeOwned + PartialEq + Debug>(vm: &Vm, value: &T) {
    vm.set("value", Serde(value)).expect("the value has a counterpart");
    let back = vm.get::<Serde<T>>("value").expect("it came from this type");
    assert_eq!(back.0, *value);
}

/// Both ways of converting write the same and read what the other writes.
fn both<T>(vm: &Vm, value: &T)
where
    T: Serialize + DeserializeOwned + FromScheme + IntoScheme + Clone + PartialEq + Debug,
{
    by_serde(vm, value);
    vm.set("derived", value.clone()).expect("the value has a counterpart");
    assert!(vm.eval::<bool>("(equal? value derived)").expect("both are there"), "{value:?}");
    assert_eq!(vm.get::<T>("value").expect("serde wrote it as the macros do"), *value);
    assert_eq!(vm.get::<Serde<T>>("derived").expect("the macros wrote it as serde does").0, *value);
}

#[test]
fn serde_agrees_with_the_derive_macros() {
    for vm in machines() {
        both(&vm, &orders());
        both(&vm, &Nothing);
        both(&vm, &Pair(3, false));
        both(&vm, &vec![Item::GiftVoucher]);
        both(&vm, &(true, 'x', "text".to_owned(), Some(5u8)));
        both(&vm, &[i128::MIN, i128::MAX, 0, 1 << 61]);
        both(&vm, &[u128::MAX, 0]);
        both(&vm, &[0.1, f64::INFINITY, f64::MIN_POSITIVE]);
        both(&vm, &Bytes((0..=255).collect()));
        by_serde(&vm, &HashMap::from([("a".to_owned(), vec![1, 2]), ("b".to_owned(), vec![])]));
    }
}

#[test]
fn names_are_written_as_by_the_derive_macros() {
    #[derive(Serialize, Deserialize, FromScheme, IntoScheme, Clone, PartialEq, Debug)]
    #[expect(non_snake_case, reason = "names of every kind")]
    struct Names {
        plain: i8,
        two_words: i8,
        _before: i8,
        after_: i8,
        camelCase: i8,
        HTTPServer: i8,
        r#type: i8,
        ünï_Cödé: i8,
        x2_y3: i8,
    }
    #[derive(Serialize, Deserialize, FromScheme, IntoScheme, Clone, PartialEq, Debug)]
    #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "names of every kind")]
    enum Variants {
        VeryHigh,
        HTTP,
        A1B,
        snake_case,
    }
    let vm = Vm::new().unwrap();
    let names = Names {
        plain: 1,
        two_words: 2,
        _before: 3,
        after_: 4,
        camelCase: 5,
        HTTPServer: 6,
        r#type: 7,
        ünï_Cödé: 8,
        x2_y3: 9,
    };
    both(&vm, &names);
    both(&vm, &vec![Variants::VeryHigh, Variants::HTTP, Variants::A1B, Variants::snake_case]);
}

#[test]
fn attributes_of_serde_are_obeyed() {
    #[derive(Serialize, Deserialize, PartialEq, Debug, Default)]
    struct Head {
        #[serde(rename = "Content-Type")]
        content_type: String,
        #[serde(default)]
        line_count: u32,
        #[serde(skip)]
        cache: u32,
        #[serde(flatten)]
        rest: BTreeMap<String, i64>,
    }
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    #[serde(tag = "type")]
    enum Shape {
        Circle { line_width: f64, radius: i32 },
        Point,
    }
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    #[serde(untagged)]
    enum Id {
        Number(i64),
        Name(String),
        Both { number: i64, full_name: String },
        Several(Vec<Id>),
    }
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        a: i32,
    }
    for vm in machines() {
        let rest = BTreeMap::from([("length".to_owned(), 9)]);
        let head = Head { content_type: "text".to_owned(), line_count: 3, cache: 0, rest };
        by_serde(&vm, &head);
        let read =
            vm.eval::<Serde<Head>>("'((Content-Type . \"text\") (line-count . 3) (length . 9))");
        assert_eq!(read.unwrap().0, head);
        by_serde(&vm, &vec![Shape::Circle { line_width: 0.5, radius: 2 }, Shape::Point]);
        let both = Id::Both { number: 1, full_name: "x".to_owned() };
        by_serde(&vm, &Id::Several(vec![Id::Number(5), Id::Name("n".to_owned()), both]));
        assert!(vm.eval::<Serde<Strict>>("'((a . 1))").is_ok());
        let error = vm.eval::<Serde<Strict>>("'((a . 1) (b . 2))").unwrap_err();
        assert!(error.message().contains("unknown field `b`"), "{error}");
    }
}

#[test]
fn json_goes_there_and_back() {
    let json = serde_json::json!({
        "null": null, "yes": true, "no": false, "small": -5, "large": u64::MAX, "float": 2.5,
        "text": "λ", "list": [[], {}, [["a", 1], ["b", 2]], [null]], "nested": {"a": {"b": [1]}}
    });
    for vm in machines() {
        by_serde(&vm, &json);
        assert_eq!(vm.eval::<i64>("(hash-table-ref value \"small\")").unwrap(), -5);
        let read = vm.eval::<Serde<serde_json::Value>>("'((a . 1) (b x #(#t \"y\")) (c))").unwrap();
        assert_eq!(read.0, serde_json::json!({"a": 1, "b": ["x", [true, "y"]], "c": []}));
    }
}

#[test]
fn errors_say_where() {
    let vm = Vm::new().unwrap();
    let order = |text: &str| {
        let error = vm.eval::<Serde<Order>>(text).map(|order| order.0).unwrap_err();
        (error.kind(), error.message().to_owned())
    };
    let (kind, message) = order("'((order-id . -1))");
    assert_eq!(kind, ErrorKind::Range);
    assert_eq!(message, "field `order-id`: expected an integer that fits u64, got -1");
    let (kind, message) = order("'((items gift-voucher (piece (unit-price . 1) (tags a))))");
    assert_eq!(kind, ErrorKind::Type);
    let place = "field `items`: element 1: field `tags`: element 0: ";
    assert_eq!(message, format!("{place}expected a character, got a"));
    let (_, message) = order("'((items (weight)))");
    assert_eq!(message, "field `items`: element 0: expected `weight` with 1 field, got (weight)");
    let (_, message) = order("'((items (wait 1)))");
    let variants = "`gift-voucher`, `weight`, `range`, `piece`";
    let expected = format!("expected a variant of Item: {variants}, got (wait 1)");
    assert_eq!(message, format!("field `items`: element 0: {expected}"));
    let (_, message) = order("'((order-id . 1))");
    assert_eq!(message, "missing field `customer`");
    let (_, message) = order("'((order-id . 1) (order-id . 2))");
    assert_eq!(message, "duplicate field `order_id`");

    let map = vm.eval::<Serde<BTreeMap<String, u8>>>("'((\"a\" . 300))").unwrap_err();
    assert_eq!(map.message(), "key \"a\": expected an integer that fits u8, got 300");
    let first = vm.eval::<Serde<BTreeMap<String, u8>>>("'((\"a\" . 1) (\"a\" . 2))").unwrap();
    assert_eq!(first.0["a"], 1);
    let lost = vm.set("value", Serde(vec![Some(true), Some(false)])).unwrap_err();
    assert!(lost.message().starts_with("element 1: `Some` of what is #f"), "{lost}");
    let procedure = vm.eval::<Serde<serde_json::Value>>("(list car)").unwrap_err();
    assert!(procedure.message().starts_with("element 0: expected data, got"), "{procedure}");
}

#[test]
fn circular_data_is_an_error() {
    #[derive(Deserialize, Debug)]
    #[expect(dead_code, reason = "no value is ever made")]
    struct Tree(Vec<Tree>);
    let vm = Vm::new().unwrap();
    let circular = "(let ((l (list #f))) (set-car! l l) l)";
    let error = vm.eval::<Serde<Tree>>(circular).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Nesting);
    let error = vm.eval::<Serde<serde_json::Value>>(circular).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Nesting);
}

#[test]
fn procedures_take_and_return_them() {
    for vm in machines() {
        vm.define("double", |Serde(order): Serde<Order>| -> Result<_, &str> {
            Ok(Serde(Order {
                order_id: order.order_id.checked_mul(2).ok_or("too large")?,
                ..order
            }))
        })
        .unwrap();
        let order = Order { order_id: 21, ..orders().remove(0) };
        vm.set("order", Serde(&order)).unwrap();
        let id = vm.eval::<u64>("(cdr (assq 'order-id (double order)))").unwrap();
        assert_eq!(id, 42);
        let root: Root = vm.eval("(double order)").unwrap();
        assert_eq!(root.to::<Serde<Order>>().unwrap().0, Order { order_id: 42, ..order });
    }
}
