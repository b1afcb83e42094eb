//! Libraries: their definition, where they are found, what they export.

mod import;
mod inclusion;

pub(super) use import::EVERYTHING;
pub use inclusion::FEATURES;

pub(super) use import::read_standard;

use super::context::Context;
use super::scope::{Binding, Changes, Environment, Found, GlobalState, Ident, Scope, look_up};
use super::special::Special;
use super::{ExpandError, Result, Unit};
use crate::hints;
use crate::read::datum::{Datum, DatumKind};
use crate::read::reader::Reader;
use crate::source::{Source, Span};
use crate::symbols::Sym;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Libraries that import each other may be nested this deeply.
const MAX_LOADING: usize = 200;

/// What a library consists of.
const DECLARATIONS: [&str; 7] = [
    "begin",
    "cond-expand",
    "export",
    "import",
    "include",
    "include-ci",
    "include-library-declarations",
];

/// Finds the files that programs import and include.
///
/// ```
/// use lisle::{LibraryLoader, Vm};
/// /// `(constant 42)` exports `value`.
/// struct Constants;
/// impl LibraryLoader for Constants {
///     fn load(&self, name: &[String]) -> Option<(String, String)> {
///         let ["constant", number] = [name.first()?.as_str(), name.get(1)?.as_str()] else {
///             return None;
///         };
///         let text = format!(
///             "(define-library (constant {number}) (import (scheme base)) (export value)
///                (begin (define value {number})))"
///         );
///         Some((format!("constant {number}"), text))
///     }
/// }
/// let vm = Vm::builder().loader(Constants).build()?;
/// assert_eq!(vm.eval::<i64>("(import (constant 42)) value")?, 42);
/// # Ok::<(), lisle::Error>(())
/// ```
pub trait LibraryLoader: Send + Sync {
    /// The file that defines the library with this name, `["srfi", "1"]` for example: its name
    /// and its text.
    fn load(&self, name: &[String]) -> Option<(String, String)>;
    /// A file named by `include`, relative to the file that includes it, if there is one: its name
    /// and its text, or why it cannot be read.
    fn include(
        &self,
        name: &str,
        from: Option<&str>,
    ) -> std::result::Result<(String, String), String> {
        let _ = from;
        Err(format!("there is no {name}"))
    }
}

/// A library that has been expanded.
pub struct Library {
    exports: FxHashMap<Sym, Binding>,
    /// What its body is expanded in.
    environment: Arc<Environment>,
    /// The libraries it imports.
    needs: Vec<Arc<Library>>,
    /// Its body, until an import has asked for it.
    body: Mutex<Vec<Unit>>,
    /// Has an import asked for the body? Synchronises nothing: the body has a lock.
    instantiated: AtomicBool,
}

/// The declarations of a library, collected.
#[derive(Default)]
struct Declarations {
    /// Internal and external names, and where they stand.
    exports: Vec<(Ident, Sym, Span)>,
    imports: Vec<Datum>,
    body: Vec<Datum>,
}

impl Library {
    /// Adds the bodies of this library and of those it needs to `units`, those that no import has
    /// asked for before.
    pub(super) fn instantiate(self: &Arc<Library>, units: &mut Vec<Unit>) {
        let mut begun = Vec::new();
        if !self.instantiated.swap(true, Ordering::Relaxed) {
            begun.push((self.clone(), 0));
        }
        while let Some((library, next)) = begun.pop() {
            let Some(needed) = library.needs.get(next).cloned() else {
                units.append(&mut library.body.lock());
                continue;
            };
            begun.push((library, next + 1));
            if !needed.instantiated.swap(true, Ordering::Relaxed) {
                begun.push((needed, 0));
            }
        }
    }
}

impl Context<'_> {
    /// The name of a library as text, under which it is registered; and its parts. Of a library
    /// with two names, the SRFI's.
    fn library_name(&self, name: &Datum) -> Result<(String, Vec<String>)> {
        let items = name.proper_list().filter(|items| !items.is_empty());
        let Some(items) = items else {
            return Err(self.error_in("a library's name is a list of names and numbers", name));
        };
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            let part = match (&item.kind, Ident::of(item)) {
                (_, Some(ident)) => self.name(ident.symbol()).to_string(),
                (DatumKind::Number(_), None) => item.to_text(self.session.symbols),
                _ => {
                    let message = "a library's name consists of names and numbers";
                    let hint = self.modifier_hint(name);
                    return Err(self.error_in(message, item).with_hint(hint));
                }
            };
            parts.push(part);
        }
        let mut name = parts.join(" ");
        if let Some(usual) = import::usual_name(&name) {
            parts = usual.split(' ').map(str::to_owned).collect();
            usual.clone_into(&mut name);
        }
        Ok((format!("({name})"), parts))
    }

    /// `(define-library name declaration ...)`.
    pub(super) fn define_library(&mut self, form: &Datum) -> Result<()> {
        let special = Special::DefineLibrary;
        let operands = self.operands(special, form)?;
        let Some((name, declarations)) = operands.split_first() else {
            return Err(self.shape(special, "(define-library name declaration ...)", form));
        };
        let (key, _) = self.library_name(name)?;
        if self.loading.len() >= MAX_LOADING {
            return Err(self.error_in("libraries import each other too deeply", name));
        }
        let declarations = self.declarations(declarations)?;
        let environment = self.expander.register(Environment::empty(Changes::Allowed));
        // Loaded again: its importers are to see the new definitions.
        if let Some(old) = self.registered(&key) {
            environment.succeed(&old.environment);
        }
        let mut inner = Context::new(self.expander, self.session);
        inner.loading.clone_from(&self.loading);
        inner.loading.push(key.clone());
        let mut needs = Vec::new();
        for set in &declarations.imports {
            needs.extend(inner.library_of(set)?);
            for (name, binding) in inner.import_set_bindings(set)? {
                environment.bind(Ident::Symbol(name), binding);
            }
        }
        inner.needs.clone_from(&needs);
        for form in declarations.body {
            let expanded = inner.toplevel(form, &environment);
            expanded.map_err(|error| inner.with_expansions(error))?;
        }
        let mut exports = FxHashMap::default();
        for (ident, external, span) in declarations.exports {
            exports.insert(external, self.exported(&ident, span, &environment)?);
        }
        let body = Mutex::new(inner.finish());
        let library =
            Library { exports, environment, needs, body, instantiated: AtomicBool::new(false) };
        self.expander.libraries.lock().insert(key, Arc::new(library));
        Ok(())
    }
    /// What a library exports under a name: its variables cannot be changed from outside.
    fn exported(
        &self,
        ident: &Ident,
        span: Span,
        environment: &Arc<Environment>,
    ) -> Result<Binding> {
        match look_up(ident, &Scope::Top(environment.clone())) {
            Found::Binding(Binding::Global { id, .. }) => {
                Ok(Binding::Global { id, state: GlobalState::Imported })
            }
            Found::Binding(binding) => Ok(binding),
            Found::Free(sym, _) => {
                let name = self.name(sym);
                let message =
                    format!("export: {name} is neither defined nor imported by this library");
                let known = environment.bound_symbols();
                let known = known.into_iter().map(|known| self.name(known).to_string());
                Err(ExpandError::new(message, span).with_hint(hints::among(&name, known)))
            }
        }
    }

    /// Sorts the declarations of a library.
    fn declarations(&mut self, declarations: &[&Datum]) -> Result<Declarations> {
        let mut pending: Vec<Datum> = declarations.iter().rev().map(|d| (*d).clone()).collect();
        let mut sorted = Declarations::default();
        while let Some(declaration) = pending.pop() {
            let keyword = declaration.as_pair().and_then(|pair| Ident::of(&pair.car));
            let keyword = keyword.map(|ident| self.name(ident.symbol()));
            let items = declaration.proper_list();
            let (Some(keyword), Some([_, items @ ..])) = (keyword, items.as_deref()) else {
                return Err(self.error_in("this is no declaration of a library", &declaration));
            };
            match &*keyword {
                "export" => {
                    for spec in items {
                        sorted.exports.push(self.export_spec(spec)?);
                    }
                }
                "import" => sorted.imports.extend(items.iter().map(|item| (*item).clone())),
                "begin" => sorted.body.extend(items.iter().map(|item| (*item).clone())),
                "include" => sorted.body.extend(self.include(Special::Include, &declaration)?),
                "include-ci" => {
                    sorted.body.extend(self.include(Special::IncludeCi, &declaration)?);
                }
                "include-library-declarations" => {
                    let included = self.include(Special::Include, &declaration)?;
                    pending.extend(included.into_iter().rev());
                }
                "cond-expand" => {
                    let scope = Scope::Top(self.expander.core.clone());
                    pending.extend(self.cond_expand(&declaration, &scope)?.into_iter().rev());
                }
                _ => {
                    let message = "this is no declaration of a library; definitions and expressions \
                                   belong into (begin ...)";
                    let known = DECLARATIONS.iter().map(|known| (*known).to_owned());
                    let hint = hints::among(&keyword, known);
                    return Err(self.error_in(message, &declaration).with_hint(hint));
                }
            }
        }
        Ok(sorted)
    }
    /// `name` or `(rename internal external)`.
    fn export_spec(&self, spec: &Datum) -> Result<(Ident, Sym, Span)> {
        if let Some(ident) = Ident::of(spec) {
            let sym = ident.symbol();
            return Ok((Ident::Symbol(sym), sym, spec.span));
        }
        let items = spec.proper_list();
        let idents: Option<Vec<Sym>> = items
            .as_deref()
            .and_then(|items| items.iter().map(|i| Ident::of(i).map(|i| i.symbol())).collect());
        match idents.as_deref() {
            Some([keyword, internal, external]) if *self.name(*keyword) == *"rename" => {
                Ok((Ident::Symbol(*internal), *external, spec.span))
            }
            _ => Err(self.error_in("export: expected a name or (rename internal external)", spec)),
        }
    }

    /// The library with this name, loaded if need be; `None` for a standard library.
    fn find_library(&mut self, name: &Datum) -> Result<Option<Arc<Library>>> {
        let (key, parts) = self.library_name(name)?;
        if let Some(library) = self.registered(&key) {
            return Ok(Some(library));
        }
        if key == import::HOST || self.standard_names(&key).is_some() {
            return Ok(None);
        }
        if self.loading.contains(&key) {
            return Err(self.error_in("this library imports itself, perhaps through others", name));
        }
        let found = self.session.ask_loader(|loader| loader.load(&parts));
        let Some((file, text)) = found else {
            return Err(self.no_library(name));
        };
        self.loading.push(key.clone());
        let loaded = self.nested(name.span, |cx| cx.load_file(&file, text));
        self.loading.pop();
        loaded?;
        match self.registered(&key) {
            Some(library) => Ok(Some(library)),
            None => Err(self.error_in(format!("{file} does not define this library"), name)),
        }
    }
    fn registered(&self, key: &str) -> Option<Arc<Library>> {
        self.expander.libraries.lock().get(key).cloned()
    }
    /// Can this library be imported?
    fn library_exists(&mut self, name: &Datum) -> bool {
        let Ok((key, parts)) = self.library_name(name) else { return false };
        self.registered(&key).is_some()
            || key == import::HOST
            || self.standard_names(&key).is_some()
            || self.session.ask_loader(|loader| loader.load(&parts)).is_some()
    }
    /// Expands the library definitions in a file.
    fn load_file(&mut self, file: &str, text: String) -> Result<()> {
        let source = self.session.sources.add_lasting(file, text);
        for form in self.read_source(&source, false)? {
            let head = form.as_pair().and_then(|pair| Ident::of(&pair.car));
            let head = head.map(|ident| self.name(ident.symbol()));
            if head.as_deref() != Some("define-library") {
                let message = "a library's file holds nothing but (define-library ...)";
                return Err(self.error_in(message, &form));
            }
            self.define_library(&form)?;
        }
        Ok(())
    }
    /// All data of a source text.
    fn read_source(&self, source: &Source, fold_case: bool) -> Result<Vec<Datum>> {
        let mut reader = Reader::new(source.id, &source.text, self.session.symbols);
        reader.set_fold_case(fold_case);
        let mut forms = Vec::new();
        while let Some(form) = reader.next()? {
            forms.push(form);
        }
        Ok(forms)
    }
}
