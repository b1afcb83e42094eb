//! What goes wrong, as the host sees it.

use crate::backtrace;
use crate::condition::{self, HOST, KIND};
use crate::cx::{Cx, Raised};
use crate::front::FrontError;
use crate::interp::Outcome;
use crate::limits::Limit;
use crate::source::Span;
use crate::text;
use crate::vm::VmShared;
use lisle_gc::{HeapExhausted, Root, Value, object};
use std::error::Error as StdError;
use std::fmt;
use std::ptr;
use std::sync::{Arc, Weak};

type Source = Arc<dyn StdError + Send + Sync>;

/// Why something failed: a guest program, a conversion, a procedure of the host, the system.
///
/// An object that a program raised keeps its identity: when a procedure of the host returns the
/// error of a call it made, the same object goes on being raised in the program around.
///
/// ```
/// use lisle::{ErrorKind, Vm};
/// let vm = Vm::new()?;
/// let error = vm.eval::<i64>("(define (f x)\n  (car x))\n(+ 1 (f 5))").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Type);
/// assert_eq!(error.message(), "car: argument 1 must be a pair: 5");
/// assert_eq!(error.place().map(|place| place.line), Some(2));
/// assert_eq!(error.backtrace()[0].procedure, "f");
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    backtrace: Vec<Frame>,
    /// The object raised.
    raised: Option<Root>,
    /// A continuation and the list of its values.
    thrown: Option<(Root, Root)>,
    source: Option<Source>,
    /// The machine whose program it comes from.
    of: Option<Weak<VmShared>>,
}

/// What kind of error.
///
/// ```
/// use lisle::{ErrorKind, Vm};
/// let vm = Vm::new()?;
/// let kind = |text| vm.eval::<i64>(text).unwrap_err().kind();
/// assert_eq!(kind("(vector-ref #(1) 2)"), ErrorKind::Range);
/// assert_eq!(kind("(undefined)"), ErrorKind::Unbound);
/// assert_eq!(kind("(if)"), ErrorKind::Syntax);
/// assert_eq!(kind("(list 1"), ErrorKind::Read);
/// assert_eq!(kind("\"text\""), ErrorKind::Type);
/// assert_eq!(kind("(exit 3)"), ErrorKind::Exit(3));
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The system refused memory or a thread.
    System,
    /// A form is no legal program.
    Syntax,
    /// A text is no datum.
    Read,
    /// A file could not be used.
    File,
    /// `error` was called, or something without a kind of its own failed.
    General,
    /// An object that is no condition was raised.
    Raised,
    /// A value of the wrong type, also one that a conversion rejects.
    Type,
    /// A value out of range, also a number that a conversion would change.
    Range,
    /// A wrong number of arguments.
    Arity,
    /// A variable without a value.
    Unbound,
    /// A call of what is no procedure.
    NotProcedure,
    /// An exact division by zero.
    DivideByZero,
    /// The heap limit is reached.
    HeapExhausted,
    /// A limit of the evaluation is reached.
    Limit(Limit),
    /// The program may not do this, see [`Capability`](crate::Capability).
    Denied,
    /// The program was interrupted.
    Interrupted,
    /// Every thread waits for another one.
    Deadlock,
    /// A procedure of the host failed; [`source`](StdError::source) is its error.
    Host,
    /// A procedure of the host panicked.
    Panic,
    /// A continuation would enter a call from the host that has ended, or left one without the
    /// host passing the error on.
    Continuation,
    /// Calls between host and guest, or data that is converted, are nested too deeply.
    Nesting,
    /// The program called `exit` with this status.
    Exit(i32),
    /// The thread was terminated.
    Terminated,
    /// Guest code cannot run while a window is open: values in it would become stale.
    Window,
    /// A root of another VM, or of one that is gone.
    WrongVm,
}

/// A place in a source text.
///
/// ```
/// # let vm = lisle::Vm::new()?;
/// let error = vm.eval_named::<()>("a.scm", "(car\n 1)").unwrap_err();
/// let place = error.place().unwrap();
/// assert_eq!((place.file.as_str(), place.line, place.column), ("a.scm", 1, 1));
/// assert_eq!(place.bytes, (0, 8));
/// assert_eq!(place.to_string(), "a.scm:1:1");
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Place {
    /// The name of the file or text.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// First byte in the text, and one past the last.
    pub bytes: (usize, usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A line of a backtrace: a procedure that was running.
///
/// ```
/// # let vm = lisle::Vm::new()?;
/// let text = "(define (outer x) (+ 1 (inner x))) (define (inner x) (+ 1 (car x))) (outer 5)";
/// let error = vm.eval::<i64>(text).unwrap_err();
/// let names: Vec<&str> = error.backtrace().iter().map(|f| f.procedure.as_str()).collect();
/// assert!(names.starts_with(&["inner", "outer"]), "{names:?}");
/// assert!(error.backtrace()[0].place.is_some());
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Frame {
    /// The procedure's name.
    pub procedure: String,
    /// Where it was.
    pub place: Option<Place>,
}

/// How an error leaves a procedure of the host.
pub(crate) enum Left {
    /// This object goes on being raised.
    Raised(Value),
    /// This continuation is called again, with this list of values.
    Thrown(Value, Value),
    /// The program ends with this status.
    Exit(i32),
    /// The thread ends.
    Terminated,
    /// A condition is to be made for it.
    New,
}

impl Error {
    pub(crate) fn of_kind(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::from_inner(Inner { message: message.into(), ..Inner::empty(kind) })
    }
    fn from_inner(inner: Inner) -> Error {
        Error(Arc::new(inner))
    }

    /// An error with this message, to be returned by a procedure of the host: the program sees an
    /// error object.
    ///
    /// ```
    /// # use lisle::{Error, Vm};
    /// let vm = Vm::new()?;
    /// vm.define("fail", || -> Result<(), Error> { Err(Error::new("no luck")) })?;
    /// let message: String = vm.eval("(guard (e (#t (error-object-message e))) (fail))")?;
    /// assert_eq!(message, "no luck");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(message: impl Into<String>) -> Error {
        Error::of_kind(ErrorKind::Host, message)
    }

    /// An error of the host's own, which is the [`source`](StdError::source) of this one. An
    /// `Error` stays what it is.
    ///
    /// ```
    /// # use lisle::{Error, Vm};
    /// use std::error::Error as _;
    /// let vm = Vm::new()?;
    /// vm.define("read-file", |name: String| std::fs::read_to_string(name))?;
    /// let error = vm.eval::<String>("(read-file \"/there/is/none\")").unwrap_err();
    /// assert!(error.source().is_some_and(|source| source.is::<std::io::Error>()));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn host(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        let error = match error.into().downcast::<Error>() {
            Ok(error) => return *error,
            Err(error) => error,
        };
        let message = error.to_string();
        Error::from_inner(Inner {
            message,
            source: Some(error.into()),
            ..Inner::empty(ErrorKind::Host)
        })
    }

    /// The same with something said before its message, such as which field was converted.
    ///
    /// ```
    /// # use lisle::{Error, ErrorKind};
    /// let error = Error::new("too large").context("field `size`");
    /// assert_eq!(error.message(), "field `size`: too large");
    /// ```
    #[must_use]
    pub fn context(self, what: impl fmt::Display) -> Error {
        let message = format!("{what}: {}", self.0.message);
        Error::from_inner(Inner { message, raised: None, ..self.0.duplicate() })
    }

    /// The same for a part of data: `what` says which. Data that is nested too deeply has no path
    /// that anybody would read.
    pub(crate) fn of_part(self, what: impl fmt::Display) -> Error {
        if self.kind() == ErrorKind::Nesting { self } else { self.context(what) }
    }

    /// What kind of error it is.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// use lisle::ErrorKind;
    /// assert_eq!(vm.eval::<()>("(car 1)").unwrap_err().kind(), ErrorKind::Type);
    /// assert_eq!(vm.eval::<()>("(no-such)").unwrap_err().kind(), ErrorKind::Unbound);
    /// assert_eq!(vm.eval::<()>("(exit 3)").unwrap_err().kind(), ErrorKind::Exit(3));
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
    /// What is wrong, without the place.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let error = vm.eval::<()>("(error \"no such city:\" \"Ys\")").unwrap_err();
    /// assert_eq!(error.message(), "no such city: \"Ys\"");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// Where in the program, if known.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let error = vm.eval_named::<()>("rules.scm", "\n\n  (car 1)").unwrap_err();
    /// assert_eq!(error.place().unwrap().to_string(), "rules.scm:3:3");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }
    /// Which procedures were running, innermost first; those of Lisle's own library that are not
    /// for programs to see are left out.
    ///
    /// ```
    /// # let vm = lisle::Vm::new()?;
    /// let error = vm.eval::<i64>("(define (half x) (+ 0 (/ x 'two))) (+ 1 (half 3))").unwrap_err();
    /// assert_eq!(error.backtrace()[0].procedure, "half");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn backtrace(&self) -> &[Frame] {
        &self.0.backtrace
    }
    /// The object that was raised, if a program of this machine raised one.
    ///
    /// ```
    /// # use lisle::Vm;
    /// let vm = Vm::new()?;
    /// let error = vm.eval::<i64>("(raise 'sorry)").unwrap_err();
    /// let raised = error.raised(&vm).expect("an object was raised");
    /// assert_eq!(raised.write()?, "sorry");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn raised(&self, vm: &super::Vm) -> Option<super::Root> {
        let raised = self.0.raised.as_ref().filter(|_| !self.is_foreign(vm.shared()));
        raised.map(|root| super::Root::of(root.clone(), vm.shared()))
    }

    /// What an object that a program raised says.
    pub(crate) fn raised_here(vm: &VmShared, payload: Value) -> Error {
        let report = backtrace::report(vm, payload);
        let condition = object::is_kind(payload, lisle_gc::Kind::Record)
            && object::field(payload, 0) == vm.condition_type();
        let mut error = Inner::empty(ErrorKind::Raised);
        if condition {
            let kind = object::field(payload, KIND);
            error.kind = kind_named(&text::to_rust_string(object::field(kind, 0)));
            let host = vm.heap.native(object::field(payload, HOST));
            if let Some(host) = host.and_then(|host| host.downcast::<Error>().ok()) {
                error.kind = host.0.kind;
                error.source.clone_from(&host.0.source);
            }
        }
        error.message = report.message;
        error.place = place(vm, report.span);
        let frame = |line: backtrace::TraceLine| Frame {
            procedure: line.procedure,
            place: place(vm, line.span),
        };
        error.backtrace = report.lines.into_iter().map(frame).collect();
        error.raised = Some(vm.heap.add_root(payload));
        error.of = Some(vm.this());
        Error::from_inner(error)
    }

    /// The same with this place, if it has none: what was called last in a form has no frame left.
    pub(crate) fn placed(self, vm: &VmShared, span: Span) -> Error {
        if self.0.place.is_some() || self.0.raised.is_none() {
            return self;
        }
        let place = place(vm, span);
        Error::from_inner(Inner { place, ..self.0.duplicate() })
    }
    /// Why a run did not return a value.
    pub(crate) fn from_outcome(vm: &VmShared, outcome: Outcome) -> Result<Value, Error> {
        Err(match outcome {
            Outcome::Value(value) => return Ok(value),
            Outcome::Uncaught(payload) => Error::raised_here(vm, payload),
            Outcome::Exit(status) => Error::from_inner(Inner {
                message: format!("the program ended itself with status {status}"),
                of: Some(vm.this()),
                ..Inner::empty(ErrorKind::Exit(status))
            }),
            Outcome::Limited(limit) => Error::of_kind(ErrorKind::Limit(limit), limit.message()),
            Outcome::Terminated => Error::from_inner(Inner {
                message: "the thread was terminated".to_owned(),
                of: Some(vm.this()),
                ..Inner::empty(ErrorKind::Terminated)
            }),
            Outcome::Thrown(k, values) => {
                let roots = (vm.heap.add_root(k), vm.heap.add_root(values));
                let message = "the guest left a call from the host by a continuation";
                Error::from_inner(Inner {
                    message: message.to_owned(),
                    thrown: Some(roots),
                    of: Some(vm.this()),
                    ..Inner::empty(ErrorKind::Continuation)
                })
            }
        })
    }

    /// A text that is no program.
    pub(crate) fn from_front(vm: &VmShared, error: FrontError) -> Error {
        Error::at(vm, kind_named(error.kind.name()), error.message, error.span)
    }
    pub(crate) fn at(vm: &VmShared, kind: ErrorKind, message: String, span: Span) -> Error {
        Error::from_inner(Inner { message, place: place(vm, span), ..Inner::empty(kind) })
    }

    /// The same as an error of this limit.
    pub(crate) fn at_limit(self, limit: Limit) -> Error {
        if matches!(self.kind(), ErrorKind::Limit(_)) {
            return self;
        }
        let source: Box<dyn StdError + Send + Sync> = Box::new(self);
        let message = limit.message().to_owned();
        let inner = Inner::empty(ErrorKind::Limit(limit));
        Error::from_inner(Inner { message, source: Some(source.into()), ..inner })
    }
    /// Was it made by the host, and not raised by a program?
    pub(crate) fn is_fresh(&self) -> bool {
        self.0.raised.is_none() && self.0.thrown.is_none()
    }
    /// How it leaves the procedure of the host that returned it.
    pub(crate) fn left(&self, vm: &VmShared) -> Left {
        let inner = &*self.0;
        if self.is_foreign(vm) {
            return Left::New;
        }
        match (&inner.raised, &inner.thrown, inner.kind) {
            (Some(raised), ..) => Left::Raised(raised.get()),
            (_, Some((k, values)), _) => Left::Thrown(k.get(), values.get()),
            (.., ErrorKind::Exit(status)) => Left::Exit(status),
            (.., ErrorKind::Terminated) => Left::Terminated,
            _ => Left::New,
        }
    }

    /// Does it come from a program of another machine? What was raised or thrown there is a value of
    /// that one's heap, and what ended that program does not end this one.
    fn is_foreign(&self, vm: &VmShared) -> bool {
        self.0.of.as_ref().is_some_and(|of| !ptr::eq(of.as_ptr(), vm))
    }

    /// A condition that stands for it.
    pub(crate) fn to_condition(&self, cx: &mut Cx<'_>) -> Result<Value, Raised> {
        let kind = condition_kind(self.0.kind);
        let condition = condition::make(cx, kind, &self.to_string(), &[])?;
        let heap = cx.vm().heap.clone();
        match heap.new_native(cx.heap(), Box::new(self.clone()), 0) {
            Ok(native) => object::init_field(condition, HOST, native),
            Err(HeapExhausted) => return Err(cx.exhausted()),
        }
        Ok(condition)
    }
}

impl Inner {
    fn duplicate(&self) -> Inner {
        Inner {
            kind: self.kind,
            message: self.message.clone(),
            place: self.place.clone(),
            backtrace: self.backtrace.clone(),
            raised: self.raised.clone(),
            thrown: self.thrown.clone(),
            source: self.source.clone(),
            of: self.of.clone(),
        }
    }
    fn empty(kind: ErrorKind) -> Inner {
        Inner {
            kind,
            message: String::new(),
            place: None,
            backtrace: Vec::new(),
            raised: None,
            thrown: None,
            source: None,
            of: None,
        }
    }
}

fn place(vm: &VmShared, span: Span) -> Option<Place> {
    let source = vm.sources.get(span.source)?;
    let (line, column) = source.line_column(span.start);
    let bytes = (span.start as usize, span.end as usize);
    Some(Place { file: source.name.clone(), line, column, bytes })
}

/// The kinds, beside those of conditions.
const KINDS: &[(condition::ErrorKind, ErrorKind)] = &[
    (condition::ErrorKind::General, ErrorKind::General),
    (condition::ErrorKind::Type, ErrorKind::Type),
    (condition::ErrorKind::Range, ErrorKind::Range),
    (condition::ErrorKind::Arity, ErrorKind::Arity),
    (condition::ErrorKind::Unbound, ErrorKind::Unbound),
    (condition::ErrorKind::NotProcedure, ErrorKind::NotProcedure),
    (condition::ErrorKind::DivideByZero, ErrorKind::DivideByZero),
    (condition::ErrorKind::File, ErrorKind::File),
    (condition::ErrorKind::Read, ErrorKind::Read),
    (condition::ErrorKind::Syntax, ErrorKind::Syntax),
    (condition::ErrorKind::HeapExhausted, ErrorKind::HeapExhausted),
    (condition::ErrorKind::Interrupted, ErrorKind::Interrupted),
    (condition::ErrorKind::Denied, ErrorKind::Denied),
    (condition::ErrorKind::Limit(Limit::Fuel), ErrorKind::Limit(Limit::Fuel)),
    (condition::ErrorKind::Limit(Limit::Time), ErrorKind::Limit(Limit::Time)),
    (condition::ErrorKind::Limit(Limit::Memory), ErrorKind::Limit(Limit::Memory)),
    (condition::ErrorKind::Limit(Limit::Interrupted), ErrorKind::Limit(Limit::Interrupted)),
    (condition::ErrorKind::Deadlock, ErrorKind::Deadlock),
    (condition::ErrorKind::Host, ErrorKind::Host),
    (condition::ErrorKind::Panic, ErrorKind::Panic),
    (condition::ErrorKind::Barrier, ErrorKind::Continuation),
    (condition::ErrorKind::Nesting, ErrorKind::Nesting),
];

fn kind_named(name: &str) -> ErrorKind {
    let found = KINDS.iter().find(|(condition, _)| condition.name() == name);
    found.map_or(ErrorKind::General, |(_, kind)| *kind)
}

fn condition_kind(kind: ErrorKind) -> condition::ErrorKind {
    let found = KINDS.iter().find(|(_, host)| *host == kind);
    found.map_or(condition::ErrorKind::Host, |(condition, _)| *condition)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.place {
            Some(place) => write!(f, "{place}: {}", self.0.message),
            None => f.write_str(&self.0.message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("place", &inner.place)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_ref()?;
        Some(&**source)
    }
}
