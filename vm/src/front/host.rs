//! What the expander and compiler ask of the VM: cells for global variables, the core namespace,
//! files of libraries.

use super::{FrontError, core_text, embedded, run_aside};
use crate::bytecode::code::Code;
use crate::compile::GlobalFacts;
use crate::core_form::Definition;
use crate::cx::Cx;
use crate::datum_value::{datum_to_value, value_to_datum};
use crate::expand::{
    self, Answer, ExpandError, ExpandErrorKind, GlobalHost, GuestProcedure, LibraryLoader, Unit,
};
use crate::globals::{GlobalId, GlobalInfo};
use crate::interp::procedures;
use crate::load;
use crate::prim;
use crate::read::datum::Datum;
use crate::source::Span;
use crate::symbols::Sym;
use crate::vm::VmShared;
use lisle_gc::object::{field, size};
use lisle_gc::{Kind, Root, Value, object};
use lisle_threads::Mutator;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The VM as the expander and compiler see it during one compilation.
pub(super) struct Host<'a> {
    vm: &'a VmShared,
    mutator: RefCell<&'a mut Mutator>,
    /// Core definitions that were referred to and are not compiled yet.
    pending: RefCell<VecDeque<Sym>>,
}

impl<'a> Host<'a> {
    pub(super) fn new(vm: &'a VmShared, mutator: &'a mut Mutator) -> Host<'a> {
        Host { vm, mutator: RefCell::new(mutator), pending: RefCell::default() }
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
    pub(super) fn next_pending(&self) -> Option<(String, Datum)> {
        let sym = self.pending.borrow_mut().pop_front()?;
        let name = self.vm.symbols.name(sym);
        let form = core_text::definition(&name, &self.vm.symbols, &self.vm.sources)?;
        Some((name.to_string(), form))
    }
    /// The closure that a procedure of no arguments returns, when that is all it does.
    pub(super) fn only_closure_of(&self, procedure: Value) -> Option<Value> {
        // SAFETY: a closure just loaded.
        let code = unsafe { &*Code::of(procedure) };
        let constant = code.only_constant()?;
        object::is_kind(constant, Kind::Closure).then_some(constant)
    }

    /// A variable of the core namespace, made if there is something by this name.
    pub(super) fn core_variable(&self, name: Sym) -> Option<GlobalId> {
        if let Some(id) = self.vm.front.core.lock().get(&name) {
            return Some(*id);
        }
        let text = self.vm.symbols.name(name);
        let value = match self.native_value(&text) {
            Some(value) => value,
            None if core_text::defines(&text) => {
                self.pending.borrow_mut().push_back(name);
                Value::UNBOUND
            }
            None => return None,
        };
        let id = self.cell(name, value, true).ok()?;
        self.vm.front.core.lock().insert(name, id);
        Some(id)
    }

    /// The procedure object of a primitive or machine procedure.
    fn native_value(&self, name: &str) -> Option<Value> {
        let code = if let Some(id) = prim::lookup(name) {
            self.vm.load_primitive(id)
        } else {
            let entry = procedures::TABLE.iter().find(|entry| entry.name == name)?;
            self.vm.machine_code(entry.procedure)
        };
        self.with_cx(|cx| load::closure_of(cx, code)).ok()
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
        Ok(self.vm.globals.add(GlobalInfo { name, cell, constant: standard, standard }))
    }
}

fn full() -> ExpandError {
    ExpandError::new("heap limit reached", Span::NONE).of_kind(ExpandErrorKind::Limit)
}

fn illegal(error: FrontError) -> ExpandError {
    ExpandError::new(format!("in a macro's procedure: {}", error.message), error.span)
}

impl GlobalHost for Host<'_> {
    fn new_global(&self, name: Sym) -> expand::Result<GlobalId> {
        self.cell(name, Value::UNBOUND, false)
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
        Ok(self.core_variable(name))
    }
    fn assigned(&self, global: GlobalId) {
        self.vm.globals.update(global, |info| info.constant = false);
    }
    fn evaluate(&self, units: Vec<Unit>) -> expand::Result<GuestProcedure> {
        let add_root = |value| self.vm.heap.add_root(value);
        let procedures = self.vm.front.finish(self.vm, self, units).map_err(illegal)?;
        let procedures: Vec<Root> = procedures.into_iter().map(add_root).collect();
        let mut last = None;
        for procedure in &procedures {
            let value = run_aside(self.vm, self, procedure, None).map_err(illegal)?;
            last = Some(add_root(value));
        }
        Ok(Arc::new(last.expect("there is a unit for the expression")))
    }
    fn apply(&self, procedure: &GuestProcedure, argument: &Datum) -> expand::Result<Answer> {
        let procedure = procedure.downcast_ref::<Root>().expect("it was made by `evaluate`");
        let argument = self.with_cx(|cx| {
            let value = datum_to_value(cx, argument).map_err(|_| full())?;
            Ok::<Root, ExpandError>(self.vm.heap.add_root(value))
        })?;
        let answer = run_aside(self.vm, self, procedure, Some(&argument)).map_err(illegal)?;
        self.with_cx(|cx| {
            let parts: Vec<Value> = (0..size(answer)).map(|index| field(answer, index)).collect();
            let mut datum = |index: usize| value_to_datum(cx, parts[index]).map_err(|_| full());
            Ok(match parts.len() {
                2 => Answer::Expansion { form: datum(0)?, names: datum(1)? },
                _ => {
                    let resume = Arc::new(self.vm.heap.add_root(parts[3]));
                    Answer::Comparison { a: datum(0)?, b: datum(1)?, names: datum(2)?, resume }
                }
            })
        })
    }
}

impl GlobalFacts for Host<'_> {
    fn info(&self, id: GlobalId) -> GlobalInfo {
        self.vm.globals.info(id)
    }
    fn core(&self, name: &str) -> Option<GlobalId> {
        self.core_variable(self.vm.symbols.intern(name))
    }
    fn definition(&self, id: GlobalId) -> Option<Arc<Definition>> {
        self.vm.front.definition(self.vm, self, id)
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
