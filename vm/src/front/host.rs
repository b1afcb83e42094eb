//! What the expander and compiler ask of the VM: cells for global variables, the core namespace,
//! files of libraries.

use super::{FrontError, core_text, embedded};
use crate::api::attach;
use crate::bytecode::code::Code;
use crate::compile::GlobalFacts;
use crate::condition::ErrorKind;
use crate::core_form::Definition;
use crate::cx::Cx;
use crate::datum_value::{datum_to_value, value_to_datum};
use crate::expand::{
    self, ExpandError, ExpandErrorKind, Expansion, GlobalHost, LibraryLoader, Transformer,
    TransformerKind, Unit,
};
use crate::globals::{GlobalId, GlobalInfo, Unused};
use crate::interp::{Machine, Outcome, procedures};
use crate::limits::Limit;
use crate::load;
use crate::opt::guarded::{self, Guarded};
use crate::prim;
use crate::prim::syntax::{self, ExpansionHandle, Kept};
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use crate::symbols::Sym;
use crate::vm::VmShared;
use lisle_gc::{HeapExhausted, Kind, Root, Value, object};
use lisle_threads::{Mutator, RootSlot};
use rustc_hash::FxHashMap;
use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a compilation may take beyond the heap limit: what a program that handles having reached it
/// refers to is perhaps not loaded yet.
const ROOM_BYTES: usize = 64 << 10;

/// The VM as the expander and compiler see it during one compilation.
pub(super) struct Host<'a> {
    vm: &'a VmShared,
    mutator: RefCell<&'a mut Mutator>,
    /// Core definitions that were referred to and are not compiled yet.
    pending: RefCell<VecDeque<Sym>>,
    /// Procedures that forms compiled before define, in variables that have not got them yet.
    defined: RefCell<FxHashMap<GlobalId, Root>>,
}

impl<'a> Host<'a> {
    pub(super) fn new(vm: &'a VmShared, mutator: &'a mut Mutator) -> Host<'a> {
        mutator.heap.grant(ROOM_BYTES);
        let pending = RefCell::new(std::mem::take(&mut *vm.front.unfinished.lock()));
        Host { vm, mutator: RefCell::new(mutator), pending, defined: RefCell::default() }
    }
    pub(super) fn with_mutator<R>(&self, work: impl FnOnce(&mut Mutator) -> R) -> R {
        work(&mut self.mutator.borrow_mut())
    }
    pub(super) fn with_cx<R>(&self, work: impl FnOnce(&mut Cx<'_>) -> R) -> R {
        work(&mut Cx::new(&mut self.mutator.borrow_mut(), self.vm))
    }
    pub(super) fn store(&self, cell: Value, value: Value) {
        self.mutator.borrow_mut().heap.store(cell, 0, value);
    }
    /// A core variable whose definition has to be compiled, and that.
    pub(super) fn next_pending(&self) -> Option<(Sym, Datum)> {
        let sym = self.pending.borrow_mut().pop_front()?;
        let name = self.vm.symbols.name(sym);
        let form = core_text::definition(&name, &self.vm.symbols, &self.vm.sources)?;
        Some((sym, form))
    }
    /// This core variable has no value yet after all.
    pub(super) fn put_back(&self, name: Sym) {
        self.pending.borrow_mut().push_back(name);
    }
    /// The closure that a procedure of no arguments returns, when that is all it does.
    pub(super) fn only_closure_of(&self, procedure: Value) -> Option<Value> {
        // SAFETY: a closure just loaded.
        let code = unsafe { &*Code::of(procedure) };
        let constant = code.only_constant()?;
        object::is_kind(constant, Kind::Closure).then_some(constant)
    }

    /// `procedure` will define the variable.
    pub(super) fn will_define(&self, id: GlobalId, procedure: Value) {
        // SAFETY: a closure just loaded, and its constants.
        let defined = unsafe {
            let is_small = |constant: &Value| {
                object::is_kind(*constant, Kind::Closure)
                    && (*Code::of(*constant)).definition.is_some()
            };
            (*Code::of(procedure)).constants().find(is_small)
        };
        let mut all = self.defined.borrow_mut();
        match defined {
            Some(closure) => drop(all.insert(id, self.vm.heap.add_root(closure))),
            None => drop(all.remove(&id)),
        }
    }

    /// A variable of the core namespace, made if there is something by this name.
    pub(super) fn core_variable(&self, name: Sym) -> expand::Result<Option<GlobalId>> {
        if let Some(id) = self.vm.front.core.lock().get(&name) {
            return Ok(Some(*id));
        }
        let text = self.vm.symbols.name(name);
        let native = self.native_value(&text)?;
        if native.is_none() && !core_text::defines(&text) {
            return Ok(None);
        }
        let id = self.cell(name, native.unwrap_or(Value::UNBOUND), true)?;
        if native.is_none() {
            self.pending.borrow_mut().push_back(name);
        }
        self.vm.front.core.lock().insert(name, id);
        Ok(Some(id))
    }

    /// The procedure object of a primitive or machine procedure.
    fn native_value(&self, name: &str) -> expand::Result<Option<Value>> {
        let code = if let Some(id) = prim::lookup(name) {
            let load = |mutator: &mut Mutator| self.vm.load_primitive(&mut mutator.heap, id);
            self.with_mutator(load).map_err(|HeapExhausted| full())?
        } else if let Some(entry) = procedures::TABLE.iter().find(|entry| entry.name == name) {
            self.vm.machine_code(entry.procedure)
        } else {
            return Ok(None);
        };
        self.with_cx(|cx| load::closure_of(cx, code)).map(Some).map_err(|_| full())
    }

    fn cell(&self, name: Sym, value: Value, standard: bool) -> expand::Result<GlobalId> {
        let cell = self.with_cx(|cx| {
            let symbol = cx.symbol(name).ok()?;
            let cell = cx.heap().object_in_old(Kind::Cell, 2).ok()?;
            object::init_field(cell, 0, value);
            object::init_field(cell, 1, symbol);
            Some(cell)
        });
        let cell = cell.ok_or_else(full)?;
        let id = self.vm.globals.add(GlobalInfo { name, cell, constant: standard, standard });
        // Of another variable that had the number.
        self.vm.front.definitions.lock().remove(&id);
        Ok(id)
    }
}

impl Drop for Host<'_> {
    fn drop(&mut self) {
        // What was not compiled, for lack of memory or because it was not asked for, others will.
        let mut pending = std::mem::take(self.pending.get_mut());
        self.vm.front.unfinished.lock().append(&mut pending);
    }
}

fn full() -> ExpandError {
    ExpandError::new("heap limit reached", Span::NONE).of_kind(ExpandErrorKind::HeapExhausted)
}

/// The error that running a macro's procedure, or what comes before it, ended with.
fn failed(vm: &VmShared, outcome: Outcome) -> ExpandError {
    let (kind, message) = match outcome {
        Outcome::Uncaught(payload) => {
            let report = crate::backtrace::report(vm, payload);
            let span = syntax::place_of(vm, payload);
            let kind = kind_of(&report.kind);
            let error = ExpandError::new(report.message, span).of_kind(kind);
            let hint = report.hints.into_iter().next().map(|hint| hint.text);
            return error.with_hint(hint.or_else(|| match span.is_none() {
                true => Some(format!("this happened at {}", vm.sources.describe(report.span)?)),
                false => None,
            }));
        }
        Outcome::Limited(limit) => (ExpandErrorKind::Interrupted, limit.message()),
        Outcome::Terminated => (ExpandErrorKind::Interrupted, "the thread was terminated"),
        Outcome::Exit(_) => (ExpandErrorKind::Syntax, "exit was called during expansion"),
        Outcome::Thrown(..) | Outcome::Value(_) => {
            (ExpandErrorKind::Syntax, "the expansion was left by a continuation")
        }
    };
    ExpandError::new(message, Span::NONE).of_kind(kind)
}

/// What a condition's kind is to the expander: interrupts and limits stay what they are.
fn kind_of(condition: &str) -> ExpandErrorKind {
    let is = |kind: ErrorKind| kind.name() == condition;
    let limits = [Limit::Fuel, Limit::Time, Limit::Memory, Limit::Interrupted];
    if is(ErrorKind::Interrupted) || limits.into_iter().any(|limit| is(ErrorKind::Limit(limit))) {
        ExpandErrorKind::Interrupted
    } else {
        ExpandErrorKind::Syntax
    }
}

fn illegal(error: FrontError) -> ExpandError {
    ExpandError::new(error.message, error.span)
}

impl Host<'_> {
    /// Calls a procedure of the program now. The value is good until the next safepoint.
    fn call(&self, procedure: Value, arguments: &[Value]) -> expand::Result<Value> {
        let outcome = self.with_mutator(|mutator| {
            Machine::new(mutator, self.vm).call_from_host(procedure, arguments)
        });
        match outcome {
            Outcome::Value(value) => Ok(value),
            other => Err(failed(self.vm, other)),
        }
    }
}

impl GlobalHost for Host<'_> {
    fn loader_returned(&self) {
        self.with_mutator(attach::come_back);
    }
    fn new_global(&self, name: Sym) -> expand::Result<GlobalId> {
        self.cell(name, Value::UNBOUND, false)
    }
    fn unused(&self) -> Unused {
        self.vm.globals.unused().clone()
    }
    fn has_core(&self, name: Sym) -> bool {
        if self.vm.front.core.lock().contains_key(&name) {
            return true;
        }
        let text = self.vm.symbols.name(name);
        prim::lookup(&text).is_some()
            || procedures::TABLE.iter().any(|entry| entry.name == &*text)
            || core_text::defines(&text)
    }
    fn core_global(&self, name: Sym) -> expand::Result<Option<GlobalId>> {
        self.core_variable(name)
    }
    fn assigned(&self, global: GlobalId) {
        self.vm.globals.update(global, |info| info.constant = false);
    }
    fn run(&self, units: Vec<Unit>) -> expand::Result<()> {
        let procedures = self.vm.front.finish(self.vm, self, units).map_err(illegal)?;
        let procedures = procedures.into_iter().map(|value| self.vm.heap.add_root(value));
        for procedure in procedures.collect::<Vec<Root>>() {
            self.call(procedure.get(), &[])?;
        }
        Ok(())
    }
    fn keep(&self, object: Arc<dyn Any + Send + Sync>) -> expand::Result<Datum> {
        let kept = self.with_cx(|cx| {
            let native = self.vm.heap.new_native(cx.heap(), Box::new(Kept(object)), 0);
            native.map(|native| self.vm.heap.add_root(native))
        });
        let kept = kept.map_err(|HeapExhausted| full())?;
        Ok(Datum::new(DatumKind::Opaque(Arc::new(kept)), Span::NONE))
    }
    fn evaluate(&self, unit: Unit) -> expand::Result<Transformer> {
        let procedures = self.vm.front.finish(self.vm, self, vec![unit]).map_err(illegal)?;
        let made = self.call(procedures[0], &[])?;
        let kind = match object::car(made).as_fixnum() {
            Some(0) => TransformerKind::Renaming,
            Some(1) => TransformerKind::Syntax,
            _ => TransformerKind::Variable,
        };
        let procedure = Box::new(self.vm.heap.add_root(object::cdr(made)));
        Ok(Transformer { kind, procedure })
    }
    fn apply(
        &self,
        transformer: &Transformer,
        form: &Datum,
        expansion: &Arc<Expansion>,
    ) -> expand::Result<Datum> {
        let procedure = transformer.procedure.downcast_ref::<Root>();
        let procedure = procedure.expect("it was made by `evaluate`");
        // What was referred to before must have its value.
        self.vm.front.load_pending(self.vm, self).map_err(illegal)?;
        if transformer.kind != TransformerKind::Renaming {
            let form = self.with_cx(|cx| syntax::value_of(cx, form.clone()).map_err(|_| full()))?;
            let _during = During::begin(self, expansion);
            let made = self.call(procedure.get(), &[form])?;
            return self.with_cx(|cx| {
                syntax::form_of(cx, made, expansion.span()).map_err(|_| {
                    let payload =
                        std::mem::replace(&mut cx.mutator.roots[RootSlot::Raised], Value::FALSE);
                    failed(self.vm, Outcome::Uncaught(payload))
                })
            });
        }
        let arguments = self.with_cx(|cx| {
            let expansion = Box::new(ExpansionHandle(expansion.clone()));
            let expansion = self.vm.heap.new_native(cx.heap(), expansion, 0);
            let form = datum_to_value(cx, form).map_err(|_| full())?;
            Ok::<_, ExpandError>([form, expansion.map_err(|_| full())?])
        })?;
        let made = self.call(procedure.get(), &arguments)?;
        self.with_cx(|cx| value_to_datum(cx, made).map_err(|_| full()))
    }
}

/// The time during which a macro's procedure runs, which may ask about this use of the macro.
struct During<'h>(&'h VmShared);

impl<'h> During<'h> {
    fn begin(host: &Host<'h>, expansion: &Arc<Expansion>) -> During<'h> {
        let id = host.with_mutator(|mutator| mutator.id());
        host.vm.front.expansions.lock().push((id, expansion.clone()));
        During(host.vm)
    }
}

impl Drop for During<'_> {
    fn drop(&mut self) {
        // Only the thread whose turn it is begins and ends expansions.
        self.0.front.expansions.lock().pop();
    }
}

impl GlobalFacts for Host<'_> {
    fn info(&self, id: GlobalId) -> GlobalInfo {
        self.vm.globals.info(id)
    }
    fn core(&self, name: &str) -> Option<GlobalId> {
        // Without it the call is an ordinary one, whose procedure may be found later.
        self.core_variable(self.vm.symbols.intern(name)).ok().flatten()
    }
    fn definition(&self, id: GlobalId) -> Option<Arc<Definition>> {
        self.vm.front.definition(self.vm, self, id)
    }
    fn guarded(&self, id: GlobalId) -> Option<Guarded> {
        let info = self.vm.globals.info(id);
        let defined = self.defined.borrow().get(&id).map(Root::get);
        let procedure = defined.unwrap_or_else(|| object::field(info.cell, 0));
        if !object::is_kind(procedure, Kind::Closure) {
            return None;
        }
        // SAFETY: a closure that is the value of a variable or will be; no safepoint comes before the
        // last use of its code.
        let code = unsafe { &*Code::of(procedure) };
        let definition = code.definition.clone()?;
        // Another variable may have got the number of one that nothing but this code refers to.
        let mut current = true;
        guarded::globals_of(&definition.value, &mut |id| {
            let info = self.vm.globals.info(id);
            current &= info.standard || code.has_constant(|constant| constant == info.cell);
        });
        let object = |value| {
            let root = self.vm.heap.add_root(value);
            Datum::new(DatumKind::Opaque(Arc::new(root)), Span::NONE)
        };
        let expected = || Datum::cons(object(info.cell), object(procedure), Span::NONE);
        current.then(|| Guarded { definition, name: info.name, expected: expected() })
    }
}

/// Finds libraries: those that come with Lisle, and others in folders, where `(a b)` is `a/b.sld`.
pub struct FileLoader {
    folders: Vec<PathBuf>,
    may_include: bool,
}

impl FileLoader {
    /// A loader that looks for libraries in these folders, in order, and includes any file.
    pub fn new(folders: &[PathBuf]) -> FileLoader {
        FileLoader { folders: folders.to_vec(), may_include: true }
    }
    /// The same, but `include` is refused.
    #[must_use]
    pub fn without_inclusion(self) -> FileLoader {
        FileLoader { may_include: false, ..self }
    }
}

impl LibraryLoader for FileLoader {
    fn load(&self, name: &[String]) -> Option<(String, String)> {
        if let Some(found) = embedded::find(name) {
            return Some(found);
        }
        let relative: PathBuf = name.iter().collect();
        for folder in &self.folders {
            for extension in ["sld", "scm"] {
                let path = folder.join(&relative).with_extension(extension);
                if let Ok(text) = std::fs::read_to_string(&path) {
                    return Some((display(&path), text));
                }
            }
        }
        None
    }
    fn include(&self, name: &str, from: Option<&str>) -> Result<(String, String), String> {
        let folder = from.and_then(|file| Path::new(file).parent());
        let path = folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
        if !self.may_include {
            return Err(format!(
                "cannot read {}: reading files is not allowed here",
                path.display()
            ));
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok((display(&path), text)),
            Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        }
    }
}

fn display(path: &Path) -> String {
    path.display().to_string()
}
