//! Reading and writing the registers of the running frame, unchecked.
//!
//! *Validity*: a frame pointer is that of the running frame of the thread's stack; the compiler (and,
//! in debug builds, the bytecode verifier) sees to it that register numbers are below the frame size,
//! and entry to a procedure that the frame fits the region.

use lisle_gc::Value;

/// Register `index` of the frame.
///
/// # Safety
/// See the module's validity section.
#[inline(always)]
pub unsafe fn get(frame: *mut u64, index: usize) -> Value {
    // SAFETY: promised by the caller.
    unsafe { Value::from_bits(*frame.add(index)) }
}

/// Sets register `index` of the frame.
///
/// # Safety
/// See the module's validity section.
#[inline(always)]
pub unsafe fn set(frame: *mut u64, index: usize, value: Value) {
    // SAFETY: promised by the caller.
    unsafe { *frame.add(index) = value.bits() }
}

/// The procedure that runs in the frame.
///
/// # Safety
/// See the module's validity section.
#[inline(always)]
pub unsafe fn procedure(frame: *mut u64) -> Value {
    // SAFETY: the header lies below every frame pointer.
    unsafe { Value::from_bits(*frame.sub(1)) }
}

/// Sets the procedure that runs in the frame.
///
/// # Safety
/// See the module's validity section.
#[inline(always)]
pub unsafe fn set_procedure(frame: *mut u64, procedure: Value) {
    // SAFETY: the header lies below every frame pointer.
    unsafe { *frame.sub(1) = procedure.bits() }
}

/// The frame's return word.
///
/// # Safety
/// See the module's validity section.
#[inline(always)]
pub unsafe fn return_word(frame: *mut u64) -> u64 {
    // SAFETY: the header lies below every frame pointer.
    unsafe { *frame.sub(2) }
}

/// Sets the frame's return word (or, on return, delivers the result there).
///
/// # Safety
/// See the module's validity section.
#[inline(always)]
pub unsafe fn set_return_word(frame: *mut u64, bits: u64) {
    // SAFETY: the header lies below every frame pointer.
    unsafe { *frame.sub(2) = bits }
}

/// Moves `count` words of a region to lower addresses: the arguments of a tail call.
///
/// One by one: they were written one by one a moment ago, which wider reads would have to wait for.
///
/// # Safety
/// See the module's validity section.
#[inline(always)]
pub unsafe fn move_down(from: *mut u64, to: *mut u64, count: usize) {
    for index in 0..count {
        // SAFETY: promised by the caller.
        unsafe { to.add(index).write_volatile(from.add(index).read_volatile()) };
    }
}

/// The first `count` registers as a slice: the arguments of a primitive.
///
/// # Safety
/// See the module's validity section; the registers are not written while the slice lives.
#[inline(always)]
pub unsafe fn slice<'a>(frame: *mut u64, first: usize, count: usize) -> &'a [Value] {
    // SAFETY: promised by the caller; `Value` is a transparent word.
    unsafe { std::slice::from_raw_parts(frame.add(first).cast::<Value>(), count) }
}
