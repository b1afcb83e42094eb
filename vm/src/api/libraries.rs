//! Where the libraries that programs import come from, and loading them again.

use super::context::Context;
use super::error::{Error, ErrorKind};
use super::handle::Vm;
use crate::expand::LibraryLoader;
use crate::front::FileLoader;
use crate::interp::Machine;
use crate::read::datum::Datum;
use crate::read::reader::Reader;
use crate::source::{SourceId, Span};
use lisle_gc::{Root, object};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// Libraries in memory, by name: from `include_str!`, or from wherever the host has them. Clones
/// share their contents, so a library can be replaced and loaded again by [`Vm::reload`].
///
/// ```
/// use lisle::{Libraries, Vm};
/// let libraries = Libraries::new();
/// libraries.insert("(app rules)", "(define-library (app rules) (import (scheme base))
///     (export rate) (begin (define (rate) 1)))");
/// let vm = Vm::builder().loader(libraries.clone()).build()?;
/// vm.eval::<()>("(import (app rules)) (define (twice) (* 2 (rate)))")?;
/// assert_eq!(vm.eval::<i64>("(twice)")?, 2);
///
/// libraries.insert("(app rules)", "(define-library (app rules) (import (scheme base))
///     (export rate) (begin (define (rate) 10)))");
/// vm.reload("(app rules)")?;
/// assert_eq!(vm.eval::<i64>("(twice)")?, 20);
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Libraries {
    texts: Arc<RwLock<HashMap<String, String>>>,
}

impl Libraries {
    /// No libraries.
    ///
    /// ```
    /// let libraries = lisle::Libraries::new();
    /// let vm = lisle::Vm::builder().loader(libraries.clone()).build()?;
    /// assert!(vm.eval::<()>("(import (late))").is_err());
    /// libraries.insert("(late)", "(define-library (late) (export))");
    /// vm.eval::<()>("(import (late))")?;
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn new() -> Libraries {
        Libraries::default()
    }
    /// Adds or replaces the library with this name, written as in `import`.
    ///
    /// ```
    /// let libraries = lisle::Libraries::new();
    /// libraries.insert("(app limits)", "(define-library (app limits) (import (scheme base))
    ///     (export most) (begin (define most 7)))");
    /// let vm = lisle::Vm::builder().loader(libraries).build()?;
    /// assert_eq!(vm.eval::<i64>("(import (app limits)) most")?, 7);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn insert(&self, name: &str, text: impl Into<String>) {
        let key = name.split_whitespace().collect::<Vec<_>>().join(" ");
        self.texts.write().insert(key, text.into());
    }
}

fn key(name: &[String]) -> String {
    format!("({})", name.join(" "))
}

impl LibraryLoader for Libraries {
    fn load(&self, name: &[String]) -> Option<(String, String)> {
        let key = key(name);
        let text = self.texts.read().get(&key).cloned()?;
        Some((key, text))
    }
}

/// The loaders of a VM, asked in order; then its folders.
#[derive(Clone, Default)]
pub struct Loaders {
    loaders: Vec<Arc<dyn LibraryLoader>>,
}

impl Loaders {
    /// Adds one, to be asked after the others.
    pub fn push(&mut self, loader: impl LibraryLoader + 'static) {
        self.loaders.push(Arc::new(loader));
    }
    /// These and the folders, for a program that may or may not include other files.
    pub(crate) fn with_folders(&self, folders: &[PathBuf], may_include: bool) -> Loaders {
        let mut all = self.clone();
        let folders = FileLoader::new(folders);
        all.push(if may_include { folders } else { folders.without_inclusion() });
        all
    }
}

impl LibraryLoader for Loaders {
    fn load(&self, name: &[String]) -> Option<(String, String)> {
        self.loaders.iter().find_map(|loader| loader.load(name))
    }
    fn include(&self, name: &str, from: Option<&str>) -> Result<(String, String), String> {
        let mut failed = format!("there is no {name}");
        for loader in &self.loaders {
            match loader.include(name, from) {
                Ok(found) => return Ok(found),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }
}

impl fmt::Debug for Loaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} loaders", self.loaders.len())
    }
}

impl Vm {
    /// Loads a library again, named as in `import`, while threads run it. When the new text is
    /// illegal nothing changes.
    ///
    /// Code that has imported it sees each new definition from the moment it is made, in the order of
    /// the text: a thread that sees a new one sees those before it too, but perhaps not yet those
    /// after it. What must change together belongs into one definition. Calls that run go on in the
    /// old code. When the body raises, the definitions before that place are new.
    ///
    /// # Errors
    /// When there is no such library, its text is illegal, or its body raises.
    ///
    /// ```
    /// use lisle::{Libraries, Vm};
    /// let rules = |n| format!("(define-library (rules) (import (scheme base)) (export fee)
    ///     (begin (define (fee) {n})))");
    /// let libraries = Libraries::new();
    /// libraries.insert("(rules)", rules(1));
    /// let vm = Vm::builder().loader(libraries.clone()).build()?;
    /// vm.eval::<()>("(import (rules))")?;
    /// libraries.insert("(rules)", rules(2));
    /// vm.reload("(rules)")?;
    /// assert_eq!(vm.eval::<i64>("(fee)")?, 2);
    /// libraries.insert("(rules)", rules(3).replace("export fee", "export fees"));
    /// assert!(vm.reload("(rules)").is_err());
    /// assert_eq!(vm.eval::<i64>("(fee)")?, 2);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn reload(&self, name: &str) -> Result<(), Error> {
        self.enter(|cx| cx.reload(name))
    }
}

impl Context<'_> {
    /// As [`Vm::reload`].
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use lisle::{Context, Libraries, Vm};
    /// let libraries = Libraries::new();
    /// libraries.insert("(n)", "(define-library (n) (import (scheme base)) (export n) (begin (define n 1)))");
    /// let vm = Vm::builder().loader(libraries.clone()).build()?;
    /// vm.define("reload", |cx: &mut Context, name: String| cx.reload(&name))?;
    /// vm.eval::<()>("(import (n))")?;
    /// libraries.insert("(n)", "(define-library (n) (import (scheme base)) (export n) (begin (define n 2)))");
    /// assert_eq!(vm.eval::<i64>("(reload \"(n)\") n")?, 2);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn reload(&mut self, name: &str) -> Result<(), Error> {
        let (mutator, vm) = self.parts();
        let no_library = || Error::of_kind(ErrorKind::Syntax, format!("no library {name}"));
        let mut reader = Reader::new(SourceId::default(), name, &vm.symbols);
        let set = reader.next().ok().flatten().ok_or_else(no_library)?;
        let parts: Option<Vec<String>> = set
            .proper_list()
            .map(|parts| parts.iter().map(|part| part.to_text(&vm.symbols)).collect());
        let loaders = vm.config.loaders.with_folders(&vm.config.library_path, false);
        let found = mutator.native(|| parts.and_then(|parts| loaders.load(&parts)));
        let (file, text) = found.ok_or_else(no_library)?;
        self.evaluate(&file, &text)?;
        self.with_libraries(|cx| cx.run_library(set))
    }
    /// Runs a library that nobody has run.
    fn run_library(&mut self, set: Datum) -> Result<(), Error> {
        let (mutator, vm) = self.parts();
        let made = vm.front.environment(vm, mutator, &[set]);
        let (_, procedures) = made.map_err(|error| Error::from_front(vm, error))?;
        let procedures: Vec<Root> = procedures.into_iter().map(|v| vm.heap.add_root(v)).collect();
        for procedure in procedures {
            let outcome = Machine::new(mutator, vm).call_from_host(procedure.get(), &[]);
            Error::from_outcome(vm, outcome).map_err(|error| error.placed(vm, Span::NONE))?;
        }
        Ok(())
    }
    /// Runs `work`, which runs libraries, while no other thread does: what imports a library that
    /// another thread runs waits until its variables have their values. See `scheme/eval.scm`.
    pub(crate) fn with_libraries<R>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let (mutator, vm) = self.parts();
        let enter = vm.front.require(vm, mutator, "%enter-libraries");
        let enter = enter.map_err(|error| Error::from_front(vm, error))?;
        let outcome = Machine::new(mutator, vm).call_from_host(object::field(enter, 0), &[]);
        let entered = Error::from_outcome(vm, outcome)?;
        let mutex = lisle_threads::mutex::is_mutex(entered).then(|| vm.heap.add_root(entered));
        let result = catch_unwind(AssertUnwindSafe(|| work(self)));
        if let Some(mutex) = mutex {
            // Whatever has ended the work: guest code may not run any more.
            lisle_threads::mutex::unlock(self.parts().0, mutex.get());
        }
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }
}
