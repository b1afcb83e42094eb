//! A virtual machine: what its threads share, and how it is made.

use crate::api::Loaders;
use crate::bytecode::code::{Code, CodeKind, CodeParts, GENERAL};
use crate::bytecode::isa::Op;
use crate::capability::Capabilities;
use crate::condition;
use crate::cx::Cx;
use crate::events;
use crate::front::Front;
use crate::globals::{GlobalId, Globals};
use crate::interp::host::HostProcedure;
use crate::interp::procedures::{FRAME_SIZE, Procedure};
use crate::limits::timer::Timer;
use crate::load::Loader;
use crate::places::{self, SourcePlaces};
use crate::prim::port::Console;
use crate::prim::promise::PromiseLocks;
use crate::prim::{self, PrimId};
use crate::source::{Sources, Span};
use crate::symbols::{Sym, Symbols};
use lisle_frames::{FrameShape, Live, Site, StackConfig};
use lisle_gc::{
    Heap, HeapConfig, HeapExhausted, Kind, LocalHeap, Root, RootSource, RootVisitor, Stress, Value,
    object,
};
use lisle_threads::{Mutator, Resting, RootSlot, World, WorldConfig};
use parking_lot::Mutex;
use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

/// How a virtual machine is made.
///
/// ```
/// use lisle::{Vm, VmConfig};
/// let config = VmConfig { owns_process: false, stress_region: true, ..VmConfig::default() };
/// assert_eq!(Vm::with_config(config)?.eval::<i64>("(+ 1 2)")?, 3);
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct VmConfig {
    /// The most bytes the heap may take; `None` for three quarters of the machine's memory.
    pub heap_limit: Option<usize>,
    /// Ask for a collection at every allocation, with freed memory poisoned.
    pub stress_collections: bool,
    /// Promote every frame at every call.
    pub stress_frames: bool,
    /// Promote frames when ten or so are on a stack: the smallest region there is.
    pub stress_region: bool,
    /// A nursery of one block, with freed memory poisoned.
    pub stress_nursery: bool,
    /// A seed for random schedules of threads.
    pub stress_schedule: Option<u64>,
    /// Make the n-th request of the main thread for memory fail, once the machine is set up, and the
    /// one after it, so that trying again after a collection does not help.
    pub fail_allocation: Option<u64>,
    /// Verify the whole heap around every collection.
    pub verify_heap: bool,
    /// Print what the VM did when the program ends.
    pub show_stats: bool,
    /// Count calls (for `--stats`, and for `calls` in events).
    pub count_calls: bool,
    /// A thread that takes longer to stop for a collection is named in a warning.
    pub late_stop: Duration,
    /// How many records each thread keeps until they can be traced; more are lost.
    pub ring_records: usize,
    /// Words of a thread's stack region.
    pub region_words: usize,
    /// What `(command-line)` returns.
    pub command_line: Vec<String>,
    /// Where libraries are looked for, besides the program's own folder.
    pub library_path: Vec<std::path::PathBuf>,
    /// How errors that end a thread or a program are shown on standard error.
    pub error_format: ErrorFormat,
    /// Where libraries are looked for before that.
    pub loaders: Loaders,
    /// The first budget of the nursery in bytes; `None` for the heap's own.
    pub nursery_bytes: Option<usize>,
    /// Does the program own the process? `exit` in a thread ends it then; otherwise only the run.
    pub owns_process: bool,
    /// Report when every thread waits for another one? Not when threads of the host may come later
    /// and wake them.
    pub deadlock_detection: bool,
    /// How many bytes of native stack calls between host and guest may take, one inside the other.
    pub host_stack_bytes: usize,
    /// What programs may do outside the heap.
    pub capabilities: Capabilities,
}

/// How errors are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ErrorFormat {
    /// With an excerpt of the program, for people.
    #[default]
    Text,
    /// As one JSON object a line, for tools.
    Json,
}

impl Default for VmConfig {
    fn default() -> VmConfig {
        VmConfig {
            heap_limit: None,
            stress_collections: false,
            stress_frames: false,
            stress_region: false,
            stress_nursery: false,
            stress_schedule: None,
            fail_allocation: None,
            verify_heap: false,
            show_stats: false,
            count_calls: false,
            late_stop: Duration::from_millis(10),
            ring_records: HeapConfig::default().ring_records,
            region_words: 128 * 1024,
            command_line: vec!["lisle".to_owned()],
            library_path: Vec::new(),
            error_format: ErrorFormat::Text,
            loaders: Loaders::default(),
            nursery_bytes: None,
            owns_process: true,
            deadlock_detection: true,
            host_stack_bytes: 512 << 10,
            capabilities: Capabilities::NONE,
        }
    }
}

static UNDERFLOW_CODE: [u32; 1] = [Op::Underflow as u32];
static HALT_CODE: [u32; 1] = [Op::Halt as u32];

/// What the threads of a virtual machine share.
pub struct VmShared {
    /// The configuration.
    pub config: VmConfig,
    /// The heap.
    pub heap: Arc<Heap>,
    /// The threads.
    pub world: Arc<World>,
    /// The symbols.
    pub symbols: Symbols,
    /// The source texts.
    pub sources: Sources,
    /// The global variables.
    pub globals: Globals,
    /// The console and the open output ports.
    pub console: Console,
    /// What keeps the steps of promises apart.
    pub(crate) promises: PromiseLocks,
    /// The clock of limited evaluations.
    pub(crate) timer: Timer,
    /// Reader, expander and compiler.
    pub(crate) front: Front,
    /// Makes code of what the compiler gives.
    pub(crate) loader: Loader,
    machine_codes: OnceLock<Vec<Value>>,
    condition_type: OnceLock<Value>,
    heap_exhausted: OnceLock<Value>,
    first_state: OnceLock<Value>,
    /// A weak table of numbers, for hashes by identity.
    identities: OnceLock<Root>,
    /// What tells the end of a form of a program from that of a thread.
    form_tag: OnceLock<Root>,
    raise_cell: OnceLock<Value>,
    rewind_cell: OnceLock<Value>,
    /// Set when the program is to end as soon as threads notice.
    pub(crate) interrupted: AtomicBool,
    /// This machine.
    this: Weak<VmShared>,
    /// Handles that the host has.
    pub(crate) handles: AtomicUsize,
    /// Mutators for threads of the host that attach.
    pub(crate) resting: Mutex<Vec<Resting>>,
}

/// Knows the registers of loaded code.
struct LoadedShape;

impl FrameShape for LoadedShape {
    fn live(&self, procedure: Value, address: usize) -> Live<'_> {
        // SAFETY: a procedure in a frame, which keeps its code (GC-13) for as long as the stack's
        // owner, or a collection, looks at the frame.
        let code: &'static Code = unsafe { &*Code::of(procedure) };
        match (code.index_of(address), code.kind) {
            (None, _) => Live::Nothing,
            (Some(index), CodeKind::Compiled) => Live::Bits(code.live_before(index)),
            (Some(_), _) => Live::Everything,
        }
    }

    fn site(&self, procedure: Value, address: Option<usize>) -> Site {
        // SAFETY: as in `live`.
        let code: &'static Code = unsafe { &*Code::of(procedure) };
        places::site_of(code, address)
    }
}

/// The number of the next VM of this process, from 1 on.
fn next_number() -> u64 {
    static MADE: AtomicU64 = AtomicU64::new(0);
    // Relaxed: only a number that differs from the others.
    MADE.fetch_add(1, Ordering::Relaxed) + 1
}

struct SharedRoots(Weak<VmShared>);

impl RootSource for SharedRoots {
    fn visit_roots(&mut self, visitor: &mut dyn RootVisitor) {
        if let Some(vm) = self.0.upgrade() {
            vm.visit_roots(visitor);
        }
    }

    fn forget_dead(&mut self, visitor: &dyn RootVisitor) {
        if let Some(vm) = self.0.upgrade() {
            vm.symbols.forget_dead(|object| visitor.is_alive(object));
        }
    }

    fn after_collection(&mut self) {
        if let Some(vm) = self.0.upgrade() {
            vm.loader.after_collection(&vm.heap);
        }
    }
}

impl Drop for VmShared {
    fn drop(&mut self) {
        self.world.emit_rest();
        events::ended(self);
    }
}

impl VmShared {
    /// A virtual machine, and the calling thread as its first mutator.
    ///
    /// # Errors
    /// When the system refuses the memory.
    pub fn new(config: VmConfig) -> io::Result<(Arc<VmShared>, Box<Mutator>)> {
        let mut heap_config = HeapConfig {
            verify: config.verify_heap,
            vm: next_number(),
            ring_records: config.ring_records,
            ..HeapConfig::default()
        };
        if let Some(limit) = config.heap_limit {
            heap_config.heap_limit = limit;
        }
        heap_config.stress = Stress {
            collect_always: config.stress_collections,
            poison: config.stress_collections || config.stress_nursery,
            tiny_nursery: config.stress_nursery,
        };
        if let Some(bytes) = config.nursery_bytes {
            heap_config.nursery_bytes = bytes;
        }
        let heap = Heap::new(heap_config)?;
        let stack = StackConfig {
            region_words: if config.stress_region { 0 } else { config.region_words },
            underflow_code: UNDERFLOW_CODE.as_ptr().expose_provenance(),
            shape: &LoadedShape,
        };
        let world_config = WorldConfig {
            late_stop: config.late_stop,
            deadlock_detection: config.deadlock_detection,
            schedule: config.stress_schedule,
            ..WorldConfig::new(stack)
        };
        let world = World::new(heap.clone(), world_config);
        let loader = Loader::new(heap.config().stress.poison);
        let vm = Arc::new_cyclic(|this| VmShared {
            config,
            heap,
            world,
            symbols: Symbols::default(),
            sources: Sources::default(),
            globals: Globals::default(),
            console: Console::default(),
            promises: PromiseLocks::default(),
            timer: Timer::default(),
            front: Front::default(),
            loader,
            machine_codes: OnceLock::new(),
            condition_type: OnceLock::new(),
            heap_exhausted: OnceLock::new(),
            first_state: OnceLock::new(),
            identities: OnceLock::new(),
            form_tag: OnceLock::new(),
            raise_cell: OnceLock::new(),
            rewind_cell: OnceLock::new(),
            interrupted: AtomicBool::new(false),
            this: this.clone(),
            handles: AtomicUsize::new(0),
            resting: Mutex::default(),
        });
        vm.world.add_root_source(Box::new(SharedRoots(Arc::downgrade(&vm))));
        vm.world.set_places(Box::new(SourcePlaces(Arc::downgrade(&vm))));
        events::started(&vm);
        let mut mutator = vm.world.attach("main")?;
        vm.bootstrap(&mut mutator).map_err(|HeapExhausted| io::ErrorKind::OutOfMemory)?;
        crate::threads::install(&vm);
        mutator.heap.fail_allocation(vm.config.fail_allocation.unwrap_or(0), 1);
        Ok((vm, mutator))
    }

    /// Makes what everything else needs: machine procedures, the condition type, the raise path.
    fn bootstrap(&self, mutator: &mut Mutator) -> Result<(), HeapExhausted> {
        let heap = &mut mutator.heap;
        let machine_codes = Procedure::ALL.iter().map(|each| self.load_machine_code(heap, *each));
        self.machine_codes.set(machine_codes.collect::<Result<_, _>>()?).expect("made once");
        let condition_type = heap.object_in_old(Kind::RecordType, 4)?;
        object::init_field(condition_type, 3, Value::fixnum(-1));
        self.condition_type.set(condition_type).expect("a VM is made once");
        let exhausted = heap.object_in_old(Kind::Record, condition::SIZE)?;
        object::init_field(exhausted, 0, condition_type);
        self.heap_exhausted.set(exhausted).expect("a VM is made once");
        let identities = prim::hash_table::make_identities(heap)?;
        self.identities.set(self.heap.add_root(identities)).expect("a VM is made once");
        let tag = mutator.heap.pair_in_old(Value::NIL, Value::NIL)?;
        self.form_tag.set(self.heap.add_root(tag)).expect("a VM is made once");
        let state = filled_state(mutator.heap.object_in_old(Kind::Vector, 3)?, Value::NIL);
        self.first_state.set(state).expect("a VM is made once");
        mutator.roots[RootSlot::DynamicState] = state;
        self.name_bootstrap_objects(mutator, condition_type, exhausted);
        let raise = self.front.require(self, mutator, "%raise-condition");
        let raise = raise.map_err(|_| HeapExhausted)?;
        self.raise_cell.set(raise).expect("a VM is made once");
        let rewind = self.front.require(self, mutator, "%rewind-and-throw");
        let rewind = rewind.map_err(|_| HeapExhausted)?;
        self.rewind_cell.set(rewind).expect("a VM is made once");
        Ok(())
    }

    fn name_bootstrap_objects(&self, mutator: &mut Mutator, kind: Value, exhausted: Value) {
        let mut cx = Cx::new(mutator, self);
        let names = ["kind", "message", "irritants", "trace", "host"];
        let fields: Vec<Value> =
            names.iter().map(|name| cx.intern(name).expect("an empty heap has room")).collect();
        let name = cx.intern("condition").expect("an empty heap has room");
        let fields = cx.vector(&fields).expect("an empty heap has room");
        let heap_exhausted = cx.intern("heap-exhausted").expect("an empty heap has room");
        let message = cx.string("heap limit reached").expect("an empty heap has room");
        let heap = cx.heap();
        heap.store(kind, 0, name);
        heap.store(kind, 1, fields);
        heap.store(kind, 2, Value::FALSE);
        heap.store(exhausted, condition::KIND, heap_exhausted);
        heap.store(exhausted, condition::MESSAGE, message);
        heap.store(exhausted, condition::IRRITANTS, Value::NIL);
        heap.store(exhausted, condition::TRACE, Value::FALSE);
        heap.store(exhausted, condition::HOST, Value::FALSE);
    }

    /// A handle of this machine that does not keep it alive.
    pub(crate) fn this(&self) -> Weak<VmShared> {
        self.this.clone()
    }
    /// The type of conditions.
    pub fn condition_type(&self) -> Value {
        *self.condition_type.get().expect("made by bootstrap")
    }
    /// The condition that says the heap limit is reached. There is only one: making it needs no room.
    pub fn heap_exhausted_condition(&self) -> Value {
        *self.heap_exhausted.get().expect("made by bootstrap")
    }
    /// The weak table in which objects are numbered.
    pub(crate) fn identities(&self) -> Value {
        self.identities.get().expect("made by bootstrap").get()
    }
    /// The dynamic state of threads that inherit nothing. Dynamic states never change.
    pub(crate) fn first_state(&self) -> Value {
        *self.first_state.get().expect("made by bootstrap")
    }
    /// What `%run-form` marks its answers with.
    pub(crate) fn form_tag(&self) -> Value {
        self.form_tag.get().expect("made by bootstrap").get()
    }
    /// The number and the value of a form of a program, if that is what has ended. A continuation
    /// may make a form end on a thread, or a thread's thunk where a form ran.
    pub(crate) fn form_ended(&self, answer: Value) -> Option<(i64, Value)> {
        if !answer.is_pair() || object::car(answer) != self.form_tag() {
            return None;
        }
        let inner = object::cdr(answer);
        Some((object::car(inner).as_fixnum()?, object::cdr(inner)))
    }
    /// The Scheme procedure that errors of primitives are passed to.
    pub(crate) fn raise_procedure(&self) -> Value {
        object::field(*self.raise_cell.get().expect("made by bootstrap"), 0)
    }
    /// The Scheme procedure that throws to a continuation with other winders.
    pub(crate) fn rewind_procedure(&self) -> Value {
        object::field(*self.rewind_cell.get().expect("made by bootstrap"), 0)
    }
    /// Where a handler that must not return would return to.
    pub(crate) fn halt_code(&self) -> usize {
        HALT_CODE.as_ptr().expose_provenance()
    }
    /// The code of a machine procedure.
    pub(crate) fn machine_code(&self, procedure: Procedure) -> Value {
        self.machine_codes.get().expect("made by bootstrap")[procedure as usize]
    }
    /// Are calls counted?
    #[inline]
    pub(crate) fn counts_calls(&self) -> bool {
        self.config.count_calls
    }
    /// Is every frame promoted at every call?
    #[inline]
    pub(crate) fn promotes_always(&self) -> bool {
        self.config.stress_frames
    }
    /// Does every call poll?
    #[inline]
    pub(crate) fn polls_always(&self) -> bool {
        self.config.stress_frames
    }

    fn load_machine_code(
        &self,
        heap: &mut LocalHeap,
        procedure: Procedure,
    ) -> Result<Value, HeapExhausted> {
        let entry = crate::interp::procedures::entry_of(procedure);
        let name = entry.map(|entry| self.symbols.intern(entry.name));
        let native_arity = entry.map_or((0, prim::ANY), |entry| (entry.min, entry.max));
        self.loader.load(heap, stub(CodeKind::Machine, procedure, native_arity, name))
    }
    /// The code of a primitive's stub.
    pub(crate) fn load_primitive(
        &self,
        heap: &mut LocalHeap,
        id: PrimId,
    ) -> Result<Value, HeapExhausted> {
        let prim = prim::all()[id.0 as usize];
        let name = Some(self.symbols.intern(prim.name));
        let arity = (prim.min, prim.max);
        self.loader.load(heap, stub(CodeKind::Primitive(id), Procedure::Primitive, arity, name))
    }
    /// The code of a procedure of the host; `arity` as of a primitive.
    pub(crate) fn load_host(
        &self,
        heap: &mut LocalHeap,
        host: Box<dyn HostProcedure>,
        arity: (u8, u8),
        name: Option<Sym>,
    ) -> Result<Value, HeapExhausted> {
        let parts = stub(CodeKind::Host, Procedure::Host, arity, name);
        self.loader.load(heap, CodeParts { host: Some(host), ..parts })
    }
    /// A number for a call of guest code by host code; see `lisle_threads::Nested`.
    pub(crate) fn next_nested() -> u64 {
        thread_local! {
            static OWN: Cell<u64> = const { Cell::new(0) };
        }
        /// Numbers that a thread takes at once, so that threads seldom meet here.
        const TAKEN: u64 = 1024;
        static NEXT: AtomicU64 = AtomicU64::new(TAKEN);
        OWN.with(|own| {
            // Relaxed: only numbers that differ from one another.
            let next = match own.get() {
                used if used % TAKEN == 0 => NEXT.fetch_add(TAKEN, Ordering::Relaxed),
                next => next,
            };
            own.set(next + 1);
            next
        })
    }

    fn visit_roots(&self, visitor: &mut dyn RootVisitor) {
        self.loader.visit_roots(visitor);
        if visitor.is_minor() {
            return;
        }
        self.globals.each_cell(|cell| visitor.visit(cell));
        for code in self.machine_codes.get().into_iter().flatten() {
            visitor.visit(&mut code.clone());
        }
        for fixed in [&self.condition_type, &self.heap_exhausted, &self.first_state] {
            if let Some(value) = fixed.get() {
                visitor.visit(&mut value.clone());
            }
        }
    }

    /// The name of a global variable.
    pub fn global_name(&self, id: GlobalId) -> Arc<str> {
        self.symbols.name(self.globals.info(id).name)
    }
    /// Has somebody asked the program to stop?
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// The first dynamic state of a thread: no winders, no handlers, these parameters.
pub(crate) fn initial_state(
    heap: &mut LocalHeap,
    parameters: Value,
) -> Result<Value, HeapExhausted> {
    Ok(filled_state(heap.object(Kind::Vector, 3)?, parameters))
}

/// Fills a dynamic state.
fn filled_state(state: Value, parameters: Value) -> Value {
    object::init_field(state, 0, Value::NIL);
    object::init_field(state, 1, Value::NIL);
    object::init_field(state, 2, parameters);
    state
}

/// The dynamic state in which host code calls guest code: no winders, no handlers, the parameters of
/// the state it is called in.
pub(crate) fn state_for_host(heap: &mut LocalHeap, around: Value) -> Result<Value, HeapExhausted> {
    let is_state = object::is_kind(around, Kind::Vector);
    if is_state && object::field(around, 0).is_nil() && object::field(around, 1).is_nil() {
        return Ok(around);
    }
    let parameters = if is_state { object::field(around, 2) } else { Value::NIL };
    initial_state(heap, parameters)
}

fn stub(
    kind: CodeKind,
    procedure: Procedure,
    native_arity: (u8, u8),
    name: Option<Sym>,
) -> CodeParts {
    let (least, most) = native_arity;
    let clauses = procedure.clauses();
    let exact = match clauses.first() {
        Some(clause) => clause.required,
        None if least == most => u32::from(least),
        None => GENERAL,
    };
    CodeParts {
        kind,
        words: procedure.words(),
        constants: Vec::new(),
        clauses,
        exact,
        native_arity,
        frame_size: FRAME_SIZE,
        captures: 0,
        name,
        spans: Vec::new(),
        inlined: Vec::new(),
        definition: None,
        span: Span::NONE,
        host: None,
        sources: Vec::new(),
    }
}
