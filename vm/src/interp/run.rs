//! The interpreter's loop: the hot path of every instruction.
//!
//! The file has more than 600 lines because it is one function, an arm for each instruction: arms in
//! other files would be calls, or macros that hide what the loop does.
//!
//! The machine's registers are two local variables, the program counter `pc` and the frame pointer
//! `frame`; everything else is reached through them. What is rare is outlined: the numeric tower,
//! calls of what is no closure of the right arity ([`enter`](super::enter)), raising
//! ([`raise`](super::raise)), the machine's own procedures ([`procedures`](super::procedures)).
//!
//! Every register access is unchecked (see [`registers`](super::registers) for why it is sound); the
//! whole loop is one `unsafe` function whose obligations are those of that module.

use super::host::host_call;
use super::procedures::{CONTINUATION_HOST, CONTINUATION_STATE, continuation_position};
use super::registers::{
    get, move_down, procedure, return_word, set, set_procedure, set_return_word, slice,
};
use super::{At, Machine, Outcome, Step, fast};
use crate::bytecode::code::{Entry, captures_of, constant_of, linked_constant};
use crate::bytecode::isa::Op;
use crate::cx::Cx;
use crate::num::arith;
use crate::prim::{self, equality, number};
use lisle_frames::{HEADER_WORDS, ReturnWord, Stack};
use lisle_gc::{Kind, Value, object};
use lisle_threads::RootSlot;

const _: () = assert!(cfg!(target_endian = "little"), "operands are read byte by byte");

/// Runs from `at` until the run ends.
///
/// # Safety
/// `at` is a state of this machine: a frame of its stack, and an instruction of the code of the
/// procedure in that frame (or of a machine stub).
#[expect(clippy::too_many_lines, reason = "one arm an instruction, in the order of the table")]
pub unsafe fn run<const COUNT: bool>(machine: &mut Machine<'_>, at: At) -> Outcome {
    let At { mut pc, mut frame } = at;
    // SAFETY: for the whole loop: see the function's contract, kept by every arm, since they change
    // `pc` and `frame` only as the instruction's definition says, or take both from `At`.
    unsafe {
        loop {
            // Operands are read byte by byte where they are used: cheaper than taking the word
            // apart for every instruction.
            macro_rules! byte {
                ($number:literal) => {
                    *pc.cast::<u8>().add($number) as usize
                };
            }
            macro_rules! a {
                () => {
                    byte!(1)
                };
            }
            macro_rules! b {
                () => {
                    byte!(2)
                };
            }
            macro_rules! c {
                () => {
                    byte!(3)
                };
            }
            macro_rules! bc {
                () => {
                    i32::from(*pc.cast::<i16>().add(1))
                };
            }
            macro_rules! extension {
                () => {
                    *pc.add(1)
                };
            }
            macro_rules! constant {
                () => {
                    linked_constant(pc.add(2), extension!())
                };
            }
            // The end of an instruction with an extension word.
            macro_rules! skip_extension {
                () => {{
                    pc = pc.add(2);
                    continue;
                }};
            }
            // Goes where a slow path says.
            macro_rules! go {
                ($step:expr) => {{
                    match $step {
                        Step::Go(at) => {
                            pc = at.pc;
                            frame = at.frame;
                            continue;
                        }
                        Step::Leave(outcome) => return outcome,
                    }
                }};
            }
            // The value of a fallible operation, or off to the handler.
            macro_rules! attempt {
                ($result:expr) => {{
                    match $result {
                        Ok(value) => value,
                        Err(raised) => go!(machine.raise(At { pc, frame }, raised)),
                    }
                }};
            }
            macro_rules! cx {
                () => {
                    &mut Cx::of_instruction(machine.mutator, machine.vm)
                };
            }
            // Counted from the next instruction, which is `$length` words on.
            macro_rules! jump {
                ($length:expr, $offset:expr) => {{
                    pc = pc.offset($length + $offset as isize);
                    continue;
                }};
            }
            // The same back to the head of a loop, polling.
            macro_rules! go_back {
                ($length:expr, $offset:expr) => {{
                    pc = pc.offset($length + $offset as isize);
                    if COUNT {
                        machine.count_step();
                    }
                    if machine.limit.load() == 0 {
                        go!(machine.poll_loop(At { pc, frame }));
                    }
                    continue;
                }};
            }
            // The immediate numbered `bc`.
            macro_rules! immediate {
                () => {
                    Value::from_bits(Value::FALSE.bits() | ((b!() | c!() << 8) as u64) << 8)
                };
            }
            macro_rules! jump_if {
                ($holds:expr) => {
                    if $holds {
                        jump!(1, bc!())
                    }
                };
            }
            // The value of a global variable that has one.
            macro_rules! global {
                ($cell:expr) => {{
                    let cell = $cell;
                    let value = object::field(cell, 0);
                    if value == Value::UNBOUND {
                        go!(machine.raise_unbound(At { pc, frame }, cell));
                    }
                    value
                }};
            }
            // A pair in `r[$register]`; what is done with it is called `$name`.
            macro_rules! pair {
                ($register:expr, $name:literal) => {{
                    let pair = get(frame, $register);
                    if !pair.is_pair() {
                        go!(machine.raise_not_pair(At { pc, frame }, $name, pair));
                    }
                    pair
                }};
            }
            // The pair that is the cdr of one in `r[b]`.
            macro_rules! second_pair {
                ($name:literal) => {{
                    let pair = get(frame, b!());
                    // Read once: another thread may store something else.
                    let second = if pair.is_pair() { object::cdr(pair) } else { pair };
                    if !second.is_pair() {
                        go!(machine.raise_not_pair(At { pc, frame }, $name, pair));
                    }
                    second
                }};
            }
            // A record in `r[b]` of the type `r[c]` that has a word `$word`.
            macro_rules! record {
                ($word:expr) => {{
                    let (record, of) = (get(frame, b!()), get(frame, c!()));
                    if !fast::record_holds(record, of, $word) {
                        go!(machine.raise_not_record(At { pc, frame }, record, of));
                    }
                    record
                }};
            }
            // Goes on where frames were reinstated, or ends the run with `$value`.
            macro_rules! resume {
                ($resumption:expr, $value:expr) => {{
                    match $resumption {
                        Some(resumption) => {
                            frame = resumption.frame;
                            pc = std::ptr::with_exposed_provenance(resumption.address.get());
                            continue;
                        }
                        None => return Outcome::Value($value),
                    }
                }};
            }
            macro_rules! unary {
                ($fast:path, $slow:path) => {{
                    let x = get(frame, b!());
                    let value = match $fast(x) {
                        Some(value) => value,
                        None => attempt!($slow(cx!(), x)),
                    };
                    set(frame, a!(), value);
                }};
            }
            // `r[a] = (+ r[b] c)`
            macro_rules! add_small {
                () => {{
                    let (x, y) =
                        (get(frame, b!()), Value::fixnum(i64::from(*pc.cast::<i8>().add(3))));
                    let value = match fast::add(x, y) {
                        Some(value) => value,
                        None => attempt!(arith::add(cx!(), x, y)),
                    };
                    set(frame, a!(), value);
                }};
            }
            macro_rules! binary {
                ($fast:path, $slow:path) => {{
                    let (x, y) = (get(frame, b!()), get(frame, c!()));
                    let value = match $fast(x, y) {
                        Some(value) => value,
                        None => attempt!($slow(cx!(), x, y)),
                    };
                    set(frame, a!(), value);
                }};
            }
            // Two operations; `$swapped` when the first result is the second operand of the second.
            macro_rules! fused {
                ($fast:path, $first:path, $second:path, $swapped:expr) => {{
                    let third = extension!() as usize;
                    let (x, y, z) = (get(frame, b!()), get(frame, c!()), get(frame, third));
                    let value = match $fast(x, y, z) {
                        Some(value) => value,
                        None => {
                            let inner = attempt!($first(cx!(), x, y));
                            let (left, right) = if $swapped { (z, inner) } else { (inner, z) };
                            attempt!($second(cx!(), left, right))
                        }
                    };
                    set(frame, a!(), value);
                    skip_extension!()
                }};
            }
            macro_rules! compare {
                ($fast:path, $slow:path) => {{
                    let (x, y) = (get(frame, b!()), get(frame, c!()));
                    let value = match $fast(x, y) {
                        Some(value) => value,
                        None => attempt!($slow(cx!(), x, y)),
                    };
                    set(frame, a!(), Value::boolean(value));
                }};
            }
            // The immediate operand `bc` as a fixnum.
            macro_rules! small {
                () => {
                    Value::fixnum(i64::from(bc!()))
                };
            }
            macro_rules! branch {
                ($fast:path, $slow:path) => {
                    branch!($fast, $slow, get(frame, a!()), get(frame, b!()))
                };
                ($fast:path, $slow:path, $x:expr, $y:expr) => {{
                    let offset = extension!() as i32;
                    let (x, y) = ($x, $y);
                    let holds = match $fast(x, y) {
                        Some(holds) => holds,
                        None => attempt!($slow(cx!(), x, y)),
                    };
                    if holds {
                        skip_extension!()
                    }
                    jump!(2, offset)
                }};
            }
            // Calls `callee`, whose frame begins at `$new` and has its return word.
            macro_rules! enter {
                ($callee:expr, $new:expr, $count:expr) => {{
                    let callee: Value = $callee;
                    let new: *mut u64 = $new;
                    let count: usize = $count;
                    if callee.is_procedure() {
                        let code = Entry::of(callee);
                        let top = new.addr() + (*code).frame_bytes as usize;
                        if (*code).exact as usize == count && top <= machine.limit.load() {
                            if COUNT {
                                machine.mutator.stack.stats.born += 1;
                                machine.count_step();
                            }
                            frame = new;
                            pc = (*code).entry;
                            continue;
                        }
                    }
                    go!(machine.enter_slow(callee, new, count))
                }};
            }
            // Enters a closure known to take these arguments.
            macro_rules! enter_known {
                ($callee:expr, $new:expr, $count:expr) => {{
                    let code = Entry::of($callee);
                    let new: *mut u64 = $new;
                    if new.addr() + (*code).frame_bytes as usize <= machine.limit.load() {
                        if COUNT {
                            machine.mutator.stack.stats.born += 1;
                            machine.count_step();
                        }
                        frame = new;
                        pc = (*code).entry;
                        continue;
                    }
                    go!(machine.enter_slow($callee, new, $count))
                }};
            }
            macro_rules! push_frame {
                ($callee:expr, $length:expr) => {{
                    let new = frame.add(a!() + HEADER_WORDS);
                    let word = ReturnWord::new(pc.add($length).addr(), a!() + HEADER_WORDS);
                    set_return_word(new, word.bits());
                    set_procedure(new, $callee);
                    new
                }};
            }
            macro_rules! reuse_frame {
                ($callee:expr) => {{
                    let from = frame.add(a!() + HEADER_WORDS);
                    set_procedure(frame, $callee);
                    move_down(from, frame, b!());
                }};
            }
            macro_rules! ret {
                ($value:expr) => {{
                    let value: Value = $value;
                    let word = ReturnWord::from_bits(return_word(frame));
                    set_return_word(frame, value.bits());
                    frame = frame.sub(word.distance());
                    pc = std::ptr::with_exposed_provenance(word.address());
                    continue;
                }};
            }

            match Op::assume(*pc.cast::<u8>()) {
                Op::Move => set(frame, a!(), get(frame, b!())),
                Op::Const => {
                    let value = constant!();
                    set(frame, a!(), value);
                    skip_extension!()
                }
                Op::Fixnum => set(frame, a!(), small!()),
                Op::Immediate => set(frame, a!(), immediate!()),
                Op::GlobalRef => {
                    let value = global!(constant!());
                    set(frame, a!(), value);
                    skip_extension!()
                }
                Op::GlobalSet => {
                    let cell = constant!();
                    global!(cell);
                    machine.mutator.heap.store(cell, 0, get(frame, a!()));
                    skip_extension!()
                }
                Op::GlobalDefine => {
                    let cell = constant!();
                    machine.mutator.heap.store(cell, 0, get(frame, a!()));
                    skip_extension!()
                }
                Op::FreeRef => {
                    set(frame, a!(), object::field(procedure(frame), 1 + (b!() | c!() << 8)));
                }
                Op::SelfRef => set(frame, a!(), procedure(frame)),
                Op::CheckBound => {
                    let name = constant!();
                    if get(frame, a!()) == Value::UNBOUND {
                        go!(machine.raise_too_early(At { pc, frame }, name));
                    }
                    skip_extension!()
                }

                Op::EnvOpen => Stack::open_environment(frame, a!(), b!()),
                Op::EnvRef => set(frame, a!(), object::field(get(frame, b!()), c!())),
                Op::EnvSet => machine.mutator.heap.store(get(frame, b!()), c!(), get(frame, a!())),
                Op::EnvClose => {
                    let environment = get(frame, a!());
                    if environment.is_stack_env() {
                        let closed = attempt!(machine.close_environment(environment));
                        set(frame, a!(), closed);
                    }
                }
                Op::EnvFreeRef => {
                    let environment = object::field(procedure(frame), 1 + b!());
                    set(frame, a!(), object::field(environment, c!()));
                }
                Op::EnvFreeSet => {
                    let environment = object::field(procedure(frame), 1 + b!());
                    machine.mutator.heap.store(environment, c!(), get(frame, a!()));
                }

                Op::Closure => {
                    let code = constant_of(object::field(procedure(frame), 0), b!() | c!() << 8);
                    let count = captures_of(code);
                    let closure = attempt!(machine.allocate_closure(1 + count));
                    object::init_field(closure, 0, code);
                    for index in 0..count {
                        let capture = *pc.add(1 + index);
                        let value = if capture >> 31 == 1 {
                            object::field(procedure(frame), 1 + (capture & 0xffff) as usize)
                        } else {
                            get(frame, (capture & 0xff) as usize)
                        };
                        object::init_field(closure, 1 + index, value);
                    }
                    set(frame, a!(), closure);
                    pc = pc.add(1 + count);
                    continue;
                }
                Op::ClosurePatch => {
                    // With the barrier: making the closures may have collected everything, for want
                    // of memory, when the first ones were there.
                    machine.mutator.heap.store(get(frame, a!()), 1 + b!(), get(frame, c!()));
                }

                Op::Call => {
                    let callee = get(frame, a!() + 1);
                    let new = push_frame!(callee, 1);
                    enter!(callee, new, b!())
                }
                Op::CallGlobal => {
                    let callee = global!(constant!());
                    let new = push_frame!(callee, 2);
                    enter!(callee, new, b!())
                }
                Op::CallSelf => {
                    let callee = procedure(frame);
                    let new = push_frame!(callee, 1);
                    enter_known!(callee, new, b!())
                }
                Op::CallKnown => {
                    let callee = get(frame, a!() + 1);
                    let new = push_frame!(callee, 1);
                    enter_known!(callee, new, b!())
                }
                Op::TailCall => {
                    let callee = get(frame, a!() + 1);
                    reuse_frame!(callee);
                    enter!(callee, frame, b!())
                }
                Op::TailCallGlobal => {
                    let callee = global!(constant!());
                    reuse_frame!(callee);
                    enter!(callee, frame, b!())
                }
                Op::TailCallSelf => {
                    let callee = procedure(frame);
                    reuse_frame!(callee);
                    enter_known!(callee, frame, b!())
                }
                Op::TailCallKnown => {
                    let callee = get(frame, a!() + 1);
                    reuse_frame!(callee);
                    enter_known!(callee, frame, b!())
                }
                Op::Return => ret!(get(frame, a!())),
                Op::ReturnImmediate => ret!(immediate!()),

                Op::Jump => jump!(1, *pc.cast::<i32>() >> 8),
                Op::Loop => go_back!(1, *pc.cast::<i32>() >> 8),
                Op::JumpIfFalse => jump_if!(!get(frame, a!()).is_true()),
                Op::JumpIfTrue => jump_if!(get(frame, a!()).is_true()),
                Op::JumpIfNull => jump_if!(get(frame, a!()).is_nil()),
                Op::JumpIfNotNull => jump_if!(!get(frame, a!()).is_nil()),
                Op::JumpIfPair => jump_if!(get(frame, a!()).is_pair()),
                Op::JumpIfNotPair => jump_if!(!get(frame, a!()).is_pair()),
                Op::JumpUnlessEq => {
                    let offset = extension!() as i32;
                    if get(frame, a!()) == get(frame, b!()) {
                        skip_extension!()
                    }
                    jump!(2, offset)
                }
                Op::JumpUnlessSame => {
                    let expected = constant!();
                    if object::field(object::car(expected), 0) == object::cdr(expected) {
                        skip_extension!()
                    }
                    jump!(2, bc!())
                }
                Op::JumpUnlessLt => branch!(fast::lt, arith::lt),
                Op::JumpUnlessLe => branch!(fast::le, arith::le),
                Op::JumpUnlessNumEq => branch!(fast::num_eq, arith::num_eq),
                Op::JumpUnlessLtI => branch!(fast::lt, arith::lt, get(frame, a!()), small!()),
                Op::JumpUnlessLeI => branch!(fast::le, arith::le, get(frame, a!()), small!()),
                Op::JumpUnlessGtI => branch!(fast::lt, arith::lt, small!(), get(frame, a!())),
                Op::JumpUnlessGeI => branch!(fast::le, arith::le, small!(), get(frame, a!())),
                Op::JumpUnlessNumEqI => {
                    branch!(fast::num_eq, arith::num_eq, get(frame, a!()), small!())
                }

                Op::Add => binary!(fast::add, arith::add),
                Op::Sub => binary!(fast::sub, arith::sub),
                Op::Mul => binary!(fast::mul, arith::mul),
                Op::Div => binary!(fast::div, arith::div),
                Op::AddI => add_small!(),
                Op::AddILoop => {
                    add_small!();
                    go_back!(2, extension!() as i32);
                }
                Op::Negate => unary!(fast::negate, arith::negate),
                Op::Abs => unary!(fast::abs, arith::abs),
                Op::Sqrt => unary!(fast::sqrt, number::sqrt_of),
                Op::MulAdd => fused!(fast::mul_add, arith::mul, arith::add, false),
                Op::MulSub => fused!(fast::mul_sub, arith::mul, arith::sub, false),
                Op::SubMul => fused!(fast::sub_mul, arith::mul, arith::sub, true),
                Op::MulMul => fused!(fast::mul_mul, arith::mul, arith::mul, false),
                Op::AddAdd => fused!(fast::add_add, arith::add, arith::add, false),
                Op::SubAdd => fused!(fast::sub_add, arith::sub, arith::add, false),
                Op::Quotient => binary!(fast::quotient, arith::quotient),
                Op::Remainder => binary!(fast::remainder, arith::remainder),
                Op::Modulo => binary!(fast::modulo, arith::modulo),
                Op::BitAnd => binary!(fast::bit_and, arith::bit_and),
                Op::BitOr => binary!(fast::bit_or, arith::bit_or),
                Op::BitXor => binary!(fast::bit_xor, arith::bit_xor),
                Op::Shift => binary!(fast::shift, arith::shift),
                Op::Lt => compare!(fast::lt, arith::lt),
                Op::Le => compare!(fast::le, arith::le),
                Op::NumEq => compare!(fast::num_eq, arith::num_eq),
                Op::Eq => set(frame, a!(), Value::boolean(get(frame, b!()) == get(frame, c!()))),
                Op::Eqv => {
                    let same = equality::eqv(get(frame, b!()), get(frame, c!()));
                    set(frame, a!(), Value::boolean(same));
                }
                Op::Not => set(frame, a!(), Value::boolean(!get(frame, b!()).is_true())),
                Op::IsNull => set(frame, a!(), Value::boolean(get(frame, b!()).is_nil())),
                Op::IsPair => set(frame, a!(), Value::boolean(get(frame, b!()).is_pair())),

                Op::Cons => {
                    let (x, y) = (get(frame, b!()), get(frame, c!()));
                    match machine.mutator.heap.pair(x, y) {
                        Ok(pair) => set(frame, a!(), pair),
                        Err(_) => go!(machine.raise_exhausted(At { pc, frame })),
                    }
                }
                Op::Car => {
                    let pair = pair!(b!(), "car");
                    set(frame, a!(), object::car(pair));
                }
                Op::Cdr => {
                    let pair = pair!(b!(), "cdr");
                    set(frame, a!(), object::cdr(pair));
                }
                Op::Cadr => {
                    let second = second_pair!("cadr");
                    set(frame, a!(), object::car(second));
                }
                Op::Cddr => {
                    let second = second_pair!("cddr");
                    set(frame, a!(), object::cdr(second));
                }
                Op::SetCar => {
                    let pair = pair!(a!(), "set-car!");
                    machine.mutator.heap.set_car(pair, get(frame, b!()));
                }
                Op::SetCdr => {
                    let pair = pair!(a!(), "set-cdr!");
                    machine.mutator.heap.set_cdr(pair, get(frame, b!()));
                }
                Op::VectorRef => {
                    let (vector, index) = (get(frame, b!()), get(frame, c!()));
                    let value = match fast::vector_index(vector, index) {
                        Some(index) => object::field(vector, index),
                        None => attempt!(machine.vector_ref_error(vector, index)),
                    };
                    set(frame, a!(), value);
                }
                Op::VectorRefI => {
                    let vector = get(frame, b!());
                    let value = match fast::vector_holds(vector, c!()) {
                        true => object::field(vector, c!()),
                        false => {
                            attempt!(machine.vector_ref_error(vector, Value::fixnum(c!() as i64)))
                        }
                    };
                    set(frame, a!(), value);
                }
                Op::VectorSet => {
                    let (vector, index) = (get(frame, a!()), get(frame, b!()));
                    match fast::mutable_vector_index(vector, index) {
                        Some(index) => machine.mutator.heap.store(vector, index, get(frame, c!())),
                        None => {
                            attempt!(machine.vector_set_error(vector, index));
                        }
                    }
                }
                Op::VectorLength => {
                    let vector = get(frame, b!());
                    if !object::is_kind(vector, Kind::Vector) {
                        attempt!(machine.vector_length_error(vector));
                    }
                    set(frame, a!(), Value::fixnum(object::size(vector) as i64));
                }
                Op::StringRef => {
                    let (string, index) = (get(frame, b!()), get(frame, c!()));
                    let value = match fast::narrow_char(string, index) {
                        Some(value) => value,
                        None => attempt!(prim::string::string_ref(cx!(), &[string, index])),
                    };
                    set(frame, a!(), value);
                }
                Op::BytesRef => {
                    let (bytes, index) = (get(frame, b!()), get(frame, c!()));
                    let value = match fast::byte_index(bytes, index) {
                        Some(index) => Value::fixnum(i64::from(object::byte(bytes, index))),
                        None => {
                            attempt!(prim::bytevector::bytevector_u8_ref(cx!(), &[bytes, index]))
                        }
                    };
                    set(frame, a!(), value);
                }
                Op::BytesSet => {
                    let (bytes, index, byte) =
                        (get(frame, a!()), get(frame, b!()), get(frame, c!()));
                    match fast::mutable_byte_index(bytes, index, byte) {
                        Some((index, byte)) => object::set_byte(bytes, index, byte),
                        None => {
                            let arguments = [bytes, index, byte];
                            attempt!(prim::bytevector::bytevector_u8_set(cx!(), &arguments));
                        }
                    }
                }
                Op::RecordRef => {
                    let word = 1 + extension!() as usize;
                    let record = record!(word);
                    set(frame, a!(), object::field(record, word));
                    skip_extension!()
                }
                Op::RecordSet => {
                    let word = 1 + extension!() as usize;
                    let record = record!(word);
                    machine.mutator.heap.store(record, word, get(frame, a!()));
                    skip_extension!()
                }
                Op::RecordIs => {
                    let is = fast::is_record(get(frame, b!()), get(frame, c!()));
                    set(frame, a!(), Value::boolean(is));
                }

                Op::Prim1 => {
                    let prim = machine.prims[extension!() as usize];
                    let value = attempt!((prim.run)(cx!(), slice(frame, b!(), 1)));
                    set(frame, a!(), value);
                    skip_extension!()
                }
                Op::Prim2 => {
                    let prim = machine.prims[extension!() as usize];
                    let arguments = [get(frame, b!()), get(frame, c!())];
                    let value = attempt!((prim.run)(cx!(), &arguments));
                    set(frame, a!(), value);
                    skip_extension!()
                }
                Op::PrimN => {
                    let prim = machine.prims[extension!() as usize];
                    let value = attempt!((prim.run)(cx!(), slice(frame, b!(), c!())));
                    set(frame, a!(), value);
                    skip_extension!()
                }

                Op::Machine => {
                    go!(machine.procedure(At { pc: pc.add(1), frame }, (b!() | c!() << 8) as u16))
                }
                Op::Capture => {
                    let Some(k) = machine.capture(frame) else {
                        go!(machine.exhausted_in_machine(frame, 1))
                    };
                    let callee = get(frame, 0);
                    set(frame, 0, k);
                    set_procedure(frame, callee);
                    enter!(callee, frame, 1)
                }
                Op::Throw => {
                    let k = procedure(frame);
                    let state = object::field(k, CONTINUATION_STATE);
                    let host = object::field(k, CONTINUATION_HOST);
                    if state != machine.mutator.roots[RootSlot::DynamicState]
                        || host != host_call(machine.mutator)
                    {
                        go!(machine.throw_one(frame));
                    }
                    let value = get(frame, 0);
                    resume!(machine.mutator.stack.throw(continuation_position(k), value), value)
                }
                Op::Underflow => {
                    let value = Value::from_bits(return_word(frame));
                    resume!(machine.mutator.stack.underflow(value), value)
                }
                Op::Halt => return Outcome::Value(Value::from_bits(return_word(frame))),
            }
            // The next instruction, after one without an extension word that did not jump.
            pc = pc.add(1);
        }
    }
}
