//! Conversions between Scheme and Rust.

use crate::machines;
use lisle::{Bytes, ErrorKind, FromScheme, IntoScheme, Symbol, Vm};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;

/// There and back.
fn round_trip<T: FromScheme + IntoScheme + Clone + PartialEq + Debug>(vm: &Vm, value: T) {
    vm.set("value", value.clone()).expect("the value has a counterpart");
    assert_eq!(vm.get::<T>("value").expect("it came from this type"), value);
}

#[test]
fn values_go_there_and_back() {
    for vm in machines() {
        round_trip(&vm, true);
        round_trip(&vm, 'λ');
        round_trip(&vm, "naïve λ".to_owned());
        round_trip(&vm, Symbol::new("a b|c"));
        round_trip(&vm, (1i8, 2u16, -3i32, 4u64));
        for n in [i64::MIN, -1, 0, 1 << 59, 1 << 60, 1 << 61, i64::MAX] {
            round_trip(&vm, n);
        }
        round_trip(&vm, [u64::MAX, 0]);
        round_trip(&vm, [i128::MIN, i128::MAX, 0]);
        round_trip(&vm, [u128::MAX, 0]);
        round_trip(&vm, [0.0, -0.0, 0.1, 1e300, f64::MIN_POSITIVE, f64::INFINITY]);
        round_trip(&vm, vec![Some(1), None]);
        round_trip(&vm, VecDeque::from([1.5, 2.5]));
        round_trip(&vm, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        round_trip(&vm, HashSet::<i64>::from([1, 2, 3]));
        round_trip(&vm, BTreeMap::from([(1, vec!["x".to_owned()]), (2, vec![])]));
        round_trip(&vm, HashMap::<String, f64>::from([("a".to_owned(), 0.5)]));
        round_trip(&vm, Bytes((0..=255).collect()));
        round_trip(&vm, (1, "two".to_owned(), (3.0,), [4, 5]));
    }
}

#[test]
fn nothing_is_lost() {
    let vm = Vm::new().unwrap();
    let kind = |result: Result<(), lisle::Error>| result.unwrap_err().kind();
    assert_eq!(kind(vm.eval::<u8>("256").map(drop)), ErrorKind::Range);
    assert_eq!(kind(vm.eval::<u64>("-1").map(drop)), ErrorKind::Range);
    assert_eq!(kind(vm.eval::<usize>("-1").map(drop)), ErrorKind::Range);
    assert_eq!(kind(vm.eval::<i128>("(expt 2 127)").map(drop)), ErrorKind::Range);
    assert_eq!(kind(vm.eval::<i64>("1.0").map(drop)), ErrorKind::Type);
    assert_eq!(kind(vm.eval::<i64>("1/2").map(drop)), ErrorKind::Type);
    assert_eq!(kind(vm.eval::<f64>("1/3").map(drop)), ErrorKind::Range);
    assert_eq!(kind(vm.eval::<f64>("(+ (expt 2 53) 1)").map(drop)), ErrorKind::Range);
    assert_eq!(kind(vm.eval::<f64>("(expt 10 400)").map(drop)), ErrorKind::Range);
    assert_eq!(kind(vm.eval::<f64>("1+2i").map(drop)), ErrorKind::Type);
    assert_eq!(kind(vm.eval::<f32>("0.1").map(drop)), ErrorKind::Range);
    assert_eq!(vm.eval::<f64>("(expt 2 100)").unwrap(), 2f64.powi(100));
    assert_eq!(vm.eval::<f64>("1/4").unwrap(), 0.25);
    assert_eq!(vm.eval::<f32>("0.5").unwrap(), 0.5);
}

#[test]
fn messages_say_where_in_the_data() {
    let vm = Vm::new().unwrap();
    let message = |error: lisle::Error| error.message().to_owned();
    let error = vm.eval::<Vec<Vec<i64>>>("'((1) (2 x))").unwrap_err();
    assert_eq!(message(error), "element 1: element 1: expected an exact integer, got x");
    let error = vm.eval::<BTreeMap<String, i64>>("'((\"a\" . b))").unwrap_err();
    assert_eq!(message(error), "key \"a\": expected an exact integer, got b");
    let error = vm.eval::<(i64, i64)>("'(1 2 3)").unwrap_err();
    assert_eq!(message(error), "expected a list or vector of 2 elements, got (1 2 3)");
    let error = vm.eval::<Vec<i64>>("'#0=(1 . #0#)").unwrap_err();
    assert_eq!(message(error), "expected a list or vector, got #0=(1 . #0#)");
}

#[test]
fn the_first_of_several_equal_keys_counts() {
    let vm = Vm::new().unwrap();
    let map: BTreeMap<Symbol, i64> = vm.eval("'((a . 1) (b . 2) (a . 3))").unwrap();
    assert_eq!(map[&Symbol::new("a")], 1);
}

#[test]
fn circular_data_is_an_error_for_a_type_that_contains_itself() {
    #[derive(FromScheme, Debug)]
    #[expect(dead_code, reason = "no value is ever made")]
    enum Tree {
        Leaf,
        Node(Vec<Tree>),
        Link { next: Box<Tree> },
    }
    let vm = Vm::new().unwrap();
    for text in [
        "(define n (list 'node '())) (set-car! (cdr n) (list n)) n",
        "(define p (cons 'next #f)) (define n (list 'link p)) (set-cdr! p n) n",
    ] {
        let error = vm.eval::<Tree>(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Nesting);
        assert_eq!(error.message(), "the data is nested too deeply");
    }
    assert!(vm.eval::<Tree>("'(node ((node ()) leaf))").is_ok());
}

#[test]
fn integers_of_num_bigint_of_any_size() {
    use num_bigint::{BigInt, BigUint};
    for vm in machines() {
        for shift in [0, 1, 59, 60, 61, 62, 63, 64, 65, 127, 128, 1000] {
            for sign in [1, -1] {
                for near in [-1, 0, 1] {
                    let power: BigInt = BigInt::from(1) << shift;
                    let n: BigInt = (power + near) * sign;
                    round_trip(&vm, n.clone());
                    vm.set("n", &n).unwrap();
                    assert_eq!(vm.eval::<String>("(number->string n)").unwrap(), n.to_string());
                    if let Ok(n) = BigUint::try_from(n.clone()) {
                        round_trip(&vm, n);
                    } else {
                        assert_eq!(vm.get::<BigUint>("n").unwrap_err().kind(), ErrorKind::Range);
                    }
                }
            }
        }
        assert_eq!(vm.eval::<BigInt>("1.5").unwrap_err().kind(), ErrorKind::Type);
        assert_eq!(vm.eval::<BigUint>("'x").unwrap_err().kind(), ErrorKind::Type);
    }
}
