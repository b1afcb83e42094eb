//! Values of the host's types, and derived conversions.

use crate::machines;
use lisle::{
    Async, Blocking, Context, Error, ErrorKind, Exclusive, FromScheme, Guest, Host, HostType,
    IntoScheme, Pinned, Procedure, Root, Vm,
};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

#[derive(FromScheme, IntoScheme, Clone, Debug, PartialEq)]
struct Settings {
    heap_limit: Option<u64>,
    names: Vec<String>,
    #[lisle(rename = "mode")]
    how: Mode,
    point: Point,
}

#[derive(FromScheme, IntoScheme, Clone, Debug, PartialEq)]
enum Mode {
    Off,
    AtMost(u32),
    Between(u32, u32),
    FromList { values: Vec<u32>, strict: bool },
}

#[derive(FromScheme, IntoScheme, Clone, Debug, PartialEq)]
struct Point(f64, f64);

#[derive(FromScheme, IntoScheme, Clone, Debug, PartialEq)]
struct Metres<T>(T);

#[derive(FromScheme, IntoScheme, Clone, Debug, PartialEq)]
struct Nothing;

#[test]
fn derived_conversions() {
    for vm in machines() {
        let modes = [
            (Mode::Off, " . off"),
            (Mode::AtMost(3), " at-most 3"),
            (Mode::Between(1, 2), " between 1 2"),
            (
                Mode::FromList { values: vec![1], strict: true },
                " from-list (values 1) (strict . #t)",
            ),
        ];
        for (how, text) in modes {
            let names = vec!["a".to_owned()];
            let settings = Settings { heap_limit: Some(5), names, how, point: Point(0.5, 1.0) };
            vm.set("settings", settings.clone()).unwrap();
            assert_eq!(
                vm.eval_text("settings").unwrap(),
                format!("((heap-limit . 5) (names \"a\") (mode{text}) (point 0.5 1.0))")
            );
            assert_eq!(vm.get::<Settings>("settings").unwrap(), settings);
        }
        assert_eq!(vm.eval::<Metres<i64>>("5").unwrap(), Metres(5));
        assert_eq!(vm.eval::<Nothing>("'nothing").unwrap(), Nothing);
        vm.set("n", (Metres(1.5), Nothing)).unwrap();
        assert_eq!(vm.eval_text("n").unwrap(), "(1.5 nothing)");
        let table = "(let ((t (make-equal-hash-table)))
                       (hash-table-set! t 'names '()) (hash-table-set! t 'mode 'off)
                       (hash-table-set! t 'point '(1 2)) t)";
        let settings: Settings = vm.eval(table).unwrap();
        assert_eq!((settings.heap_limit, settings.point), (None, Point(1.0, 2.0)));
    }
}

#[test]
fn derived_conversions_say_what_is_wrong() {
    let vm = Vm::new().unwrap();
    let message = |text: &str| vm.eval::<Settings>(text).unwrap_err().message().to_owned();
    assert!(message("'()").starts_with("expected a field `names`"));
    assert!(message("'((names . 5))").starts_with("field `names`: expected a list"));
    let wrong = "'((names) (mode . sometimes) (point 1 2))";
    assert!(message(wrong).starts_with("field `mode`: expected a variant: `off`, `at-most`"));
    let wrong = "'((names) (mode . off) (point 1 2) (colour . red))";
    assert!(message(wrong).starts_with("expected no field (colour . red)"));
}

#[derive(HostType)]
struct Tally {
    count: AtomicUsize,
    dropped: Arc<AtomicUsize>,
    on_change: Option<Root<Procedure>>,
}

impl Tally {
    fn add(&self, n: usize) -> usize {
        self.count.fetch_add(n, Ordering::Relaxed) + n
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn host_values_are_dropped_after_a_collection_has_found_them_dead() {
    for vm in machines() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let of = Arc::clone(&dropped);
        vm.define("make-tally", move |on_change: Option<Root<Procedure>>| Tally {
            count: AtomicUsize::new(0),
            dropped: Arc::clone(&of),
            on_change,
        })
        .unwrap();
        vm.define("tally-add!", Tally::add).unwrap();
        vm.define("tally-notify", |cx: &mut Context, tally: Host<Tally>| match &tally.on_change {
            Some(f) => cx.call::<usize>(f, (tally.add(0),)),
            None => Ok(0),
        })
        .unwrap();
        vm.eval::<()>("(define t (make-tally (lambda (n) (* n 100))))").unwrap();
        assert_eq!(vm.eval::<usize>("(tally-add! t 2) (tally-notify t)").unwrap(), 200);
        vm.eval::<()>("(do ((i 0 (+ i 1))) ((= i 50)) (make-tally))").unwrap();
        vm.collect().unwrap();
        vm.collect().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 50);
        assert_eq!(vm.eval::<usize>("(tally-add! t 1)").unwrap(), 3);
        vm.eval::<()>("(set! t #f)").unwrap();
        vm.collect().unwrap();
        vm.collect().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 51);
    }
}

#[derive(HostType)]
#[lisle(fields(on_change, next_node))]
struct Node {
    name: String,
    dropped: Arc<AtomicUsize>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// Nodes for a program, and how many of them were dropped.
fn with_nodes(vm: &Vm) -> Arc<AtomicUsize> {
    let dropped = Arc::new(AtomicUsize::new(0));
    let of = Arc::clone(&dropped);
    vm.define("make-node", move |name: String| Node { name, dropped: Arc::clone(&of) })
        .expect("the heap has room");
    vm.define("node-name", |node: &Node| node.name.clone()).expect("the heap has room");
    vm.define("node-on-change!", |cx: &mut Context, node: Guest<Node>, f: Root<Procedure>| {
        node.set(cx, Node::ON_CHANGE, f)
    })
    .expect("the heap has room");
    vm.define("node-next!", |cx: &mut Context, node: Guest<Node>, next: Root| {
        node.set(cx, Node::NEXT_NODE, next)
    })
    .expect("the heap has room");
    vm.define("node-next", |cx: &mut Context, node: Guest<Node>| {
        node.get::<Root>(cx, Node::NEXT_NODE)
    })
    .expect("the heap has room");
    vm.define("node-change", |cx: &mut Context, node: Guest<Node>| {
        let f: Root<Procedure> = node.get(cx, Node::ON_CHANGE)?;
        cx.call::<Root>(&f, (node,))
    })
    .expect("the heap has room");
    dropped
}

#[test]
fn fields_of_host_values_hold_scheme_values() {
    for vm in machines() {
        with_nodes(&vm);
        vm.eval::<()>("(define a (make-node \"a\")) (define b (make-node \"b\"))").unwrap();
        assert!(!vm.eval::<bool>("(node-next a)").unwrap());
        // Old objects that refer to young ones, through collections.
        vm.collect().unwrap();
        vm.eval::<()>("(node-next! a (list 1 \"two\" b)) (node-next! b a)").unwrap();
        vm.eval::<()>("(node-on-change! b (lambda (self) (list (eq? self b) (node-name self))))")
            .unwrap();
        for _ in 0..3 {
            vm.collect().unwrap();
            let text = "(list (node-name (node-next b)) (cadr (node-next a)) (node-change b))";
            assert_eq!(vm.eval_text(text).unwrap(), "(\"a\" \"two\" (#t \"b\"))");
        }
        let error = vm.eval::<()>("(node-next! 'x 1)").unwrap_err();
        assert_eq!(error.message(), "node-next!: argument 1: expected a node, got x");
        let error = vm.eval::<()>("(node-change a)").unwrap_err();
        assert!(error.message().ends_with("expected a procedure, got #f"));
        let wrong = vm.window(|w| w.field(w.list(&[])?, Node::NEXT_NODE).map(|_| ()));
        assert_eq!(wrong.unwrap_err().message(), "expected a node, got ()");
    }
}

#[test]
fn cycles_through_fields_of_host_values_are_collected() {
    let text = "(do ((i 0 (+ i 1))) ((= i 30))
                  (let ((a (make-node \"a\")) (b (make-node \"b\")))
                    (node-on-change! a (lambda (self) (list a b)))
                    (node-next! a b)
                    (node-next! b (vector a))))";
    for vm in machines() {
        let dropped = with_nodes(&vm);
        vm.eval::<()>(text).unwrap();
        vm.eval::<()>("(define kept (make-node \"k\")) (node-next! kept (list kept))").unwrap();
        // Some are old by now, and refer to each other.
        for _ in 0..3 {
            vm.collect().unwrap();
        }
        assert_eq!(dropped.load(Ordering::Relaxed), 60);
        assert_eq!(vm.eval::<String>("(node-name (car (node-next kept)))").unwrap(), "k");
        vm.eval::<()>("(set! kept #f)").unwrap();
        vm.collect().unwrap();
        vm.collect().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 61);
    }
}

#[derive(HostType)]
struct Account(Exclusive<u64>);

#[test]
fn exclusive_access() {
    for vm in machines() {
        vm.define("make-account", || Account(Exclusive::new(0))).unwrap();
        vm.define("update!", |cx: &mut Context, account: Host<Account>, f: Root<Procedure>| {
            let mut balance = account.0.lock(cx)?;
            *balance = cx.call(&f, (*balance,))?;
            Ok::<_, Error>(*balance)
        })
        .unwrap();
        let text = "(define a (make-account))
                    (define threads
                      (map (lambda (n)
                             (thread-start!
                               (make-thread
                                 (lambda ()
                                   (do ((i 0 (+ i 1))) ((= i 10))
                                     (update! a (lambda (b) (make-vector 100 0) (+ b n))))))))
                           '(1 2 3 4)))
                    (for-each thread-join! threads)
                    (update! a (lambda (b) b))";
        assert_eq!(vm.eval::<u64>(text).unwrap(), 100);
        let again = "(update! a (lambda (b) (update! a (lambda (b) b))))";
        assert!(vm.eval::<u64>(again).unwrap_err().message().contains("already"));
        assert_eq!(vm.eval::<u64>("(update! a (lambda (b) b))").unwrap(), 100);
    }
}

#[derive(HostType)]
struct Window(Pinned<Rc<Cell<u32>>>);

#[test]
fn pinned_values_stay_in_their_thread() {
    let vm = Vm::new().unwrap();
    let inside = Rc::new(Cell::new(0));
    let watched = Rc::downgrade(&inside);
    vm.set("window", Window(Pinned::new(inside))).unwrap();
    vm.define("paint!", |window: &Window| window.0.with(|w| w.replace(w.get() + 1))).unwrap();
    assert_eq!(vm.eval::<u32>("(paint! window) (paint! window)").unwrap(), 1);
    let other = thread::scope(|scope| {
        scope.spawn(|| vm.eval::<u32>("(paint! window)").unwrap_err()).join().unwrap()
    });
    assert!(other.message().contains("another thread"), "{other}");
    // Dropped by a collection in another thread, it goes when its own next has to do with one.
    vm.eval::<()>("(set! window #f)").unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            vm.collect().unwrap();
            vm.collect().unwrap();
        });
    });
    drop(Pinned::new(1));
    assert!(watched.upgrade().is_none());
}

/// A future that a thread makes ready after a while.
struct Later(Option<Duration>);

impl Future for Later {
    type Output = u32;
    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<u32> {
        match self.0.take() {
            None => Poll::Ready(7),
            Some(time) => {
                let waker = cx.waker().clone();
                thread::spawn(move || {
                    thread::sleep(time);
                    waker.wake();
                });
                Poll::Pending
            }
        }
    }
}

#[test]
fn futures_both_ways() {
    for vm in machines() {
        vm.define("later", |ms: u64| Async(Later(Some(Duration::from_millis(ms))))).unwrap();
        vm.define("sleep", |ms: u64| Blocking(move || thread::sleep(Duration::from_millis(ms))))
            .unwrap();
        let text = "(define t (thread-start! (make-thread (lambda () (later 100)))))
                    (sleep 10)
                    (do ((i 0 (+ i 1))) ((= i 100)) (make-vector 100 0))
                    (+ (later 10) (thread-join! t))";
        assert_eq!(vm.eval::<u32>(text).unwrap(), 14);
        let f: Root<Procedure> = vm.eval("(lambda (a b) (+ a b (later 20)))").unwrap();
        vm.define("both", move |cx: &mut Context| {
            let calls = [f.call_async::<u32>((1, 2)), f.call_async::<u32>((3, 4))];
            let _ = cx;
            Async(async move {
                let [a, b] = calls;
                Ok::<_, Error>((a.await?, b.await?))
            })
        })
        .unwrap();
        assert_eq!(vm.eval::<(u32, u32)>("(both)").unwrap(), (10, 14));
        let bad: Root<Procedure> = vm.eval("(lambda () (car 1))").unwrap();
        vm.define("bad", move || Async(bad.call_async::<u32>(()))).unwrap();
        assert_eq!(vm.eval::<u32>("(bad)").unwrap_err().kind(), ErrorKind::Type);
    }
}

/// A value whose dropping panics is nobody else's concern: the thread that happened to collect goes on.
#[test]
fn a_value_that_panics_when_it_is_dropped_ends_nothing_else() {
    #[derive(HostType)]
    struct Fragile(Arc<AtomicUsize>);
    impl Drop for Fragile {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
            panic!("a test drops a fragile value");
        }
    }
    for vm in machines() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&dropped);
        vm.define("make-fragile", move || Fragile(Arc::clone(&counted))).unwrap();
        vm.define("call", |cx: &mut Context, f: Root<Procedure>| cx.call::<Root>(&f, ())).unwrap();
        let attached = vm.attach().unwrap();
        let text = "(define (lose n) (if (> n 0) (begin (make-fragile) (lose (- n 1)))))
                    (list (begin (lose 3) (collect-garbage) 1)
                          (call (lambda () (lose 3) (collect-garbage) 2)))";
        assert_eq!(attached.eval_text(text).unwrap(), "(1 2)");
        assert!(dropped.load(Ordering::Relaxed) >= 5);
        assert_eq!(attached.eval::<i64>("(call (lambda () 3))").unwrap(), 3);
    }
}
