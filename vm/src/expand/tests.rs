//! Tests of the expander: what forms become, and (by a small evaluator) what they mean.

mod evaluator;
mod forms;
mod hygiene;
mod libraries;

use super::{ExpandError, Expander, GlobalHost, LibraryLoader, Limits, Result, Session, Unit};
use crate::globals::GlobalId;
use crate::read::reader::Reader;
use crate::source::Sources;
use crate::symbols::{Sym, Symbols};
use evaluator::{Evaluator, PROCEDURES};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

const STANDARD: &str = "
((scheme base) if cond case and or when unless let let* letrec letrec* define define-syntax
 define-values define-record-type syntax-rules quote quasiquote unquote unquote-splicing lambda begin
 set! else => _ ... do let-values let*-values let-syntax letrec-syntax parameterize guard include
 + - * = < > cons car cdr list vector vector-ref append not null? eqv? values call-with-values)
((scheme lazy) delay delay-force)
((srfi 26) cut cute <> <...>)
((scheme case-lambda) case-lambda)";

struct Host {
    symbols: Arc<Symbols>,
    names: RefCell<Vec<Sym>>,
    core: RefCell<HashMap<Sym, GlobalId>>,
    assigned: Cell<u32>,
}

impl Host {
    fn add(&self, name: Sym) -> GlobalId {
        let mut names = self.names.borrow_mut();
        names.push(name);
        GlobalId(u32::try_from(names.len() - 1).expect("few globals"))
    }
}

impl GlobalHost for Host {
    fn new_global(&self, name: Sym) -> Result<GlobalId> {
        Ok(self.add(name))
    }
    fn has_core(&self, name: Sym) -> bool {
        PROCEDURES.contains(&&*self.symbols.name(name))
    }
    fn core_global(&self, name: Sym) -> Result<Option<GlobalId>> {
        if let Some(id) = self.core.borrow().get(&name) {
            return Ok(Some(*id));
        }
        if !self.has_core(name) {
            return Ok(None);
        }
        let id = self.add(name);
        self.core.borrow_mut().insert(name, id);
        Ok(Some(id))
    }
    fn assigned(&self, _: GlobalId) {
        self.assigned.set(self.assigned.get() + 1);
    }
}

/// Files by name.
struct Files(HashMap<String, String>);

impl LibraryLoader for Files {
    fn load(&self, name: &[String]) -> Option<(String, String)> {
        let file = format!("{}.sld", name.join("/"));
        self.0.get(&file).map(|text| (file.clone(), text.clone()))
    }
    fn include(
        &self,
        name: &str,
        _: Option<&str>,
    ) -> std::result::Result<(String, String), String> {
        match self.0.get(name) {
            Some(text) => Ok((name.to_owned(), text.clone())),
            None => Err(format!("there is no file {name}")),
        }
    }
}

/// Everything that a test needs.
struct World {
    symbols: Arc<Symbols>,
    sources: Sources,
    host: Host,
    files: Files,
    expander: Expander,
    limits: Limits,
}

impl World {
    fn new() -> World {
        let symbols = Arc::new(Symbols::default());
        World {
            sources: Sources::default(),
            host: Host {
                symbols: symbols.clone(),
                names: RefCell::default(),
                core: RefCell::default(),
                assigned: Cell::new(0),
            },
            files: Files(HashMap::new()),
            expander: Expander::new(&symbols, STANDARD),
            limits: Limits::default(),
            symbols,
        }
    }
    fn with_file(mut self, name: &str, text: &str) -> World {
        self.files.0.insert(name.to_owned(), text.to_owned());
        self
    }
    /// Expands a program, handing each unit to `run`.
    fn each_unit(&self, text: &str, mut run: impl FnMut(Unit)) -> Result<()> {
        let environment = self.expander.program_environment();
        let source = self.sources.add("test.scm", text.to_owned());
        let session = Session {
            symbols: &self.symbols,
            sources: &self.sources,
            host: &self.host,
            loader: &self.files,
            check: &|| Ok(()),
            limits: self.limits,
        };
        let mut reader = Reader::new(source.id, text, &self.symbols);
        while let Some(form) = reader.next()? {
            for unit in self.expander.expand_toplevel(&session, &form, &environment)? {
                run(unit);
            }
        }
        Ok(())
    }
    /// The core of a program as text, one unit a line.
    fn core(&self, text: &str) -> Result<String> {
        let mut lines = Vec::new();
        let global_name = |id: GlobalId| self.host.names.borrow()[id.0 as usize];
        self.each_unit(text, |unit| {
            lines.push(super::core_text(&unit.core, &unit.vars, &self.symbols, &global_name));
        })?;
        Ok(lines.join("\n"))
    }
    /// The value of a program's last form as text.
    fn value(&self, text: &str) -> Result<String> {
        let mut evaluator = Evaluator::new(self);
        let mut last = String::new();
        self.each_unit(text, |unit| last = evaluator.run(&unit.core))?;
        Ok(last)
    }
}

fn core_of(text: &str) -> String {
    World::new().core(text).unwrap_or_else(|error| format!("error: {error}"))
}

#[track_caller]
fn check_core(text: &str, expected: &str) {
    assert_eq!(core_of(text), expected, "core of {text}");
}

#[track_caller]
fn check_value(text: &str, expected: &str) {
    let value = World::new().value(text).unwrap_or_else(|error| format!("error: {error}"));
    assert_eq!(value, expected, "value of {text}");
}

#[track_caller]
fn error_of(text: &str) -> ExpandError {
    World::new().core(text).expect_err("the program should be refused")
}

#[track_caller]
fn check_error(text: &str, part: &str) {
    let error = error_of(text).to_string();
    assert!(error.contains(part), "error of {text}: {error}");
}
