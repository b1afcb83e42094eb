//! Calls that are given up, and calls in slices.

use crate::{machines, stressed};
use lisle::{
    Async, Context, Error, ErrorKind, InterruptHandle, Limit, Limits, Procedure, Progress, Refuel,
    Root, Run, Vm,
};
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// How long things may take that do not take long.
const LONG: Duration = Duration::from_secs(20);

/// Tells the receiver when it is dropped.
struct Tells(Sender<()>);

impl Drop for Tells {
    fn drop(&mut self) {
        // Nobody may be interested any more.
        let _ = self.0.send(());
    }
}

/// A machine whose procedure `(during thunk)` tells the receiver when the thunk has ended, in
/// whatever way: after thunks run only if the time given to a program that is ended suffices.
fn telling() -> (Vm, Receiver<()>) {
    let vm = Vm::new().expect("the system has memory");
    let (sender, receiver): (Sender<()>, _) = channel();
    let sender = Mutex::new(sender);
    vm.define("during", move |cx: &mut Context, thunk: Root<Procedure>| {
        let _tells = Tells(sender.lock().map_err(|_| Error::new("poisoned"))?.clone());
        cx.call::<Root>(&thunk, ())
    })
    .expect("the heap has room");
    vm.define("fetch", || Async(pending::<i64>())).expect("the heap has room");
    (vm, receiver)
}

/// Ways to take for ever.
const ENDLESS: [&str; 4] = [
    "(lambda () (during (lambda () (let loop () (loop)))))",
    "(lambda () (during (lambda () (thread-sleep! 1000))))",
    "(lambda () (during fetch))",
    "(lambda () (during (lambda ()
       (thread-join! (thread-start! (make-thread (lambda () (let loop () (loop)))))))))",
];

#[test]
fn dropping_the_future_of_a_call_interrupts_it() {
    let (vm, ended) = telling();
    for text in ENDLESS {
        let endless: Root<Procedure> = vm.eval(text).unwrap();
        for wait in [20, 0] {
            let mut calling = pin!(endless.call_async::<i64>(()));
            let mut task = std::task::Context::from_waker(Waker::noop());
            assert!(calling.as_mut().poll(&mut task).is_pending());
            thread::sleep(Duration::from_millis(wait));
            // A call that is dropped at once may not even have begun.
            let has_begun = wait > 0;
            calling.set(endless.call_async::<i64>(()));
            if has_begun {
                assert!(ended.recv_timeout(LONG).is_ok(), "{text}");
            }
        }
        while ended.recv_timeout(Duration::from_millis(50)).is_ok() {}
    }
    assert_eq!(vm.eval::<i64>("(+ 1 2)").unwrap(), 3);
}

#[test]
fn a_future_that_is_waited_for_is_dropped_with_its_wait() {
    struct Held(Arc<AtomicUsize>);
    impl Drop for Held {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
    for vm in machines() {
        let held = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&held);
        vm.define("wait", move || {
            counter.fetch_add(1, Ordering::SeqCst);
            let held = Held(Arc::clone(&counter));
            Async(poll_fn(move |_| {
                let _held = &held;
                Poll::<i64>::Pending
            }))
        })
        .unwrap();
        let limits = Limits::new().deadline(Duration::from_millis(20));
        let timed = vm.enter(|cx| cx.limits(limits, |cx| cx.eval::<i64>("(wait)")));
        assert_eq!(timed.unwrap_err().kind(), ErrorKind::Limit(Limit::Time));
        assert_eq!(held.load(Ordering::SeqCst), 0);

        let (sender, receiver) = channel::<InterruptHandle>();
        let other = thread::spawn(move || {
            let handle = receiver.recv().unwrap();
            thread::sleep(Duration::from_millis(20));
            handle.interrupt();
        });
        let seen = vm.enter(|cx| {
            sender.send(cx.interrupt_handle()).unwrap();
            cx.eval::<String>("(guard (e (#t (error-object-message e))) (wait))")
        });
        assert!(seen.unwrap().contains("interrupted"));
        assert_eq!(held.load(Ordering::SeqCst), 0);
        other.join().unwrap();
    }
}

#[test]
fn an_endless_loop_runs_in_slices() {
    for vm in machines() {
        let count = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&count);
        vm.define("count!", move || counter.fetch_add(1, Ordering::Relaxed)).unwrap();
        let endless: Root<Procedure> =
            vm.eval("(lambda () (let loop () (count!) (loop)))").unwrap();
        let mut run = endless.start::<i64>(()).unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 0);
        let mut before = 0;
        for _ in 0..5 {
            assert_eq!(run.resume(200).unwrap(), Progress::Suspended);
            let now = count.load(Ordering::Relaxed);
            assert!(now > before && now <= before + 200, "{before} {now}");
            before = now;
            // It stands still, and its thread does not hold up collections.
            vm.collect().unwrap();
            assert_eq!(vm.eval::<i64>("(* 6 7)").unwrap(), 42);
            assert_eq!(count.load(Ordering::Relaxed), now);
        }
    }
}

#[test]
fn slices_add_up_to_the_whole() {
    let text = "(lambda (n)
      (define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
      (map fib (list n (+ n 1))))";
    for vm in machines() {
        let fib: Root<Procedure> = vm.eval(text).unwrap();
        let mut run: Run<Vec<i64>> = fib.start((10,)).unwrap();
        let mut slices = 0;
        let value = loop {
            slices += 1;
            if let Progress::Done(value) = run.resume(100).unwrap() {
                break value;
            }
        };
        assert_eq!(value, [55, 89]);
        assert!((5..20).contains(&slices), "{slices}");
        assert!(run.resume(1).unwrap_err().message().contains("has ended"));
    }
}

#[test]
fn frames_of_the_host_may_be_between() {
    for vm in machines() {
        vm.define("through", |cx: &mut Context, f: Root<Procedure>, n: i64| {
            Ok::<_, Error>(cx.call::<i64>(&f, (n - 1,))? + 1)
        })
        .unwrap();
        let text = "(define (down n) (if (= n 0) 0 (through down n)))
                    (lambda (n) (+ (call/cc (lambda (k) (k (down n)))) (down n)))";
        let down: Root<Procedure> = vm.eval(text).unwrap();
        let mut run = down.start::<i64>((20,)).unwrap();
        let mut suspended = 0;
        let value = loop {
            match run.resume(7).unwrap() {
                Progress::Done(value) => break value,
                Progress::Suspended => suspended += 1,
            }
        };
        assert_eq!(value, 40);
        assert!(suspended >= 3, "{suspended}");
    }
}

#[test]
fn two_runs_take_turns_from_an_attached_thread() {
    let vm = stressed();
    let attached = vm.attach().unwrap();
    let text =
        "(lambda (n) (let loop ((i 0) (l '())) (if (= i n) (length l) (loop (+ i 1) (cons i l)))))";
    let count: Root<Procedure> = attached.eval(text).unwrap();
    let mut runs = [count.start::<usize>((40,)).unwrap(), count.start((60,)).unwrap()];
    let mut done = [None, None];
    while done.contains(&None) {
        for (run, done) in runs.iter_mut().zip(&mut done) {
            if done.is_none()
                && let Progress::Done(value) = run.resume(10).unwrap()
            {
                *done = Some(value);
            }
        }
        attached.collect().unwrap();
    }
    assert_eq!(done, [Some(40), Some(60)]);
}

#[test]
fn errors_and_threads_in_slices() {
    let vm = Vm::new().unwrap();
    let bad: Root<Procedure> = vm.eval("(lambda (n) (if (= n 0) (car n) n))").unwrap();
    let error = bad.start::<i64>((0,)).unwrap().resume(1000).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Type);
    assert!(bad.start::<i64>(()).unwrap().resume(1000).is_err());
    let in_window = vm.window(|_| bad.start::<i64>((1,))?.resume(1000));
    assert_eq!(in_window.unwrap_err().kind(), ErrorKind::Window);

    let text = "(lambda () (let ((t (thread-start! (make-thread
                   (lambda () (let loop ((i 0)) (if (< i 1000) (loop (+ i 1)) i)))))))
                 (thread-join! t)))";
    let threads: Root<Procedure> = vm.eval(text).unwrap();
    let mut run = threads.start::<i64>(()).unwrap();
    assert_eq!(run.resume(300).unwrap(), Progress::Suspended);
    assert_eq!(run.resume(10_000).unwrap(), Progress::Done(1000));
}

#[test]
fn a_run_that_is_dropped_ends() {
    let (vm, ended) = telling();
    let endless: Root<Procedure> = vm.eval(ENDLESS[0]).unwrap();
    let mut run = endless.start::<i64>(()).unwrap();
    assert_eq!(run.resume(1000).unwrap(), Progress::Suspended);
    let start = Instant::now();
    drop(run);
    assert!(ended.recv_timeout(LONG).is_ok());
    assert!(start.elapsed() < LONG);
    drop(endless.start::<i64>(()).unwrap());
    assert_eq!(vm.eval::<i64>("(+ 1 2)").unwrap(), 3);
}

#[test]
fn the_host_is_asked_when_the_fuel_is_used_up() {
    let vm = Vm::new().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let limited = |most: usize, text: &str| {
        let asked = Arc::clone(&asked);
        asked.store(0, Ordering::Relaxed);
        let refuel = move || {
            let before = asked.fetch_add(1, Ordering::Relaxed);
            if before < most { Refuel::More(1000) } else { Refuel::Stop }
        };
        let limits = Limits::new().fuel(1000);
        vm.enter(|cx| cx.limits_refuelled(limits, refuel, |cx| cx.eval::<i64>(text)))
    };
    let count = "(let loop ((i 0)) (if (< i 20000) (loop (+ i 1)) i))";
    assert_eq!(limited(100, count).unwrap(), 20_000);
    let times = asked.load(Ordering::Relaxed);
    assert!((18..22).contains(&times), "{times}");
    assert_eq!(limited(3, count).unwrap_err().kind(), ErrorKind::Limit(Limit::Fuel));
    assert_eq!(asked.load(Ordering::Relaxed), 4);

    // It may use the machine; a panic is a refusal; the fuel around counts too.
    let other = vm.clone();
    let refuel = move || match other.eval::<u64>("(* 2 500)") {
        Ok(steps) => Refuel::More(steps),
        Err(_) => Refuel::Stop,
    };
    let limits = Limits::new().fuel(10);
    let whole = vm.enter(|cx| cx.limits_refuelled(limits, refuel, |cx| cx.eval::<i64>(count)));
    assert_eq!(whole.unwrap(), 20_000);
    let refuel = || -> Refuel { panic!("no more") };
    let panicked = vm.enter(|cx| cx.limits_refuelled(limits, refuel, |cx| cx.eval::<i64>(count)));
    assert_eq!(panicked.unwrap_err().kind(), ErrorKind::Limit(Limit::Fuel));
    let around = vm.enter(|cx| {
        cx.limits(Limits::new().fuel(5_000), |cx| {
            cx.limits_refuelled(limits, || Refuel::More(100), |cx| cx.eval::<i64>(count))
        })
    });
    assert_eq!(around.unwrap_err().kind(), ErrorKind::Limit(Limit::Fuel));
}
