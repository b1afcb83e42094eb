//! The expander: from data to the core language, hygienically.
//!
//! Macros rename: every identifier that a template inserts becomes a fresh *alias*, which remembers
//! the symbol and where the macro was defined ([`scope::Alias`]). Binding forms bind aliases like
//! symbols; an alias that nothing binds means what its symbol means where the macro was defined;
//! quotation turns aliases back into symbols. All of R7RS's syntax is expanded here in Rust, straight
//! to [`Core`], so what it refers to ("`append`" in a quasi-quotation) cannot be shadowed.
//!
//! A form is expanded completely, libraries it imports included, into [`Unit`]s that are then run in
//! order. Only macros that are procedures run code during expansion (`procedural`).
//!
//! Recursion follows the nesting of expressions and is bounded three ways ([`Limits`]): by levels, so
//! that later passes may recurse over [`Core`] too; by bytes of native stack; and by the number of
//! data that macros make, so that a macro that expands for ever is an error in the end.

mod binding;
mod body;
mod condition;
mod context;
mod definition;
mod expansion;
mod expression;
mod extras;
mod foresight;
mod guarded;
mod library;
mod macros;
mod meaning;
mod misspelt;
mod print;
mod procedural;
mod quasiquote;
mod record;
pub mod scope;
mod special;
mod syntax_case;
mod syntax_object;
mod syntax_rules;
#[cfg(test)]
mod tests;
mod toplevel;

pub use expansion::Expansion;
pub use library::{FEATURES, Library, LibraryLoader};
pub use print::core_text;
pub use scope::Environment;
pub use syntax_case::{SyntaxMatches, SyntaxPattern, SyntaxTemplate};
pub(crate) use syntax_object::SyntaxObject;
pub(crate) use syntax_rules::template::Maker;

use crate::core_form::{Core, Vars};
use crate::globals::{GlobalId, Unused};
use crate::read::ReadError;
use crate::read::datum::Datum;
use crate::source::{Sources, Span};
use crate::symbols::{Sym, Symbols};
use context::Context;
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use special::Special;
use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

/// Why a form cannot be expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpandError {
    /// What is wrong.
    pub message: String,
    /// The form it is about, as text.
    pub form: Option<String>,
    /// Where.
    pub span: Span,
    /// What kind of error it is.
    pub kind: ExpandErrorKind,
    /// The macro uses that the form came out of, innermost first: the macro and the use.
    pub expansions: Vec<(Sym, Span)>,
    /// What may help.
    pub hint: Option<String>,
}

/// Kinds of [`ExpandError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpandErrorKind {
    /// The program is wrong.
    Syntax,
    /// A file that the program includes or imports cannot be read.
    File,
    /// A text cannot be read as data; `incomplete` as in [`ReadError`].
    Read,
    /// A limit was passed, of nesting or expansion.
    Limit,
    /// The heap limit was reached.
    HeapExhausted,
    /// The `check` of the [`Session`] asked to stop.
    Interrupted,
}

impl ExpandError {
    /// An error in the program.
    pub fn new(message: impl Into<String>, span: Span) -> ExpandError {
        ExpandError {
            message: message.into(),
            form: None,
            span,
            kind: ExpandErrorKind::Syntax,
            expansions: Vec::new(),
            hint: None,
        }
    }
    /// The same of another kind.
    pub fn of_kind(self, kind: ExpandErrorKind) -> ExpandError {
        ExpandError { kind, ..self }
    }
    /// The same at this place, if it has none.
    pub(crate) fn placed(self, span: Span) -> ExpandError {
        let span = if self.span.is_none() { span } else { self.span };
        ExpandError { span, ..self }
    }
    /// The same with something that may help.
    pub(crate) fn with_hint(self, hint: Option<String>) -> ExpandError {
        ExpandError { hint, ..self }
    }
}

impl From<ReadError> for ExpandError {
    fn from(error: ReadError) -> ExpandError {
        ExpandError::new(error.message, error.span).of_kind(ExpandErrorKind::Read)
    }
}

impl fmt::Display for ExpandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.form {
            Some(form) => write!(f, ": {form}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ExpandError {}

/// What the functions of the expander return.
pub type Result<T> = std::result::Result<T, ExpandError>;

/// One piece of an expanded program, to be compiled and run before the next.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The code.
    pub core: Core,
    /// Its local variables.
    pub vars: Vars,
}

/// Where global variables come from.
///
/// The *core namespace* holds the primitives and the definitions of the library written in Scheme;
/// names of internal procedures begin with `%`.
pub trait GlobalHost {
    /// A new global variable, unbound so far.
    fn new_global(&self, name: Sym) -> Result<GlobalId>;
    /// Does the core namespace have this variable?
    fn has_core(&self, name: Sym) -> bool;
    /// That variable. Called when code refers to it, so that its definition can be compiled then;
    /// calls made meanwhile, for the same name too, must return without waiting for this one.
    fn core_global(&self, name: Sym) -> Result<Option<GlobalId>>;
    /// Where an environment that goes leaves the variables that only it named.
    fn unused(&self) -> Unused {
        Unused::default()
    }
    /// Some code changes this variable by `set!`.
    fn assigned(&self, global: GlobalId);
    /// A loader, code of the embedding program, has run, and may have turned to another VM.
    fn loader_returned(&self) {}
    /// A constant that stands for an object of the expander's, for `%syntax-match` and `%syntax`.
    fn keep(&self, object: Arc<dyn Any + Send + Sync>) -> Result<Datum> {
        drop(object);
        Err(ExpandError::new("procedures cannot be run here", Span::NONE))
    }
    /// Runs code now. A host that only compiles cannot.
    fn run(&self, units: Vec<Unit>) -> Result<()> {
        drop(units);
        Err(ExpandError::new("procedures cannot be run here", Span::NONE))
    }
    /// The same of an expression, whose value is to be a macro's procedure.
    fn evaluate(&self, unit: Unit) -> Result<Transformer> {
        drop(unit);
        Err(ExpandError::new("procedures cannot be run here", Span::NONE))
    }
    /// What such a procedure makes of a macro's use.
    fn apply(
        &self,
        transformer: &Transformer,
        form: &Datum,
        expansion: &Arc<Expansion>,
    ) -> Result<Datum> {
        let _ = (transformer, form, expansion);
        Err(ExpandError::new("procedures cannot be run here", Span::NONE))
    }
}

/// A macro's procedure.
pub struct Transformer {
    /// How it is called.
    pub kind: TransformerKind,
    /// The procedure itself, kept by the host.
    pub procedure: Box<dyn Any + Send + Sync>,
}

/// How a macro's procedure is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransformerKind {
    /// With a form whose identifiers are symbols, and an [`Expansion`] to rename and compare them.
    Renaming,
    /// With a syntax object.
    Syntax,
    /// The same; and assignments to the keyword are uses of the macro.
    Variable,
}

/// How far expansion may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Levels of nested expressions, and so of nested [`Core`].
    pub depth: u32,
    /// Bytes of native stack.
    pub stack_bytes: usize,
    /// Data made by macros in the expansion of one top-level form.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { depth: 10_000, stack_bytes: 1 << 20, steps: 20_000_000 }
    }
}

/// What an expansion may ask of its surroundings.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    /// The symbols of the VM.
    pub symbols: &'a Symbols,
    /// The source texts; files read by `include` and `import` are added.
    pub sources: &'a Sources,
    /// The global variables.
    pub host: &'a dyn GlobalHost,
    /// The files.
    pub loader: &'a dyn LibraryLoader,
    /// Called now and then; an error stops the expansion. See [`ExpandErrorKind::Interrupted`].
    pub check: &'a dyn Fn() -> Result<()>,
    /// How far the expansion may go.
    pub limits: Limits,
}

impl Session<'_> {
    /// Asks the loader.
    fn ask_loader<R>(&self, question: impl FnOnce(&dyn LibraryLoader) -> R) -> R {
        let answer = question(self.loader);
        self.host.loader_returned();
        answer
    }
}

/// The expander of a VM: what top-level forms share. Several threads may use it at once.
pub struct Expander {
    specials: FxHashMap<Sym, Special>,
    /// The text that lists the standard libraries, and what was read from it.
    standard_text: &'static str,
    standard: OnceLock<FxHashMap<String, Vec<Sym>>>,
    libraries: Mutex<FxHashMap<String, Arc<Library>>>,
    core: Arc<Environment>,
    interaction: Arc<Environment>,
    /// What `interaction` is while a program runs.
    main: OnceLock<Arc<Environment>>,
    /// What `(lisle host)` exports is defined here.
    host: Arc<Environment>,
    /// Calls whose operators may be misspelt.
    suspects: misspelt::Suspects,
    /// How many expansions of macros and units there have been.
    numbers: AtomicU64,
    /// Emptied when the expander is dropped: environments and their macros refer to each other.
    environments: RwLock<Vec<Weak<Environment>>>,
}

impl Expander {
    /// An expander whose standard libraries are listed in `standard_text`, one form a library:
    /// `((scheme char) char-alphabetic? ...)`.
    pub fn new(symbols: &Symbols, standard_text: &'static str) -> Expander {
        let core = Arc::new(Environment::core());
        let interaction = Arc::new(Environment::interaction());
        let host = Arc::new(Environment::interaction());
        let environments = [&core, &interaction, &host].map(Arc::downgrade).to_vec();
        Expander {
            specials: special::table(symbols),
            standard_text,
            standard: OnceLock::new(),
            libraries: Mutex::default(),
            core,
            interaction,
            main: OnceLock::new(),
            host,
            suspects: misspelt::Suspects::default(),
            numbers: AtomicU64::new(0),
            environments: RwLock::new(environments),
        }
    }
    /// The environment of the core namespace: every variable and all syntax. Definitions in it
    /// define what [`GlobalHost::core_global`] returns for their name.
    pub fn core_environment(&self) -> &Arc<Environment> {
        &self.core
    }
    /// The environment of the REPL and of `(interaction-environment)`: everything standard, to
    /// which definitions and imports add. In a program it has the program's bindings.
    pub fn interaction_environment(&self) -> &Arc<Environment> {
        self.main.get().unwrap_or(&self.interaction)
    }
    /// The environment of the program that the VM is for, as [`Expander::program_environment`]
    /// makes. What it binds is bound in the interaction environment too, and the other way round:
    /// files that it loads and data that it evaluates see its definitions.
    pub fn main_environment(&self) -> Arc<Environment> {
        let environment = self.program_environment();
        // The first program stays the main one.
        let _ = self.main.set(Arc::new(environment.with_standard()));
        environment
    }
    /// The environment in which the embedding program defines what libraries import from
    /// `(lisle host)`. Scripts cannot change it: what they define is elsewhere.
    pub fn host_environment(&self) -> &Arc<Environment> {
        &self.host
    }
    /// An environment for a program: everything standard, or what it imports if it begins with
    /// an import.
    pub fn program_environment(&self) -> Arc<Environment> {
        self.register(Environment::program())
    }
    /// An environment with the bindings of some import sets, as `environment` makes; and what must
    /// be run before it is used. Nothing can be defined in it.
    pub fn environment(
        &self,
        session: &Session<'_>,
        import_sets: &[Datum],
    ) -> Result<(Arc<Environment>, Vec<Unit>)> {
        let environment = self.register(Environment::empty(scope::Changes::Forbidden));
        let mut context = Context::new(self, session);
        for set in import_sets {
            context.import_into(&environment, set)?;
        }
        Ok((environment, context.finish()))
    }
    /// Expands a top-level form: a definition, import, library or expression.
    pub fn expand_toplevel(
        &self,
        session: &Session<'_>,
        form: &Datum,
        environment: &Arc<Environment>,
    ) -> Result<Vec<Unit>> {
        let mut context = Context::new(self, session);
        match context.toplevel(form.clone(), environment) {
            Ok(()) => Ok(context.finish()),
            Err(error) => Err(context.with_expansions(error)),
        }
    }
    /// The standard libraries, by their names as text, and what each exports.
    pub(crate) fn standard_libraries(&self, symbols: &Symbols) -> &FxHashMap<String, Vec<Sym>> {
        self.standard.get_or_init(|| library::read_standard(self.standard_text, symbols))
    }
    /// The names that `environment` binds to variables or syntax, for completion.
    pub fn visible_names(&self, environment: &Environment) -> Vec<Sym> {
        let mut names = environment.bound_symbols();
        if environment.sees_standard() {
            names.extend(self.specials.keys());
            let all = self.standard.get().and_then(|all| all.get(library::EVERYTHING));
            names.extend(all.into_iter().flatten());
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// A number that nothing else has. Relaxed: it orders nothing.
    fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }
    fn next_unit(&self) -> scope::UnitId {
        scope::UnitId(self.next_number())
    }
    fn register(&self, environment: Environment) -> Arc<Environment> {
        let environment = Arc::new(environment);
        let mut all = self.environments.write();
        if all.len() == all.capacity() {
            all.retain(|known| known.strong_count() > 0);
        }
        all.push(Arc::downgrade(&environment));
        environment
    }
}

impl Drop for Expander {
    fn drop(&mut self) {
        for environment in self.environments.get_mut() {
            if let Some(environment) = environment.upgrade() {
                environment.clear();
            }
        }
    }
}
