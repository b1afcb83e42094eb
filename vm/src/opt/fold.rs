//! Calls of standard procedures rewritten: computed when their arguments are constants, brought to
//! the number of arguments that instructions have, replaced by cheaper ones.

use super::constant::{self, as_fixnum};
use super::effects::may_be_moved;
use super::known::{Known, Operation};
use super::simplify::Place;
use super::walk::{bind, conditional};
use crate::bytecode::intrinsic::{Comparison, comparison};
use crate::core_form::{Call, Core, VarId, Vars};
use crate::read::datum::Datum;

/// A call of at most so many arguments becomes nested calls of two.
const MAX_NESTED: usize = 100;
/// `memv` in a test becomes comparisons when its list is no longer than this.
const MAX_UNROLLED: usize = 12;

/// The rewritten call, or the call as it was.
pub fn fold(call: Call, place: Place, vars: &mut Vars, known: &Known<'_>) -> Result<Core, Call> {
    let Some(name) = known.standard(&call.callee) else { return Err(call) };
    let mut folder = Folder { vars, known };
    match &*name {
        "+" => arithmetic(call, Some(0), i64::checked_add),
        "*" => arithmetic(call, Some(1), i64::checked_mul),
        "-" => arithmetic(call, None, i64::checked_sub),
        "quotient" | "truncate-quotient" => arithmetic(call, None, i64::checked_div),
        "remainder" | "truncate-remainder" => arithmetic(call, None, i64::checked_rem),
        "zero?" => sign(call, Comparison::Equal),
        "positive?" => sign(call, Comparison::Greater),
        "negative?" => sign(call, Comparison::Less),
        "eq?" | "eqv?" | "equal?" => folder.equivalence(call, &name),
        "memq" | "memv" | "member" => folder.membership(call, place),
        "values" if call.args.len() == 1 => Ok(only(call.args)),
        "append" if call.args.len() == 1 => Ok(only(call.args)),
        "list" | "append" if call.args.is_empty() => Ok(constant::nil()),
        "list" => folder.short_list(call),
        "apply" => folder.apply(call),
        "call-with-values" => folder.call_with_values(call),
        _ => match comparison(&name) {
            Some(comparison) => folder.comparison(call, comparison),
            None => predicate(call, &name),
        },
    }
}

fn only(mut args: Vec<Core>) -> Core {
    args.pop().expect("the call has one argument")
}

/// Arithmetic on constants; more than two arguments become nested calls of two, if they are not so
/// many that the nesting would be too deep for the passes after this one.
fn arithmetic(
    call: Call,
    unit: Option<i64>,
    compute: fn(i64, i64) -> Option<i64>,
) -> Result<Core, Call> {
    match (&call.args[..], unit) {
        ([], Some(unit)) => constant::fixnum(unit).ok_or(call),
        ([a, b], _) => {
            let result = as_fixnum(a).zip(as_fixnum(b)).and_then(|(a, b)| compute(a, b));
            result.and_then(constant::fixnum).ok_or(call)
        }
        ([_, _, _, ..], _) if call.args.len() <= MAX_NESTED => {
            let Call { callee, args, span } = call;
            let nest = |left: Core, right: Core| {
                let call = Call { callee: callee.clone(), args: vec![left, right], span };
                arithmetic(call, unit, compute).unwrap_or_else(|call| Core::Call(Box::new(call)))
            };
            Ok(args.into_iter().reduce(nest).expect("there are arguments"))
        }
        _ => Err(call),
    }
}

fn sign(call: Call, comparison: Comparison) -> Result<Core, Call> {
    match &call.args[..] {
        [arg] => match as_fixnum(arg) {
            Some(n) => Ok(constant::boolean(comparison.holds(n, 0))),
            None => Err(call),
        },
        _ => Err(call),
    }
}

fn predicate(call: Call, name: &str) -> Result<Core, Call> {
    match &call.args[..] {
        [Core::Const(datum)] => match constant::predicate(name, datum) {
            Some(holds) => Ok(constant::boolean(holds)),
            None => Err(call),
        },
        _ => Err(call),
    }
}

struct Folder<'v, 'k> {
    vars: &'v mut Vars,
    known: &'k Known<'k>,
}

impl Folder<'_, '_> {
    /// The argument, if it may be evaluated several times; else a variable, bound in `bindings`.
    fn reusable(&mut self, arg: Core, bindings: &mut Vec<(VarId, Core)>) -> Core {
        if may_be_moved(&arg, self.vars, self.known) {
            return arg;
        }
        let var = self.vars.fresh(self.known.context.symbols.intern("temporary"));
        bindings.push((var, arg));
        Core::Local(var, crate::source::Span::NONE)
    }

    fn comparison(&mut self, call: Call, comparison: Comparison) -> Result<Core, Call> {
        match &call.args[..] {
            [a, b] => match as_fixnum(a).zip(as_fixnum(b)) {
                Some((a, b)) => Ok(constant::boolean(comparison.holds(a, b))),
                None => Err(call),
            },
            [_, _, _, ..] if call.args.len() <= MAX_NESTED => Ok(self.chain(call)),
            _ => Err(call),
        }
    }

    /// `(< a b c)`: the arguments first, then the comparisons, from left to right.
    fn chain(&mut self, call: Call) -> Core {
        let Call { callee, args, span } = call;
        let mut bindings = Vec::new();
        let args: Vec<Core> =
            args.into_iter().map(|arg| self.reusable(arg, &mut bindings)).collect();
        let tests = args.windows(2).map(|pair| {
            Core::Call(Box::new(Call { callee: callee.clone(), args: pair.to_vec(), span }))
        });
        let all =
            tests.rev().reduce(|rest, test| conditional(test, rest, constant::boolean(false)));
        bind(bindings, all.expect("a chain has two comparisons or more"))
    }

    fn equivalence(&mut self, call: Call, name: &str) -> Result<Core, Call> {
        let [a, b] = &call.args[..] else { return Err(call) };
        let word = |core: &Core| match core {
            Core::Const(datum) if constant::compares_by_word(datum) => Some(datum.clone()),
            _ => None,
        };
        let (left, right) = (word(a), word(b));
        if let (Some(a), Some(b)) = (&left, &right) {
            return Ok(constant::boolean(constant::same_word(a, b)));
        }
        let (Some(datum), other) = (match (left, right) {
            (Some(datum), _) => (Some(datum), 1),
            (None, datum) => (datum, 0),
        }) else {
            return Err(call);
        };
        let other = call.args[other].clone();
        let test = match constant::immediate(&datum) {
            Some(0) => self.known.call("not", vec![other], call.span),
            Some(2) => self.known.call("null?", vec![other], call.span),
            _ if name != "eq?" => {
                self.known.call("eq?", vec![other, Core::Const(datum)], call.span)
            }
            _ => None,
        };
        test.ok_or(call)
    }

    /// `(memv x '(a b c))` where only its truth matters.
    fn membership(&mut self, call: Call, place: Place) -> Result<Core, Call> {
        let items = match &call.args[..] {
            [_, Core::Const(list)] if place == Place::Test => word_list(list),
            _ => None,
        };
        let Some((items, eq)) =
            items.and_then(|items| Some((items, self.known.global("eq?", call.span)?)))
        else {
            return Err(call);
        };
        let mut bindings = Vec::new();
        let subject = call.args.into_iter().next().expect("the call has two arguments");
        let subject = self.reusable(subject, &mut bindings);
        let result = items.into_iter().rev().fold(constant::boolean(false), |rest, item| {
            let args = vec![subject.clone(), Core::Const(item)];
            let test = Call { callee: eq.clone(), args, span: call.span };
            conditional(Core::Call(Box::new(test)), constant::boolean(true), rest)
        });
        Ok(bind(bindings, result))
    }

    /// `(list a b)` as pairs.
    fn short_list(&mut self, call: Call) -> Result<Core, Call> {
        match self.known.global("cons", call.span) {
            Some(cons) if call.args.len() <= 2 => {
                Ok(call.args.into_iter().rev().fold(constant::nil(), |rest, item| {
                    let args = vec![item, rest];
                    Core::Call(Box::new(Call { callee: cons.clone(), args, span: call.span }))
                }))
            }
            _ => Err(call),
        }
    }

    /// `(apply f a (list b c))`.
    fn apply(&mut self, mut call: Call) -> Result<Core, Call> {
        if call.args.len() < 2 {
            return Err(call);
        }
        let spread = match call.args.last() {
            Some(Core::Const(datum)) if datum.is_nil() => Some(Vec::new()),
            Some(Core::Call(list)) => match self.known.standard(&list.callee).as_deref() {
                Some("list") => Some(list.args.clone()),
                _ => None,
            },
            _ => None,
        };
        let Some(spread) = spread else { return Err(call) };
        call.args.pop();
        call.args.extend(spread);
        let callee = call.args.remove(0);
        Ok(Core::Call(Box::new(Call { callee, ..call })))
    }

    /// `(call-with-values (lambda () ... (values a b)) consumer)`.
    fn call_with_values(&mut self, call: Call) -> Result<Core, Call> {
        let [Core::Lambda(producer), consumer] = &call.args[..] else { return Err(call) };
        let [clause] = &producer.clauses[..] else { return Err(call) };
        if !clause.params.is_empty() || clause.rest.is_some() || !self.ends_in_values(&clause.body)
        {
            return Err(call);
        }
        let mut bindings = Vec::new();
        let once = !branches(&clause.body);
        let span = call.span;
        let body = clause.body.clone();
        let consumer = match consumer {
            Core::Lambda(_) if once => consumer.clone(),
            other => self.reusable(other.clone(), &mut bindings),
        };
        Ok(bind(bindings, self.feed(body, &consumer, span)))
    }

    /// Does every way through the expression end in a call of `values`, or in a single value?
    fn ends_in_values(&self, core: &Core) -> bool {
        match core {
            Core::Const(_) | Core::Local(..) | Core::Lambda(_) => true,
            Core::Call(call) => {
                let operation = self.known.operation(call);
                self.is_values(call) || matches!(operation, Some(Operation::Intrinsic(_)))
            }
            Core::If(_, then, otherwise) => {
                self.ends_in_values(then) && self.ends_in_values(otherwise)
            }
            Core::Seq(parts) => parts.last().is_some_and(|last| self.ends_in_values(last)),
            Core::Let(_, body) | Core::Letrec(_, body) => self.ends_in_values(body),
            _ => false,
        }
    }

    fn is_values(&self, call: &Call) -> bool {
        self.known.standard(&call.callee).is_some_and(|name| &*name == "values")
    }

    /// The expression with its values handed to `consumer`.
    fn feed(&self, core: Core, consumer: &Core, span: crate::source::Span) -> Core {
        let call = |args| Core::Call(Box::new(Call { callee: consumer.clone(), args, span }));
        match core {
            Core::Call(values) if self.is_values(&values) => call(values.args),
            Core::If(test, then, otherwise) => conditional(
                *test,
                self.feed(*then, consumer, span),
                self.feed(*otherwise, consumer, span),
            ),
            Core::Seq(mut parts) => {
                let last = parts.pop().expect("a sequence is not empty");
                parts.push(self.feed(last, consumer, span));
                Core::Seq(parts)
            }
            Core::Let(bindings, body) => {
                Core::Let(bindings, Box::new(self.feed(*body, consumer, span)))
            }
            Core::Letrec(bindings, body) => {
                Core::Letrec(bindings, Box::new(self.feed(*body, consumer, span)))
            }
            single => call(vec![single]),
        }
    }
}

/// Can the expression end in more than one place?
fn branches(core: &Core) -> bool {
    match core {
        Core::If(..) => true,
        Core::Seq(parts) => parts.last().is_some_and(branches),
        Core::Let(_, body) | Core::Letrec(_, body) => branches(body),
        _ => false,
    }
}

/// The elements of a short proper list, if `eq?` compares them as `equal?` does.
fn word_list(list: &Datum) -> Option<Vec<Datum>> {
    let items = list.proper_list()?;
    let fits = items.len() <= MAX_UNROLLED && items.iter().all(|i| constant::compares_by_word(i));
    fits.then(|| items.into_iter().cloned().collect())
}
