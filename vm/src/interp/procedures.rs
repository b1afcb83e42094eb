//! The machine's own procedures: those that call procedures or change the frames.
//!
//! Each is a stub of bytecode: `Machine n`, perhaps with code after it that its callee returns to.
//! [`TABLE`] names them; `Machine::procedure` does their work.

use super::host::host_call;
use super::prompts::escape_target;
use super::registers::{get, set, slice};
use super::{At, Machine, Outcome, Step};
use crate::bytecode::code::{Code, CodeKind};
use crate::bytecode::isa::Op;
use crate::bytecode::template::ClauseEntry;
use crate::condition::ErrorKind;
use crate::cx::Cx;
use crate::prim;
use crate::prim::pair::Elements;
use lisle_frames::{Place, Position, PromotionReason, Resumption};
use lisle_gc::{Kind, Value, object};
use lisle_threads::RootSlot;
use smallvec::SmallVec;

/// The arguments of a call that do not pass over the stack; allocated when there are more than these.
type Spread = SmallVec<[Value; 128]>;

/// A procedure of the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Procedure {
    /// The body of every primitive's stub.
    Primitive,
    /// `(apply f x ... list)`
    Apply,
    /// `(call-with-values producer consumer)`
    CallWithValues,
    /// The second half of `call-with-values`.
    ReceiveValues,
    /// `(%call/cc f)`
    CallWithContinuation,
    /// `(%call/ec f)`
    CallWithEscape,
    /// The body of every continuation.
    Continuation,
    /// The body of every escape-only continuation.
    Escape,
    /// The body of every composable continuation.
    PartialContinuation,
    /// The body of every parameter object.
    Parameter,
    /// `(%reinstate k values)`: throw without regard to winders
    Reinstate,
    /// `(%call-with-prompt tag thunk handler)`
    CallWithPrompt,
    /// `(%abort-to-prompt tag handler-arguments)`
    AbortToPrompt,
    /// `(%within-continuation k thunk)`: calls the thunk with `k` as its continuation
    WithinContinuation,
    /// `(%uncaught object)`: ends the run
    Uncaught,
    /// `(%exit-run status)`: ends the run
    Exit,
    /// The body of every procedure of the host.
    Host,
    /// Where guest code that a procedure of the host, or a primitive, called returns to.
    HostReturned,
}

/// What is known of a machine procedure that programs can name.
pub struct Entry {
    /// Its name in the core namespace.
    pub name: &'static str,
    /// Which.
    pub procedure: Procedure,
    /// The fewest arguments.
    pub min: u8,
    /// The most; 255 for no bound.
    pub max: u8,
}

/// The machine procedures with names.
pub static TABLE: &[Entry] = &[
    Entry { name: "apply", procedure: Procedure::Apply, min: 1, max: 255 },
    Entry { name: "call-with-values", procedure: Procedure::CallWithValues, min: 2, max: 2 },
    Entry { name: "%call/cc", procedure: Procedure::CallWithContinuation, min: 1, max: 1 },
    Entry { name: "%call/ec", procedure: Procedure::CallWithEscape, min: 1, max: 1 },
    Entry { name: "%reinstate", procedure: Procedure::Reinstate, min: 2, max: 2 },
    Entry { name: "%call-with-prompt", procedure: Procedure::CallWithPrompt, min: 3, max: 3 },
    Entry { name: "%abort-to-prompt", procedure: Procedure::AbortToPrompt, min: 2, max: 2 },
    Entry {
        name: "%within-continuation",
        procedure: Procedure::WithinContinuation,
        min: 2,
        max: 2,
    },
    Entry { name: "%uncaught", procedure: Procedure::Uncaught, min: 1, max: 1 },
    Entry { name: "%exit-run", procedure: Procedure::Exit, min: 1, max: 1 },
];

/// Registers of a machine procedure's frame: enough for three arguments and a call window.
pub const FRAME_SIZE: u32 = 12;

/// Payload index of a continuation's chunk.
pub const CONTINUATION_CHUNK: usize = 1;
/// Payload index of a continuation's position in its chunk.
pub const CONTINUATION_INDEX: usize = 2;
/// Payload index of a continuation's dynamic state; that of an escape is in the frame it belongs to.
pub const CONTINUATION_STATE: usize = 3;
/// Payload index of the number of the call from the host that a continuation was made in.
pub const CONTINUATION_HOST: usize = 4;

impl Procedure {
    /// The instructions of the stub.
    pub fn words(self) -> Vec<u32> {
        let machine = |p: Procedure| Op::Machine as u32 | (p as u32) << 16;
        let ret = |register: u32| Op::Return as u32 | register << 8;
        match self {
            Procedure::CallWithContinuation => vec![Op::Capture as u32],
            Procedure::Continuation => vec![Op::Throw as u32, machine(self)],
            Procedure::CallWithValues => vec![machine(self), machine(Procedure::ReceiveValues)],
            Procedure::CallWithEscape => vec![machine(self), ret(2)],
            Procedure::CallWithPrompt => vec![machine(self), ret(2)],
            Procedure::Host | Procedure::Primitive => {
                vec![machine(self), machine(Procedure::HostReturned)]
            }
            _ => vec![machine(self)],
        }
    }
    /// The clauses of the stub, when one of them takes just so many arguments; the last takes any.
    pub fn clauses(self) -> Vec<ClauseEntry> {
        match self {
            Procedure::Continuation => vec![
                ClauseEntry { required: 1, rest: false, entry: 0 },
                ClauseEntry { required: 0, rest: true, entry: 1 },
            ],
            _ => Vec::new(),
        }
    }
    /// All of them, in order.
    pub const ALL: [Procedure; 18] = [
        Procedure::Primitive,
        Procedure::Apply,
        Procedure::CallWithValues,
        Procedure::ReceiveValues,
        Procedure::CallWithContinuation,
        Procedure::CallWithEscape,
        Procedure::Continuation,
        Procedure::Escape,
        Procedure::PartialContinuation,
        Procedure::Parameter,
        Procedure::Reinstate,
        Procedure::CallWithPrompt,
        Procedure::AbortToPrompt,
        Procedure::WithinContinuation,
        Procedure::Uncaught,
        Procedure::Exit,
        Procedure::Host,
        Procedure::HostReturned,
    ];
    fn from_number(number: u16) -> Procedure {
        Procedure::ALL[usize::from(number)]
    }
}

/// The entry of a machine procedure that has a name.
pub fn entry_of(procedure: Procedure) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.procedure == procedure)
}

/// Where a full continuation goes on.
#[inline(always)]
pub fn continuation_position(k: Value) -> Position {
    let index = object::field(k, CONTINUATION_INDEX).assume_fixnum() as usize;
    Position { chunk: object::field(k, CONTINUATION_CHUNK), index }
}

/// The run goes on there, or ends with the value.
fn go_on(resumption: Option<Resumption>, value: Value) -> Step {
    match resumption {
        Some(Resumption { frame, address }) => {
            Step::Go(At { pc: std::ptr::with_exposed_provenance(address.get()), frame })
        }
        None => Step::Leave(Outcome::Value(value)),
    }
}

/// The methods that take a frame are private to the interpreter, which passes the running frame of a
/// call of that procedure: that is what makes their register accesses sound.
impl Machine<'_> {
    /// Does the work of machine procedure `number`, whose frame is that of `at`; `at.pc` is the
    /// instruction after it.
    pub(super) fn procedure(&mut self, at: At, number: u16) -> Step {
        let frame = at.frame;
        // SAFETY: the frame has the arguments of the procedure, whose number entry has checked.
        unsafe {
            match Procedure::from_number(number) {
                Procedure::Primitive => self.primitive(frame),
                Procedure::Apply => self.apply(frame),
                Procedure::CallWithValues => {
                    let new = self.push(at, 2, get(frame, 0));
                    self.enter_slow(get(frame, 0), new, 0)
                }
                Procedure::ReceiveValues => {
                    self.receive_values(frame, get(frame, 1), get(frame, 2))
                }
                Procedure::CallWithEscape => self.call_with_escape(at),
                Procedure::Continuation => self.throw(frame),
                Procedure::Escape => self.escape(frame),
                Procedure::CallWithContinuation => unreachable!("its body is an instruction"),
                Procedure::PartialContinuation => self.compose(frame),
                Procedure::Parameter => self.parameter(frame),
                Procedure::Reinstate => {
                    let values = self.values_of_list(get(frame, 1));
                    match values {
                        Ok(value) => self.reinstate(frame, get(frame, 0), value),
                        Err(raised) => self.raise_at_entry(frame, raised),
                    }
                }
                Procedure::CallWithPrompt => {
                    // `r[0]`, the tag, marks the frame; the handler moves below the call window.
                    let (thunk, handler) = (get(frame, 1), get(frame, 2));
                    set(frame, 1, handler);
                    let new = self.push(at, 2, thunk);
                    self.enter_slow(thunk, new, 0)
                }
                Procedure::AbortToPrompt => self.abort_to_prompt(frame),
                Procedure::WithinContinuation => {
                    self.within_continuation(frame, get(frame, 0), get(frame, 1))
                }
                Procedure::Uncaught => Step::Leave(Outcome::Uncaught(get(frame, 0))),
                Procedure::Exit => {
                    let status = get(frame, 0).as_fixnum().unwrap_or(70);
                    Step::Leave(Outcome::Exit(status as i32))
                }
                Procedure::Host => self.host(frame),
                Procedure::HostReturned => self.host_returned(frame),
            }
        }
    }

    /// Runs the primitive in the frame and returns its value.
    fn primitive(&mut self, frame: *mut u64) -> Step {
        let code = self.code_in(frame);
        let CodeKind::Primitive(id) = code.kind else { unreachable!("a primitive's stub") };
        let count = self.argument_count(code);
        self.mutator.stack.publish(frame, Place::Entry(count));
        // SAFETY: the frame has `count` arguments.
        let arguments = unsafe { slice(frame, 0, count) };
        let prim = prim::all()[id.0 as usize];
        if prim.blocking {
            return self.blocking_primitive(frame, count, prim);
        }
        let cx = &mut Cx::of_instruction(self.mutator, self.vm);
        match (prim.run)(cx, arguments) {
            Ok(value) => self.return_value(frame, value),
            Err(raised) => self.raise_primitive(frame, count, raised),
        }
    }
    /// The same of one that may wait, or run guest code (macros' procedures, in the compiler): its
    /// frame may be elsewhere afterwards.
    fn blocking_primitive(&mut self, frame: *mut u64, count: usize, prim: &prim::Prim) -> Step {
        let depth = self.mutator.stack.depth_of(frame);
        // SAFETY: the frame has `count` arguments. Copied: nested runs move the frame.
        let arguments = SmallVec::<[Value; 8]>::from_slice(unsafe { slice(frame, 0, count) });
        let result = (prim.run)(&mut self.cx(), &arguments);
        let frame = self.mutator.stack.unwind_to(depth);
        self.mutator.stack.publish(frame, Place::Entry(count));
        match result {
            Ok(value) => self.return_value(frame, value),
            Err(raised) => self.raise_primitive(frame, count, raised),
        }
    }

    /// `(apply f x ... list)`: spreads the arguments over the frame and calls on.
    fn apply(&mut self, frame: *mut u64) -> Step {
        let count = self.arguments;
        // SAFETY: the frame has `count` arguments, at least one.
        let (callee, last) = unsafe { (get(frame, 0), get(frame, count - 1)) };
        if count == 1 {
            return self.tail_call(frame, callee, 0);
        }
        let Some(length) = prim::pair::proper_length(last) else {
            let raised = self.cx().wrong_type("apply", count, "list", last);
            return self.raise_at_entry(frame, raised);
        };
        let fixed = count - 2;
        for index in 0..fixed {
            // SAFETY: moves arguments down by one.
            unsafe { set(frame, index, get(frame, index + 1)) };
        }
        self.spread(frame, callee, fixed, last, length)
    }

    /// Calls `callee` with the elements of a list in place of the procedure in the frame.
    pub(super) fn call_with_list(
        &mut self,
        frame: *mut u64,
        callee: Value,
        list: Value,
        length: usize,
    ) -> Step {
        self.spread(frame, callee, 0, list, length)
    }

    /// Calls `callee` with the `fixed` arguments in the frame and the `length` elements of a list.
    fn spread(
        &mut self,
        frame: *mut u64,
        callee: Value,
        fixed: usize,
        list: Value,
        length: usize,
    ) -> Step {
        if length > 64
            && let Some(step) = self.spread_long(frame, callee, fixed, (list, length))
        {
            return step;
        }
        let total = fixed + length;
        let (mut frame, mut callee, mut list) = (frame, callee, list);
        let full = self.mutator.stack.limit().full();
        if frame.addr() + total * 8 > full {
            // SAFETY: two spare registers keep callee and list while the frame moves.
            unsafe {
                set(frame, fixed, callee);
                set(frame, fixed + 1, list);
            }
            match self.make_room(frame, fixed + 2, PromotionReason::Overflow) {
                Ok(moved) => frame = moved,
                Err(step) => return step,
            }
            // SAFETY: as above; making room may have collected.
            unsafe { (callee, list) = (get(frame, fixed), get(frame, fixed + 1)) };
            if frame.addr() + total * 8 > full {
                let message = "apply: too many arguments";
                let raised = self.cx().error(ErrorKind::Range, message, &[]);
                return self.raise_at_entry(frame, raised);
            }
        }
        let mut count = fixed;
        for element in Elements::of(list, length) {
            // SAFETY: `total` registers fit below the region's limit, as was just checked.
            unsafe { set(frame, count, element) };
            count += 1;
        }
        self.tail_call(frame, callee, count)
    }

    /// Long lists go to primitives and rest parameters without passing over the stack.
    fn spread_long(
        &mut self,
        frame: *mut u64,
        callee: Value,
        fixed: usize,
        (list, length): (Value, usize),
    ) -> Option<Step> {
        let elements = Elements::of(list, length);
        if !callee.is_procedure() {
            return None;
        }
        // SAFETY: `callee` is a procedure.
        let code = unsafe { &*Code::of(callee) };
        if let CodeKind::Primitive(id) = code.kind {
            let prim = prim::all()[id.0 as usize];
            if prim.max != prim::ANY || prim.blocking {
                return None;
            }
            // SAFETY: the frame has `fixed` arguments.
            let mut arguments = Spread::from_slice(unsafe { slice(frame, 0, fixed) });
            arguments.reserve(length);
            arguments.extend(elements);
            return Some(match (prim.run)(&mut self.cx(), &arguments) {
                Ok(value) => self.return_value(frame, value),
                Err(raised) => self.raise_at_entry(frame, raised),
            });
        }
        let clause = code.clauses.first()?;
        if code.clauses.len() != 1 || !clause.rest || fixed > clause.required as usize {
            return None;
        }
        let mut arguments = Spread::with_capacity(length);
        arguments.extend(elements);
        let (required, rest) = arguments.split_at_checked(clause.required as usize - fixed)?;
        // The list of the rest is the callee's own: it may change it.
        let rest = match self.cx().list(rest) {
            Ok(rest) => rest,
            Err(raised) => return Some(self.raise_at_entry(frame, raised)),
        };
        for (index, element) in (fixed..).zip(required.iter().chain([&rest])) {
            // SAFETY: registers of the callee's frame, within the slack above the limit.
            unsafe { set(frame, index, *element) };
        }
        Some(self.enter_arranged(frame, callee, clause.required as usize + 1))
    }

    /// Calls `consumer` with the values that a producer returned.
    fn receive_values(&mut self, frame: *mut u64, consumer: Value, result: Value) -> Step {
        if !object::is_kind(result, Kind::Values) {
            // SAFETY: register 0 of the running frame.
            unsafe { set(frame, 0, result) };
            return self.tail_call(frame, consumer, 1);
        }
        let count = object::size(result);
        if count > 256 {
            let raised = self.cx().error(ErrorKind::Range, "too many values", &[]);
            return self.raise_at_entry(frame, raised);
        }
        for index in 0..count {
            // SAFETY: within the slack above the region's limit.
            unsafe { set(frame, index, object::field(result, index)) };
        }
        self.tail_call(frame, consumer, count)
    }

    /// `(%call/cc f)`: promotes the frames below; a continuation over them. `None` when the heap limit
    /// is reached.
    #[inline]
    pub(super) fn capture(&mut self, frame: *mut u64) -> Option<Value> {
        let mutator = &mut *self.mutator;
        let reason = PromotionReason::Continuation;
        let position = mutator.stack.promote_below(&mut mutator.heap, frame, reason).ok()?;
        let k = mutator.heap.object_unfilled(Kind::Continuation, 5).ok()?;
        object::init_field(k, 0, self.vm.machine_code(Procedure::Continuation));
        object::init_field(k, CONTINUATION_CHUNK, position.chunk);
        object::init_field(k, CONTINUATION_INDEX, Value::fixnum(position.index as i64));
        object::init_field(k, CONTINUATION_STATE, mutator.roots[RootSlot::DynamicState]);
        object::init_field(k, CONTINUATION_HOST, host_call(mutator));
        Some(k)
    }

    /// A continuation was called with one value.
    #[cold]
    pub(super) fn throw_one(&mut self, frame: *mut u64) -> Step {
        self.arguments = 1;
        self.throw(frame)
    }

    /// A continuation was called: the procedure in the frame, with the values to deliver.
    fn throw(&mut self, frame: *mut u64) -> Step {
        let count = self.arguments;
        // SAFETY: the frame has `count` arguments.
        let (k, values) = unsafe { (super::registers::procedure(frame), slice(frame, 0, count)) };
        if object::field(k, CONTINUATION_HOST) != host_call(self.mutator) {
            return self.throw_across(frame, k, count);
        }
        let state = object::field(k, CONTINUATION_STATE);
        if state == self.mutator.roots[RootSlot::DynamicState] {
            return match self.cx().values(values) {
                Ok(value) => self.reinstate(frame, k, value),
                Err(raised) => self.raise_at_entry(frame, raised),
            };
        }
        self.rewind_and_throw(frame, k, count)
    }

    /// Passes what was called, with its `count` arguments, to the Scheme procedure that goes to another
    /// dynamic state first.
    pub(super) fn rewind_and_throw(&mut self, frame: *mut u64, k: Value, count: usize) -> Step {
        // SAFETY: the frame has `count` arguments.
        let values = unsafe { slice(frame, 0, count) };
        match self.cx().list(values) {
            Ok(list) => {
                // SAFETY: two registers, within the slack above the limit.
                unsafe {
                    set(frame, 0, k);
                    set(frame, 1, list);
                }
                let rewind = self.vm.rewind_procedure();
                self.tail_call(frame, rewind, 2)
            }
            Err(raised) => self.raise_at_entry(frame, raised),
        }
    }

    /// Delivers `value` to the continuation, or the escape, `k`; of an escape the dynamic state is in
    /// force already.
    fn reinstate(&mut self, frame: *mut u64, k: Value, value: Value) -> Step {
        if object::is_kind(k, Kind::Continuation) {
            self.mutator.roots[RootSlot::DynamicState] = object::field(k, CONTINUATION_STATE);
            let resumption = self.mutator.stack.throw(continuation_position(k), value);
            return go_on(resumption, value);
        }
        if !object::is_kind(k, Kind::Escape) {
            let raised = self.cx().wrong_type("%reinstate", 1, "continuation", k);
            return self.raise_at_entry(frame, raised);
        }
        match escape_target(self.mutator, self.vm, frame, k) {
            Some(found) => self.escape_to(found, value),
            None => self.extent_has_ended(frame),
        }
    }

    /// Calls `thunk` with the full continuation `k` as its continuation.
    fn within_continuation(&mut self, frame: *mut u64, k: Value, thunk: Value) -> Step {
        if !object::is_kind(k, Kind::Continuation) {
            let raised = self.cx().wrong_type("within-continuation", 1, "continuation", k);
            return self.raise_at_entry(frame, raised);
        }
        self.mutator.roots[RootSlot::DynamicState] = object::field(k, CONTINUATION_STATE);
        let frame = self.mutator.stack.continue_at(continuation_position(k));
        self.tail_call(frame, thunk, 0)
    }

    /// Returns `value` past the bottom of the region.
    pub(super) fn underflow(&mut self, value: Value) -> Step {
        let resumption = self.mutator.stack.underflow(value);
        go_on(resumption, value)
    }

    /// The values in a list as one value.
    pub(super) fn values_of_list(&mut self, list: Value) -> Result<Value, crate::cx::Raised> {
        let mut values = Vec::new();
        let mut rest = list;
        while rest.is_pair() {
            values.push(object::car(rest));
            rest = object::cdr(rest);
        }
        self.cx().values(&values)
    }

    /// A parameter object was called: its value in the current parameterisation, or set there.
    fn parameter(&mut self, frame: *mut u64) -> Step {
        let count = self.arguments;
        // SAFETY: the procedure and argument of the running frame.
        let (parameter, new) = unsafe { (super::registers::procedure(frame), get(frame, 0)) };
        let place = crate::prim::control::parameter_place(self.mutator, parameter);
        if count == 0 {
            return self.return_value(frame, object::field(place.0, place.1));
        }
        self.mutator.heap.store(place.0, place.1, new);
        self.return_value(frame, Value::UNSPECIFIED)
    }
}
