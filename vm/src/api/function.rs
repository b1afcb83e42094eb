//! Rust closures as Scheme procedures.

use super::attach;
use super::context::Context;
use super::convert::IntoScheme;
use super::error::{Error, ErrorKind};
use super::local::Local;
use super::parameter::Parameter;
use super::window::Window;
use crate::interp::host::HostProcedure;
use crate::prim::ANY;
use crate::vm::VmShared;
use lisle_gc::Value;
use lisle_threads::Mutator;
use smallvec::SmallVec;
use std::any::Any;
use std::error::Error as StdError;
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

type Locals<'w> = SmallVec<[Local<'w>; 8]>;

/// A closure or function that can be a Scheme procedure.
///
/// It takes up to twelve parameters whose types are [`Parameter`]s, after an optional
/// `&mut Context`. Parameters that are `Option`s at the end may be left out; a [`Rest`] as the last
/// one takes what is left. It returns a type that is [`IntoScheme`], or a `Result` of one; the error
/// may be of any type that is a standard error or converts to one, text too.
///
/// The closure is shared by all threads and may run on several at once. When it panics, the program
/// gets a condition.
///
/// [`Rest`]: super::Rest
///
/// ```
/// use lisle::{Context, Procedure, Root, Vm};
/// let vm = Vm::new()?;
/// vm.define("add", |a: i64, b: Option<i64>| a + b.unwrap_or(1))?;
/// assert_eq!(vm.eval::<(i64, i64)>("(list (add 1) (add 1 2))")?, (2, 3));
///
/// vm.define("repeat", |cx: &mut Context, times: u32, f: Root<Procedure>| {
///     (0..times).map(|n| cx.call::<i64>(&f, (n,))).collect::<Result<Vec<_>, _>>()
/// })?;
/// assert_eq!(vm.eval::<Vec<i64>>("(repeat 3 (lambda (n) (* 2 n)))")?, [0, 2, 4]);
///
/// vm.define("parse", |text: &str| text.parse::<u8>())?;
/// assert!(vm.eval::<u8>("(parse \"300\")").unwrap_err().message().contains("too large"));
/// # Ok::<(), lisle::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a procedure of the host",
    note = "its parameters, after an optional `&mut Context`, must be `FromScheme` types, `&str`, \
            references to host types, or `Rest` at the end; it must be `Send + Sync + 'static`"
)]
pub trait HostFunction<M>: Send + Sync + 'static {
    /// The fewest and most arguments; 255 for no bound.
    fn arity() -> (u8, u8);
    /// Calls it.
    ///
    /// # Errors
    /// Its own, and those of the conversions.
    fn call(&self, call: Call<'_>) -> Result<Answer, Error>;
}

/// A call of a procedure of the host on its way.
pub struct Call<'a> {
    mutator: &'a mut Mutator,
    vm: &'a VmShared,
    arguments: &'a [Value],
    name: &'a str,
}

/// The value that a procedure of the host returns.
pub struct Answer(Value);

impl<'a> Call<'a> {
    /// Converts argument `index`, or those from `index` on.
    fn take<P: Parameter>(&mut self, index: usize) -> Result<P::Kept, Error> {
        let (name, vm) = (self.name, self.vm);
        let given = self.arguments.get(index..).unwrap_or_default();
        let w = Window::new(self.mutator, vm);
        let taken = if P::IS_REST {
            let given: Locals<'_> = given.iter().map(|value| Local::new(*value)).collect();
            P::take(&w, &given)
        } else {
            match given.first() {
                Some(value) => P::take(&w, &[Local::new(*value)]),
                None => P::take(&w, &[]),
            }
        };
        taken.map_err(|error| wrong_argument(name, index, error))
    }
    /// Runs the part of the call in which guest code may run: the function itself, and waiting for
    /// its result. Before and after, arguments and result are converted.
    fn open<O: IntoAnswer>(&mut self, work: impl FnOnce(&mut Context<'_>) -> O) -> O::Ready {
        let vm = self.vm;
        attach::opened(self.mutator, |mutator| {
            let mut cx = Context::new(mutator, vm);
            work(&mut cx).wait(&mut cx)
        })
    }
    fn answer<O: IntoAnswer>(self, ready: O::Ready) -> Result<Answer, Error> {
        let answer = O::into_answer(ready, &Window::new(self.mutator, self.vm));
        match answer {
            Ok(local) => Ok(Answer(local.value())),
            Err(error) => Err(wrong_result(self.name, error)),
        }
    }
}

#[cold]
fn wrong_result(name: &str, error: Error) -> Error {
    match error.kind() {
        ErrorKind::Range | ErrorKind::Type if error.is_fresh() => {
            error.context(format_args!("{name}: result"))
        }
        _ => error,
    }
}

#[cold]
fn wrong_argument(name: &str, index: usize, error: Error) -> Error {
    error.context(format_args!("{name}: argument {}", index + 1))
}

/// What a procedure of the host may return: what is [`IntoScheme`], a `Result` of it, and
/// [`Blocking`](super::Blocking) or [`Async`](super::Async) around these.
#[diagnostic::on_unimplemented(
    message = "a procedure of the host cannot return `{Self}`",
    note = "return a type that is `IntoScheme`, or a `Result` of one with an error that converts to \
            `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoAnswer {
    /// What is there after waiting.
    type Ready;
    /// Waits for it.
    fn wait(self, cx: &mut Context<'_>) -> Self::Ready;
    /// Converts it.
    ///
    /// # Errors
    /// When it is an error, or the conversion fails.
    fn into_answer<'w>(ready: Self::Ready, w: &Window<'w>) -> Result<Local<'w>, Error>;
}

impl<T: IntoScheme> IntoAnswer for T {
    type Ready = T;
    #[inline]
    fn wait(self, _: &mut Context<'_>) -> T {
        self
    }
    #[inline]
    fn into_answer<'w>(ready: T, w: &Window<'w>) -> Result<Local<'w>, Error> {
        ready.into_scheme(w)
    }
}

impl<T: IntoAnswer, E: Into<Box<dyn StdError + Send + Sync>>> IntoAnswer for Result<T, E> {
    type Ready = Result<T::Ready, E>;
    #[inline]
    fn wait(self, cx: &mut Context<'_>) -> Result<T::Ready, E> {
        self.map(|value| value.wait(cx))
    }
    #[inline]
    fn into_answer<'w>(ready: Result<T::Ready, E>, w: &Window<'w>) -> Result<Local<'w>, Error> {
        match ready {
            Ok(value) => T::into_answer(value, w),
            Err(error) => Err(Error::host(error)),
        }
    }
}

/// Marks functions whose first parameter is the context.
pub struct WithContext<M>(PhantomData<M>);

/// The fewest and most arguments of a procedure with these parameters.
fn arity(parameters: &[(bool, bool)]) -> (u8, u8) {
    let required = parameters.iter().rposition(|(is_optional, _)| !is_optional);
    let least = required.map_or(0, |last| last + 1);
    let has_rest = parameters.last().is_some_and(|(_, is_rest)| *is_rest);
    let most = if has_rest { ANY } else { parameters.len() as u8 };
    (least as u8, most)
}

macro_rules! host_functions {
    ($($name:ident $index:literal)*) => {
        impl<F, O, $($name),*> HostFunction<fn($($name),*) -> O> for F
        where
            F: Fn($($name),*) -> O + for<'a> Fn($($name::Item<'a>),*) -> O,
            F: Send + Sync + 'static,
            $($name: Parameter,)*
            O: IntoAnswer,
        {
            fn arity() -> (u8, u8) {
                arity(&[$(($name::is_optional(), $name::IS_REST)),*])
            }
            #[inline]
            #[allow(non_snake_case, unused_mut, unused_variables, reason = "for no parameters too")]
            fn call(&self, mut call: Call<'_>) -> Result<Answer, Error> {
                $(let mut $name = call.take::<$name>($index)?;)*
                let ready = call.open(|_| invoke(self, $($name::lend(&mut $name)),*));
                return call.answer::<O>(ready);
                #[allow(clippy::too_many_arguments, reason = "one for each parameter")]
                fn invoke<O, $($name),*>(f: &impl Fn($($name),*) -> O, $($name: $name),*) -> O {
                    f($($name),*)
                }
            }
        }

        impl<F, O, $($name),*> HostFunction<WithContext<fn($($name),*) -> O>> for F
        where
            F: Fn(&mut Context<'_>, $($name),*) -> O
                + for<'a> Fn(&mut Context<'_>, $($name::Item<'a>),*) -> O,
            F: Send + Sync + 'static,
            $($name: Parameter,)*
            O: IntoAnswer,
        {
            fn arity() -> (u8, u8) {
                arity(&[$(($name::is_optional(), $name::IS_REST)),*])
            }
            #[inline]
            #[allow(non_snake_case, unused_mut, unused_variables, reason = "for no parameters too")]
            fn call(&self, mut call: Call<'_>) -> Result<Answer, Error> {
                $(let mut $name = call.take::<$name>($index)?;)*
                let ready = call.open(|cx| invoke(self, cx, $($name::lend(&mut $name)),*));
                return call.answer::<O>(ready);
                #[allow(clippy::too_many_arguments, reason = "one for each parameter")]
                fn invoke<O, $($name),*>(
                    f: &impl Fn(&mut Context<'_>, $($name),*) -> O,
                    cx: &mut Context<'_>,
                    $($name: $name),*
                ) -> O {
                    f(cx, $($name),*)
                }
            }
        }
    };
}

host_functions!();
host_functions!(A 0);
host_functions!(A 0 B 1);
host_functions!(A 0 B 1 C 2);
host_functions!(A 0 B 1 C 2 D 3);
host_functions!(A 0 B 1 C 2 D 3 E 4);
host_functions!(A 0 B 1 C 2 D 3 E 4 G 5);
host_functions!(A 0 B 1 C 2 D 3 E 4 G 5 H 6);
host_functions!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7);
host_functions!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8);
host_functions!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9);
host_functions!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10);
host_functions!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10 N 11);

/// A procedure of the host, not yet known to a VM.
pub(crate) struct Made {
    pub(crate) code: Box<dyn HostProcedure>,
    pub(crate) arity: (u8, u8),
}

struct Typed<F> {
    name: String,
    function: F,
    /// The call of the function with conversions for its parameters.
    call: fn(&F, Call<'_>) -> Result<Answer, Error>,
}

impl<F: Send + Sync> HostProcedure for Typed<F> {
    fn run(
        &self,
        mutator: &mut Mutator,
        vm: &VmShared,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        attach::in_host_procedure(mutator, vm, |mutator| {
            let call = Call { mutator, vm, arguments, name: &self.name };
            let ended = catch_unwind(AssertUnwindSafe(|| (self.call)(&self.function, call)));
            ended
                .unwrap_or_else(|panic| Err(panicked(&self.name, &*panic)))
                .map(|Answer(value)| value)
        })
    }
}

/// A typed closure as a procedure.
pub(crate) fn typed<M, F: HostFunction<M>>(name: &str, function: F) -> Made {
    let code = Box::new(Typed { name: name.to_owned(), function, call: F::call });
    Made { code, arity: F::arity() }
}

struct Windowed<F> {
    name: String,
    function: F,
}

impl<F> HostProcedure for Windowed<F>
where
    F: for<'w> Fn(&Window<'w>, &[Local<'w>]) -> Result<Local<'w>, Error> + Send + Sync,
{
    fn run(
        &self,
        mutator: &mut Mutator,
        vm: &VmShared,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        attach::in_host_procedure(mutator, vm, |mutator| {
            let locals: Locals<'_> = arguments.iter().map(|v| Local::new(*v)).collect();
            let w = Window::new(mutator, vm);
            let ended = catch_unwind(AssertUnwindSafe(|| (self.function)(&w, &locals)));
            let result = ended.unwrap_or_else(|panic| Err(panicked(&self.name, &*panic)));
            result.map(Local::value)
        })
    }
}

/// A closure over values in a window as a procedure.
pub(crate) fn windowed<F>(name: &str, arity: RangeInclusive<u8>, function: F) -> Made
where
    F: for<'w> Fn(&Window<'w>, &[Local<'w>]) -> Result<Local<'w>, Error> + Send + Sync + 'static,
{
    let code = Box::new(Windowed { name: name.to_owned(), function });
    Made { code, arity: (*arity.start(), *arity.end()) }
}

#[cold]
fn panicked(name: &str, panic: &(dyn Any + Send)) -> Error {
    let text = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text.as_str(),
        _ => "without a message",
    };
    Error::of_kind(ErrorKind::Panic, format!("{name}: the host panicked: {text}"))
}
