//! From text to code: the reader, expander and compiler at work in a VM, and the core namespace.
//!
//! All primitives, machine procedures and definitions of the Scheme library (`scheme/*.scm`) live in
//! one namespace, the core. Nothing of it exists until something refers to it: a primitive gets its
//! cell and closure, a definition is compiled, when its name is first met. So start-up costs
//! nothing for what a program does not use.
//!
//! One thread at a time compiles (`turn`), so that no thread runs code that refers to a definition
//! another thread has not finished loading.

mod core_text;
mod embedded;
mod host;
mod program_text;
mod session;
mod stopping;
mod turn;

use crate::backtrace::Report;
use crate::bytecode::disasm;
use crate::bytecode::template::{CodeTemplate, ConstTemplate};
use crate::compile::{self, CompileContext, CompileError, PrimSignature};
use crate::condition::ErrorKind;
use crate::core_form::{Core, Definition, Names, Vars};
use crate::cx::{Cx, Raised};
use crate::expand::{
    Environment, ExpandError, ExpandErrorKind, Expander, Expansion, GlobalHost, Unit,
};
use crate::globals::GlobalId;
use crate::hints::Hint;
use crate::interp::{Machine, Outcome};
use crate::load;
use crate::prim;
use crate::read::datum::Datum;
use crate::read::reader::Reader;
use crate::source::Span;
use crate::symbols::Sym;
use crate::vm::VmShared;
use host::Host;
use lisle_gc::{Reason, Root, Value};
use lisle_threads::{Mutator, MutatorId};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use session::with_session;
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use stopping::{reason_to_stop, stopped};
use turn::Turn;

pub use host::FileLoader;
pub(crate) use program_text::forms_of;
pub(crate) use stopping::raised;

/// Compiling more pieces of one form than this, a thread looks whether it is to stop.
const UNITS_BETWEEN_STOPS: usize = 64;

/// A program that cannot be compiled.
#[derive(Clone, Debug)]
pub struct FrontError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The condition it becomes when `eval` meets it.
    pub kind: ErrorKind,
    /// The macro uses that the form came out of, innermost first: the macro and the use.
    pub expansions: Vec<(Sym, Span)>,
    /// What may help.
    pub hint: Option<String>,
}

impl FrontError {
    fn new(kind: ErrorKind, message: impl Into<String>, span: Span) -> FrontError {
        FrontError { message: message.into(), span, kind, expansions: Vec::new(), hint: None }
    }
    /// What is shown of it.
    pub(crate) fn report(self, vm: &VmShared) -> Report {
        let named = |(sym, span): (Sym, Span)| (vm.symbols.name(sym).to_string(), span);
        Report {
            expansions: self.expansions.into_iter().map(named).collect(),
            hints: self.hint.into_iter().map(Hint::new).collect(),
            ..Report::of_kind(self.kind, self.message, self.span)
        }
    }
}

impl From<ExpandError> for FrontError {
    fn from(error: ExpandError) -> FrontError {
        let kind = match error.kind {
            ExpandErrorKind::File => ErrorKind::File,
            ExpandErrorKind::Read => ErrorKind::Read,
            ExpandErrorKind::Interrupted => ErrorKind::Interrupted,
            ExpandErrorKind::HeapExhausted => ErrorKind::HeapExhausted,
            ExpandErrorKind::Syntax | ExpandErrorKind::Limit => ErrorKind::Syntax,
        };
        let made = FrontError::new(kind, error.to_string(), error.span);
        FrontError { expansions: error.expansions, hint: error.hint, ..made }
    }
}

/// Whom a macro's procedure asks.
pub(crate) struct Asking<'a> {
    pub(crate) expander: &'a Expander,
    pub(crate) host: &'a dyn GlobalHost,
    /// For which use of a macro.
    pub(crate) expansion: Option<&'a Expansion>,
}

/// The front end of a VM.
#[derive(Default)]
pub struct Front {
    expander: OnceLock<Expander>,
    /// The core variables that exist, and whose turn it is to compile.
    core: Mutex<FxHashMap<Sym, GlobalId>>,
    turn: Turn,
    /// The uses of macros whose procedures run, innermost last, and the threads they run on.
    expansions: Mutex<Vec<(MutatorId, Arc<Expansion>)>>,
    /// The definitions of core variables that were asked for; see [`Front::definition`].
    definitions: Mutex<FxHashMap<GlobalId, Option<Arc<Definition>>>>,
    /// Core variables whose definitions were asked for and are not compiled.
    unfinished: Mutex<VecDeque<Sym>>,
}

impl Front {
    /// The expander.
    pub fn expander(&self, vm: &VmShared) -> &Expander {
        self.expander.get_or_init(|| Expander::new(&vm.symbols, core_text::LIBRARIES))
    }

    /// Compiles a top-level form: procedures of no arguments, to be called in order.
    ///
    /// # Errors
    /// When the form is no legal program, or the heap is full.
    pub fn compile(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        form: &Datum,
        environment: &Arc<Environment>,
    ) -> Result<Vec<Value>, FrontError> {
        let _turn = self.turn.take(vm, mutator)?;
        // No safepoint comes before the form is compiled: it must not find garbage in its way.
        if !vm.heap.has_hope(0) {
            mutator.collect(Reason::HeapLimit);
        }
        let host = Host::new(vm, mutator);
        let units = with_session(vm, &host, |session| {
            self.expander(vm).expand_toplevel(session, form, environment)
        })?;
        self.finish(vm, &host, units)
    }

    /// Prepares an environment for a text of these forms ([`Expander::foresee`]): procedures to be
    /// called before the first.
    ///
    /// # Errors
    /// When the heap is full.
    pub fn foresee(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        forms: &[Datum],
        environment: &Arc<Environment>,
    ) -> Result<Vec<Value>, FrontError> {
        if forms.len() < 2 {
            return Ok(Vec::new());
        }
        let _turn = self.turn.take(vm, mutator)?;
        let host = Host::new(vm, mutator);
        let units = with_session(vm, &host, |session| {
            self.expander(vm).foresee(session, forms, environment)
        })?;
        self.finish(vm, &host, units)
    }

    /// Gives a variable of the interaction environment this value; defines it first if need be.
    ///
    /// # Errors
    /// When the heap is full.
    pub fn define_value(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        name: Sym,
        value: &Root,
    ) -> Result<(), FrontError> {
        let environment = self.expander(vm).interaction_environment();
        self.define_value_in(vm, mutator, environment, name, value)
    }
    /// The same of a procedure of the host, which is a variable of the library `(lisle host)`, too.
    /// (Other values are not: a script that sets its variable would not let go of them.)
    ///
    /// # Errors
    /// When the heap is full.
    pub fn define_procedure(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        name: Sym,
        procedure: &Root,
    ) -> Result<(), FrontError> {
        self.define_value(vm, mutator, name, procedure)?;
        let environment = self.expander(vm).host_environment();
        self.define_value_in(vm, mutator, environment, name, procedure)
    }
    fn define_value_in(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        environment: &Arc<Environment>,
        name: Sym,
        value: &Root,
    ) -> Result<(), FrontError> {
        if environment.defined(name).is_none() {
            let define = Datum::symbol(vm.symbols.intern("define"), Span::NONE);
            let name = Datum::symbol(name, Span::NONE);
            let parts = [define, name, Datum::boolean(false, Span::NONE)];
            let form = Datum::list(parts.into_iter(), Span::NONE);
            // For the variable only; what would set it to `#f` is not run.
            self.compile(vm, mutator, &form, environment)?;
        }
        let id = environment.defined(name).expect("it was just defined");
        mutator.heap.store(vm.globals.info(id).cell, 0, value.get());
        Ok(())
    }

    /// An environment of import sets, and the procedures to call before it is used.
    ///
    /// # Errors
    /// When a library does not exist or is illegal.
    pub fn environment(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        import_sets: &[Datum],
    ) -> Result<(Arc<Environment>, Vec<Value>), FrontError> {
        let _turn = self.turn.take(vm, mutator)?;
        let host = Host::new(vm, mutator);
        let (environment, units) =
            with_session(vm, &host, |session| self.expander(vm).environment(session, import_sets))?;
        Ok((environment, self.finish(vm, &host, units)?))
    }

    /// The bytecode of every form of a text, without running anything: so calls of procedures that the
    /// text itself defines are shown as calls, though `opt::guarded` may write them out.
    ///
    /// # Errors
    /// When a form is illegal.
    pub fn disassemble(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        name: &str,
        text: String,
        environment: &Arc<Environment>,
    ) -> Result<String, FrontError> {
        self.each_unit(vm, mutator, (name, text), environment, |host, unit| {
            let template = template_of(vm, host, unit.core, unit.vars)?;
            Ok(listing_of(vm, &template))
        })
    }

    /// Every form of a text in the core language, without running anything.
    ///
    /// # Errors
    /// When a form is illegal.
    pub fn expand(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        text: String,
        environment: &Arc<Environment>,
    ) -> Result<String, FrontError> {
        let global = |id: GlobalId| vm.global_name(id).to_string();
        let names = Names { symbols: &vm.symbols, global: &global };
        self.each_unit(vm, mutator, ("<repl>", text), environment, |_, unit| {
            Ok(unit.core.to_text(&unit.vars, &names) + "\n")
        })
    }

    /// What `show` says of the pieces of a text, expanded one form after the other.
    fn each_unit(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        (name, text): (&str, String),
        environment: &Arc<Environment>,
        show: impl Fn(&Host<'_>, Unit) -> Result<String, FrontError>,
    ) -> Result<String, FrontError> {
        let _turn = self.turn.take(vm, mutator)?;
        let source = vm.sources.add(name, text);
        let mut reader = Reader::new(source.id, &source.text, &vm.symbols);
        let host = Host::new(vm, mutator);
        let mut shown = String::new();
        while let Some(form) = reader.next().map_err(ExpandError::from)? {
            let units = with_session(vm, &host, |session| {
                self.expander(vm).expand_toplevel(session, &form, environment)
            })?;
            for unit in units {
                shown.push_str(&show(&host, unit)?);
            }
        }
        Ok(shown)
    }

    /// Makes sure that a core variable exists and has its value: its cell.
    ///
    /// # Errors
    /// When the heap is full.
    ///
    /// # Panics
    /// When the core has no such variable: a fault of Lisle's library.
    pub(crate) fn require(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        name: &str,
    ) -> Result<Value, FrontError> {
        let _turn = self.turn.take_in_any_case(mutator);
        let host = Host::new(vm, mutator);
        let id = host.core_variable(vm.symbols.intern(name)).map_err(FrontError::from)?;
        let id = id.unwrap_or_else(|| panic!("the core defines `{name}`"));
        self.load_pending(vm, &host)?;
        Ok(vm.globals.info(id).cell)
    }

    /// For a macro's procedure that asks what identifiers mean.
    pub(crate) fn ask<R>(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
        question: impl FnOnce(Asking<'_>) -> R,
    ) -> R {
        let expansion = self.expansion(mutator);
        let expansion = expansion.as_deref();
        let host = Host::new(vm, mutator);
        question(Asking { expander: self.expander(vm), host: &host, expansion })
    }
    /// The expansion that this thread's macro procedure runs for.
    pub(crate) fn expansion(&self, mutator: &Mutator) -> Option<Arc<Expansion>> {
        let id = mutator.id();
        let all = self.expansions.lock();
        all.iter().rev().find(|(of, _)| *of == id).map(|(_, expansion)| expansion.clone())
    }

    /// What a core variable is defined as; `None` for what is not defined in Scheme.
    fn definition(&self, vm: &VmShared, host: &Host<'_>, id: GlobalId) -> Option<Arc<Definition>> {
        if let Some(known) = self.definitions.lock().get(&id) {
            return known.clone();
        }
        let definition = self.expand_definition(vm, host, id).map(Arc::new);
        self.definitions.lock().insert(id, definition.clone());
        definition
    }

    fn expand_definition(
        &self,
        vm: &VmShared,
        host: &Host<'_>,
        id: GlobalId,
    ) -> Option<Definition> {
        let info = vm.globals.info(id);
        if self.core.lock().get(&info.name) != Some(&id) {
            return None;
        }
        let name = vm.symbols.name(info.name);
        let form = core_text::definition(&name, &vm.symbols, &vm.sources)?;
        let environment = self.expander(vm).core_environment();
        let units = with_session(vm, host, |session| {
            self.expander(vm).expand_toplevel(session, &form, environment)
        });
        let unit = units.ok()?.pop()?;
        match unit.core {
            Core::DefineGlobal(_, value, _) => Some(Definition { value: *value, vars: unit.vars }),
            _ => None,
        }
    }

    fn finish(
        &self,
        vm: &VmShared,
        host: &Host<'_>,
        units: Vec<Unit>,
    ) -> Result<Vec<Value>, FrontError> {
        // Rooted: a definition of the library that has to be run may collect.
        let mut procedures = Vec::with_capacity(units.len());
        for (index, unit) in units.into_iter().enumerate() {
            if index % UNITS_BETWEEN_STOPS == UNITS_BETWEEN_STOPS - 1 {
                let stop = host.with_mutator(|mutator| reason_to_stop(vm, mutator));
                stop.map_or(Ok(()), Err)?;
            }
            let defines = match unit.core {
                Core::DefineGlobal(id, ..) => Some(id),
                _ => None,
            };
            let procedure = compile_unit(vm, host, unit.core, unit.vars)?;
            procedures.push(vm.heap.add_root(procedure));
            defines.into_iter().for_each(|id| host.will_define(id, procedure));
        }
        self.load_pending(vm, host)?;
        Ok(procedures.iter().map(Root::get).collect())
    }

    /// Compiles the core definitions that were referred to, and those that they refer to. When that
    /// fails, those that are left wait for the next compilation.
    fn load_pending(&self, vm: &VmShared, host: &Host<'_>) -> Result<(), FrontError> {
        let mut later = Vec::new();
        let compiled = self.compile_pending(vm, host, &mut later);
        // Those that need running may use all the others; innermost needs came last.
        let run = compiled.and_then(|()| {
            while let Some((_, id, procedure)) = later.last() {
                let value = run_aside(vm, host, procedure)?;
                host.store(vm.globals.info(*id).cell, value);
                later.pop();
            }
            Ok(())
        });
        later.iter().for_each(|(name, ..)| host.put_back(*name));
        run
    }

    /// Compiles pending core definitions; those that have to be run for a value go to `later`.
    fn compile_pending(
        &self,
        vm: &VmShared,
        host: &Host<'_>,
        later: &mut Vec<(Sym, GlobalId, Root)>,
    ) -> Result<(), FrontError> {
        while let Some((name, form)) = host.next_pending() {
            if let Err(error) = self.compile_definition(vm, host, (name, &form), later) {
                host.put_back(name);
                return Err(error);
            }
        }
        Ok(())
    }

    fn compile_definition(
        &self,
        vm: &VmShared,
        host: &Host<'_>,
        (name, form): (Sym, &Datum),
        later: &mut Vec<(Sym, GlobalId, Root)>,
    ) -> Result<(), FrontError> {
        let environment = self.expander(vm).core_environment();
        let units = with_session(vm, host, |session| {
            self.expander(vm).expand_toplevel(session, form, environment)
        })?;
        for unit in units {
            match unit.core {
                Core::DefineGlobal(id, value, _) => {
                    if let Some(rest) = self.define(vm, host, id, *value, unit.vars)? {
                        later.push((name, id, vm.heap.add_root(rest)));
                    }
                }
                _ => panic!("the Scheme library holds definitions only"),
            }
        }
        Ok(())
    }

    /// Gives a core variable its value; the procedure to call for it when it must be computed.
    fn define(
        &self,
        vm: &VmShared,
        host: &Host<'_>,
        id: GlobalId,
        value: Core,
        vars: Vars,
    ) -> Result<Option<Value>, FrontError> {
        let is_lambda = matches!(value, Core::Lambda(_));
        let procedure = compile_unit(vm, host, value, vars)?;
        if !is_lambda {
            return Ok(Some(procedure));
        }
        match host.only_closure_of(procedure) {
            Some(closure) => host.store(vm.globals.info(id).cell, closure),
            None => return Ok(Some(procedure)),
        }
        Ok(None)
    }
}

/// Runs a procedure without arguments, a piece of Lisle's own library, on a mutator of its own, while
/// this one waits.
fn run_aside(vm: &VmShared, host: &Host<'_>, procedure: &Root) -> Result<Value, FrontError> {
    let full = || "heap limit reached".to_owned();
    let result: Result<Root, String> = host.with_mutator(|mutator| {
        mutator.native(|| {
            let mut aside = vm.world.attach("library").map_err(|_| full())?;
            aside.roots[lisle_threads::RootSlot::DynamicState] = vm.first_state();
            match Machine::new(&mut aside, vm).call(procedure.get(), &[]) {
                Outcome::Value(value) => Ok(vm.heap.add_root(value)),
                Outcome::Uncaught(payload) => Err(crate::backtrace::report(vm, payload).message),
                _ => Err("it was ended".to_owned()),
            }
        })
    });
    let failed = |message| FrontError::new(ErrorKind::General, message, Span::NONE);
    result.map(|root| root.get()).map_err(failed)
}

fn compile_unit(
    vm: &VmShared,
    host: &Host<'_>,
    core: Core,
    vars: Vars,
) -> Result<Value, FrontError> {
    let template = template_of(vm, host, core, vars)?;
    host.with_cx(|cx| {
        load::closure(cx, template).map_err(|raised| match cx.is_retry(&raised) {
            true => stopped(vm, cx.mutator),
            false => FrontError::new(ErrorKind::HeapExhausted, "heap limit reached", Span::NONE),
        })
    })
}

fn template_of(
    vm: &VmShared,
    host: &Host<'_>,
    core: Core,
    mut vars: Vars,
) -> Result<CodeTemplate, FrontError> {
    let prims = |name: &str| {
        let id = prim::lookup(name)?;
        let prim = prim::all()[id.0 as usize];
        (!prim.blocking).then_some(PrimSignature { id: id.0, min: prim.min, max: prim.max })
    };
    let stop = || host.with_mutator(|mutator| reason_to_stop(vm, mutator)).is_some();
    let context =
        CompileContext { globals: host, symbols: &vm.symbols, prims: &prims, stop: &stop };
    compile::compile_toplevel(core, &mut vars, &context).map_err(|error| match error {
        CompileError::Interrupted => host.with_mutator(|mutator| stopped(vm, mutator)),
        _ => FrontError::new(ErrorKind::Syntax, error.to_string(), error.span()),
    })
}

/// The listing of a template, its names looked up.
fn listing_of(vm: &VmShared, template: &CodeTemplate) -> String {
    let name = |name: Option<Sym>| {
        name.map_or_else(|| "(anonymous)".to_owned(), |sym| vm.symbols.name(sym).to_string())
    };
    let names = disasm::Names {
        constant: &|constant| match constant {
            ConstTemplate::Datum(datum) => datum.to_text(&vm.symbols),
            ConstTemplate::Cell(id) => vm.global_name(*id).to_string(),
            ConstTemplate::Code(inner) | ConstTemplate::Closure(inner) => name(inner.name),
        },
        procedure: &|code| name(code.name),
        primitive: &|id| prim::all()[id as usize].name.to_owned(),
        place: &|span| vm.sources.describe(span),
    };
    disasm::disassemble(template, &names)
}

impl VmShared {
    /// Raises what the front end found wrong.
    pub(crate) fn front_raised(&self, cx: &mut Cx<'_>, error: &FrontError) -> Raised {
        let place = self.sources.describe(error.span);
        let message = match place {
            Some(place) => format!("{place}: {}", error.message),
            None => error.message.clone(),
        };
        cx.error(error.kind, &message, &[])
    }
}
