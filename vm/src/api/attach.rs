//! Which mutator the calling thread runs as, for each VM.
//!
//! A thread has a list of *entries*: one for each VM it is attached to, and one for each procedure
//! of the host that runs in it, whose mutator is that of the thread that called it. Whoever wants to
//! work with a VM takes the topmost entry of that VM, or attaches for the moment.
//!
//! Of the mutators of a thread one is *current*, and runs. When the thread turns to another one, the
//! one before is suspended: it is in native state, so collections of its VM go on, until the thread
//! comes back to it ([`make_current`]). So a thread never waits for one world while it keeps another
//! one waiting. What may be suspended is code of the host in which guest code might run as well, and
//! which therefore holds no values; one with a window open is left running: its locals are plain words,
//! so it cannot count as stopped. What a thread does in a window must therefore not wait for another
//! thread, and turning to another machine waits for who collects there (docs/embedding.md).
//!
//! # Validity
//! The pointer in an entry is good as long as the entry is there. An entry that owns its mutator
//! drops the pointer with it. The entry of a procedure of the host is pushed and popped by
//! [`in_host_procedure`], around which its mutator lives. Mutable references made from the pointer
//! live while one operation of the mutator runs, and are used by nobody else: entries belong to one
//! thread, and when such an operation calls code of the host, it does not touch the mutator until
//! that has returned. That code may suspend the mutator, so what goes on with it afterwards makes it
//! current first. (`Mutator` is `!Unpin`, see `lisle_threads::world`: references to it may be
//! live, unused, while another one is used.)

use super::error::{Error, ErrorKind};
use crate::vm::VmShared;
use lisle_gc::{Reason, Value};
use lisle_threads::{HostState, Mutator, RootSlot};
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::ptr;
use std::sync::Arc;

struct Entry {
    vm: *const VmShared,
    mutator: *mut Mutator,
    /// What keeps the mutator, when this entry does.
    owned: Option<Box<Owned>>,
}

struct Owned {
    /// Names the entry; guards hold it.
    number: u64,
    guards: usize,
    mutator: Box<Mutator>,
    vm: Arc<VmShared>,
}

thread_local! {
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    /// The mutator that is current, if one is; it has an entry.
    static CURRENT: Cell<*mut Mutator> = const { Cell::new(ptr::null_mut()) };
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(owned) = self.owned.take() {
            let Owned { mutator, vm, .. } = *owned;
            make_current(self.mutator);
            CURRENT.set(ptr::null_mut());
            let resting = mutator.rest();
            let mut others = vm.resting.lock();
            if others.len() < RESTING_MOST {
                others.push(resting);
            }
        }
    }
}

/// How many mutators without a thread a VM keeps.
const RESTING_MOST: usize = 64;

/// Makes this mutator, which has an entry or is about to get one, the one that runs on this thread.
/// Waits while its world is stopped.
#[inline]
pub(crate) fn make_current(mutator: *mut Mutator) {
    if CURRENT.get() != mutator {
        turn_to(mutator);
    }
}

#[cold]
fn turn_to(mutator: *mut Mutator) {
    suspend_current();
    // SAFETY: see Validity.
    unsafe { &mut *mutator }.resume();
    CURRENT.set(mutator);
}

/// For a mutator whose thread has run code of the host that knew nothing of it.
pub(crate) fn come_back(mutator: &mut Mutator) {
    if mutator.is_suspended() {
        turn_to(mutator);
    }
}

/// Suspends the current mutator, if it can be; none is current then.
fn suspend_current() {
    let current = CURRENT.replace(ptr::null_mut());
    if current.is_null() {
        return;
    }
    // SAFETY: see Validity: it has an entry, and what the thread does with it is code of the host.
    let current = unsafe { &mut *current };
    // It may be in native state on its own account, in a subscriber to events.
    if current.host == HostState::Open && !current.is_native() {
        current.suspend();
    }
}

/// Runs `work` on the calling thread's mutator of this VM, attaching for the call if there is none.
/// `work` may collect.
pub(crate) fn with<R>(
    vm: &Arc<VmShared>,
    work: impl FnOnce(&mut Mutator, &VmShared) -> Result<R, Error>,
) -> Result<R, Error> {
    let (_guard, mutator) = match take_current(Arc::as_ptr(vm))? {
        Some(taken) => taken,
        None => push_owned(vm)?,
    };
    make_current(mutator);
    // SAFETY: see Validity; the guard keeps the entry.
    work(unsafe { &mut *mutator }, vm)
}

/// The same for a VM that is known by its address only: `None` when the thread is not attached.
pub(crate) fn with_known<R>(
    vm: *const VmShared,
    work: impl FnOnce(&mut Mutator, &VmShared) -> Result<R, Error>,
) -> Result<Option<R>, Error> {
    let Some((_guard, mutator)) = take_current(vm)? else { return Ok(None) };
    make_current(mutator);
    // SAFETY: see Validity; the guard keeps the entry, and an entry's VM outlives it.
    unsafe { work(&mut *mutator, &*vm) }.map(Some)
}

/// Keeps the calling thread attached to a VM.
#[derive(Debug)]
pub(crate) struct Guard {
    /// The number of the entry, if it is one that guards keep. That of a procedure of the host is
    /// kept by the run that called it, which is inside a `with` or the life of a guest thread.
    number: Option<u64>,
    /// Attachments belong to their thread.
    _thread: PhantomData<*mut ()>,
}

impl Guard {
    /// Attaches the calling thread, unless it is.
    pub(crate) fn attach(vm: &Arc<VmShared>) -> Result<Guard, Error> {
        let (guard, mutator) = match take_current(Arc::as_ptr(vm))? {
            Some(taken) => taken,
            None => push_owned(vm)?,
        };
        make_current(mutator);
        Ok(guard)
    }
}

/// The mutator of the topmost entry of this VM, if guest code may run on it, and a guard of it.
fn take_current(vm: *const VmShared) -> Result<Option<(Guard, *mut Mutator)>, Error> {
    ENTRIES.with_borrow_mut(|entries| {
        let found = entries.iter_mut().rev().find(|entry| ptr::eq(entry.vm, vm));
        let Some(entry) = found else { return Ok(None) };
        // SAFETY: see Validity.
        let mutator = unsafe { &*entry.mutator };
        match mutator.host {
            // In a subscriber to events: the thread is in native state on its own account.
            HostState::Open if is_busy(mutator) => return Ok(None),
            HostState::Open => {}
            HostState::Native => return Ok(None),
            HostState::Windows(_) => {
                let message = "guest code cannot run while a window on its values is open";
                return Err(Error::of_kind(ErrorKind::Window, message));
            }
        }
        let number = entry.owned.as_mut().map(|owned| {
            owned.guards += 1;
            owned.number
        });
        Ok(Some((Guard { number, _thread: PhantomData }, entry.mutator)))
    })
}

/// Is it in native state, and not because its thread has turned to another one?
fn is_busy(mutator: &Mutator) -> bool {
    !mutator.is_suspended() && mutator.is_native()
}

fn push_owned(vm: &Arc<VmShared>) -> Result<(Guard, *mut Mutator), Error> {
    suspend_current();
    let resting = vm.resting.lock().pop();
    let mut mutator = match resting {
        Some(resting) => resting.wake(),
        None => vm.world.attach("host").map_err(|error| {
            Error::of_kind(ErrorKind::System, format!("the thread cannot be attached: {error}"))
        })?,
    };
    if vm.heap.collection_wanted() && mutator.heap.pair(Value::NIL, Value::NIL).is_err() {
        // What fills the heap may be what the last evaluation left.
        mutator.collect(Reason::HeapLimit);
    }
    mutator.roots[RootSlot::DynamicState] = vm.first_state();
    let number = VmShared::next_nested();
    let pointer = &raw mut *mutator;
    let owned = Box::new(Owned { number, guards: 1, mutator, vm: Arc::clone(vm) });
    let entry = Entry { vm: Arc::as_ptr(vm), mutator: pointer, owned: Some(owned) };
    ENTRIES.with_borrow_mut(|entries| entries.push(entry));
    CURRENT.set(pointer);
    Ok((Guard { number: Some(number), _thread: PhantomData }, pointer))
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        // At the end of the thread the entries may be gone already.
        let gone = ENTRIES.try_with(|entries| {
            let mut entries = entries.borrow_mut();
            let at = entries.iter().rposition(|entry| {
                entry.owned.as_ref().is_some_and(|owned| owned.number == number)
            })?;
            let owned = entries[at].owned.as_mut()?;
            owned.guards -= 1;
            (owned.guards == 0).then(|| entries.remove(at))
        });
        // Dropped outside the borrow: dropping may run the host's code.
        drop(gone);
    }
}

/// Runs `work` as a procedure of the host called by this mutator. Guest code may run where it says so
/// ([`opened`]).
pub(crate) fn in_host_procedure<R>(
    mutator: &mut Mutator,
    vm: &VmShared,
    work: impl FnOnce(&mut Mutator) -> R,
) -> R {
    struct Pop {
        mutator: *mut Mutator,
        /// What was current before: this mutator, or none.
        before: *mut Mutator,
        state: HostState,
    }
    impl Drop for Pop {
        fn drop(&mut self) {
            make_current(self.mutator);
            let is_last = ENTRIES.with_borrow_mut(|entries| {
                let own = entries.pop_if(|entry| is_of_call(entry, self.mutator));
                // There is nothing in it to be dropped.
                own.map(std::mem::forget).is_some()
            });
            if !is_last {
                remove_from_below(self.mutator);
            }
            CURRENT.set(self.before);
            set_state(self.mutator, self.state);
        }
    }
    let pointer = &raw mut *mutator;
    let entry = Entry { vm, mutator: pointer, owned: None };
    ENTRIES.with_borrow_mut(|entries| entries.push(entry));
    let state = set_state(pointer, HostState::Windows(1));
    let _pop = Pop { mutator: pointer, before: CURRENT.replace(pointer), state };
    // SAFETY: see Validity: this function's own reference is not used meanwhile.
    work(unsafe { &mut *pointer })
}

/// Is this the entry of a procedure of the host that this mutator has called?
#[inline(always)]
fn is_of_call(entry: &Entry, mutator: *mut Mutator) -> bool {
    entry.owned.is_none() && ptr::eq(entry.mutator, mutator)
}

/// Removes the entry of a procedure of the host, and what guards have left above it. Guards from below
/// may be gone, so the entry is found by what it is.
#[cold]
fn remove_from_below(mutator: *mut Mutator) {
    let above = ENTRIES.with_borrow_mut(|entries| {
        let own = entries.iter().rposition(|entry| is_of_call(entry, mutator));
        own.map_or(Vec::new(), |own| entries.split_off(own))
    });
    // Dropped outside the borrow.
    drop(above);
    make_current(mutator);
}

/// Runs `work`, a part of a procedure of the host in which guest code may run.
pub(crate) fn opened<R>(mutator: &mut Mutator, work: impl FnOnce(&mut Mutator) -> R) -> R {
    let pointer = &raw mut *mutator;
    make_current(pointer);
    let _restore = Restore { mutator: pointer, state: set_state(pointer, HostState::Open) };
    // SAFETY: see Validity: this function's own reference is not used meanwhile.
    work(unsafe { &mut *pointer })
}

/// Runs `work`, during which guest code may not run on this mutator.
pub(crate) fn in_window<R>(mutator: &mut Mutator, work: impl FnOnce(&mut Mutator) -> R) -> R {
    let pointer = &raw mut *mutator;
    make_current(pointer);
    let state = match mutator.host {
        HostState::Windows(count) => HostState::Windows(count + 1),
        HostState::Open | HostState::Native => HostState::Windows(1),
    };
    let _restore = Restore { mutator: pointer, state: set_state(pointer, state) };
    // SAFETY: see Validity: this function's own reference is not used meanwhile.
    work(unsafe { &mut *pointer })
}

/// Runs `work` in native state: collections go on meanwhile.
///
/// # Panics
/// When `work` attached the thread and did not detach it.
pub(crate) fn in_native<R>(mutator: &mut Mutator, work: impl FnOnce() -> R) -> R {
    let pointer = &raw mut *mutator;
    make_current(pointer);
    // Entries that are made from here on have greater numbers.
    let began = VmShared::next_nested();
    let restore = Restore { mutator: pointer, state: set_state(pointer, HostState::Native) };
    CURRENT.set(ptr::null_mut());
    // SAFETY: see Validity: this function's own reference is not used meanwhile.
    let result = unsafe { &mut *pointer }.native(|| {
        let result = work();
        let is_left = |entry: &mut Entry| entry.owned.as_ref().is_some_and(|o| o.number > began);
        let left: Vec<Entry> =
            ENTRIES.with_borrow_mut(|entries| entries.extract_if(.., is_left).collect());
        let is_left = !left.is_empty();
        drop(left);
        suspend_current();
        assert!(!is_left, "a guard that was made in a blocking call must not outlive it");
        result
    });
    drop(restore);
    result
}

struct Restore {
    mutator: *mut Mutator,
    state: HostState,
}

impl Drop for Restore {
    fn drop(&mut self) {
        make_current(self.mutator);
        set_state(self.mutator, self.state);
    }
}

/// Changes what code of the host may do with this mutator, which has an entry or is about to get one;
/// what it might before.
fn set_state(mutator: *mut Mutator, state: HostState) -> HostState {
    // SAFETY: see Validity.
    std::mem::replace(unsafe { &mut (*mutator).host }, state)
}
