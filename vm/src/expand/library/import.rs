//! Import sets, and the standard libraries.

use super::Library;
use crate::expand::context::Context;
use crate::expand::scope::{Binding, GlobalState, Ident};
use crate::expand::{ExpandError, Result};
use crate::hints;
use crate::read::datum::Datum;
use crate::read::reader::Reader;
use crate::source::SourceId;
use crate::symbols::{Sym, Symbols};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Import sets may be nested this deeply.
const MAX_MODIFIERS: usize = 100;

/// This library exports its own names and those of all others.
pub(in crate::expand) const EVERYTHING: &str = "(lisle base)";

/// What only the libraries that come with Lisle import.
const INTERNAL: &str = "(lisle internal)";

/// What the embedding program has defined, for libraries to import.
pub(super) const HOST: &str = "(lisle host)";

/// The names that R7RS-large gave to SRFIs: `(scheme list)` is `(srfi 1)`.
const LARGE_NAMES: &[(&str, &str)] = &[
    ("scheme bitwise", "srfi 151"),
    ("scheme box", "srfi 111"),
    ("scheme charset", "srfi 14"),
    ("scheme comparator", "srfi 128"),
    ("scheme ephemeron", "srfi 124"),
    ("scheme fixnum", "srfi 143"),
    ("scheme flonum", "srfi 144"),
    ("scheme generator", "srfi 158"),
    ("scheme hash-table", "srfi 125"),
    ("scheme list", "srfi 1"),
    ("scheme list-queue", "srfi 117"),
    ("scheme mapping", "srfi 146"),
    ("scheme mapping hash", "srfi 146 hash"),
    ("scheme regex", "srfi 115"),
    ("scheme set", "srfi 113"),
    ("scheme sort", "srfi 132"),
    ("scheme stream", "srfi 41"),
    ("scheme vector", "srfi 133"),
    ("scheme vector base", "srfi 160 base"),
    ("scheme vector c128", "srfi 160 c128"),
    ("scheme vector c64", "srfi 160 c64"),
    ("scheme vector f32", "srfi 160 f32"),
    ("scheme vector f64", "srfi 160 f64"),
    ("scheme vector s16", "srfi 160 s16"),
    ("scheme vector s32", "srfi 160 s32"),
    ("scheme vector s64", "srfi 160 s64"),
    ("scheme vector s8", "srfi 160 s8"),
    ("scheme vector u16", "srfi 160 u16"),
    ("scheme vector u32", "srfi 160 u32"),
    ("scheme vector u64", "srfi 160 u64"),
    ("scheme vector u8", "srfi 160 u8"),
];

/// The number of the SRFI that has been given this name, `srfi 1` for example.
pub(super) fn usual_name(name: &str) -> Option<&'static str> {
    if !name.starts_with("scheme ") {
        return None;
    }
    LARGE_NAMES.iter().find(|(large, _)| *large == name).map(|(_, srfi)| *srfi)
}

/// The names that each standard library exports, from forms `((scheme char) name ...)`.
pub(in crate::expand) fn read_standard(
    text: &str,
    symbols: &Symbols,
) -> FxHashMap<String, Vec<Sym>> {
    let mut reader = Reader::new(SourceId::default(), text, symbols);
    let mut libraries: FxHashMap<String, Vec<Sym>> = FxHashMap::default();
    while let Some(form) = reader.next().expect("the list of standard libraries is well-formed") {
        let mut items = form.iter();
        if let Some(name) = items.next() {
            let exports = items.filter_map(Datum::as_symbol).collect();
            libraries.insert(name.to_text(symbols), exports);
        }
    }
    let visible = libraries.iter().filter(|(name, _)| *name != INTERNAL);
    let all = visible.flat_map(|(_, names)| names).copied().collect();
    libraries.insert(EVERYTHING.to_owned(), all);
    libraries
}

impl Context<'_> {
    /// The names that a standard library exports.
    pub(super) fn standard_names(&self, key: &str) -> Option<&[Sym]> {
        let libraries = self.expander.standard_libraries(self.session.symbols);
        libraries.get(key).map(Vec::as_slice)
    }

    /// The bindings of an import set; the libraries it needs will be instantiated here.
    pub(in crate::expand) fn import_set(&mut self, set: &Datum) -> Result<Vec<(Sym, Binding)>> {
        let bindings = self.import_set_bindings(set)?;
        if let Some(library) = self.library_of(set)? {
            self.instantiations.push((self.units.len(), library));
        }
        Ok(bindings)
    }

    /// The modifiers around a library's name, innermost first, and that name.
    fn modifiers<'d>(&self, set: &'d Datum) -> Result<(Vec<(Modifier, &'d Datum)>, &'d Datum)> {
        let mut modifiers = Vec::new();
        let mut rest = set;
        while let Some((modifier, inner)) = self.modifier(rest) {
            if modifiers.len() >= MAX_MODIFIERS {
                return Err(self.error_in("this import set is nested too deeply", set));
            }
            modifiers.push((modifier, rest));
            rest = inner;
        }
        modifiers.reverse();
        Ok((modifiers, rest))
    }
    /// The modifier of `(only set name ...)` and the like. `(only foo)` names a library: the set
    /// must be a list itself.
    fn modifier<'d>(&self, set: &'d Datum) -> Option<(Modifier, &'d Datum)> {
        let mut items = set.iter();
        let keyword = Ident::of(items.next()?)?;
        let inner = items.next().filter(|inner| inner.as_pair().is_some())?;
        let name = self.name(keyword.symbol());
        let (_, modifier) = MODIFIERS.iter().find(|(known, _)| **known == *name)?;
        Some((*modifier, inner))
    }
    /// A hint for what is neither a library's name nor an import set.
    pub(super) fn modifier_hint(&self, set: &Datum) -> Option<String> {
        let keyword = set.as_pair().and_then(|pair| Ident::of(&pair.car))?;
        let known = MODIFIERS.iter().map(|(known, _)| (*known).to_owned());
        hints::among(&self.name(keyword.symbol()), known)
    }
    /// The library an import set takes its bindings from; `None` if it is a standard one.
    pub(super) fn library_of(&mut self, set: &Datum) -> Result<Option<Arc<Library>>> {
        let (_, name) = self.modifiers(set)?;
        self.find_library(name)
    }

    /// The names and bindings of an import set.
    pub(super) fn import_set_bindings(&mut self, set: &Datum) -> Result<Vec<(Sym, Binding)>> {
        let (modifiers, name) = self.modifiers(set)?;
        let mut names = self.library_bindings(name)?;
        for (modifier, form) in modifiers {
            let operands: Vec<&Datum> = form.iter().skip(2).collect();
            names = match modifier {
                Modifier::Only => {
                    let mut kept = FxHashMap::default();
                    for operand in operands {
                        let (sym, binding) = self.imported(operand, &names)?;
                        kept.insert(sym, binding);
                    }
                    kept
                }
                Modifier::Except => {
                    for operand in operands {
                        let (sym, _) = self.imported(operand, &names)?;
                        names.remove(&sym);
                    }
                    names
                }
                Modifier::Prefix => {
                    let [prefix] = operands[..] else {
                        return Err(self.error_in("import: expected (prefix set name)", form));
                    };
                    let prefix = self.name(self.import_name(prefix)?);
                    let add = |sym| {
                        let name = format!("{prefix}{}", self.name(sym));
                        self.session.symbols.intern(&name)
                    };
                    names.into_iter().map(|(sym, binding)| (add(sym), binding)).collect()
                }
                Modifier::Rename => self.renamed(&operands, names)?,
            };
        }
        Ok(names.into_iter().collect())
    }
    /// What a library exports.
    fn library_bindings(&mut self, name: &Datum) -> Result<FxHashMap<Sym, Binding>> {
        if let Some(library) = self.find_library(name)? {
            return Ok(library.exports.clone());
        }
        let (key, _) = self.library_name(name)?;
        if key == HOST {
            let binding = |(sym, id)| (sym, Binding::Global { id, state: GlobalState::Imported });
            return Ok(self.expander.host.definitions().into_iter().map(binding).collect());
        }
        let Some(names) = self.standard_names(&key) else { return Err(self.no_library(name)) };
        let binding = |sym: &Sym| match self.expander.specials.get(sym) {
            Some(special) => (*sym, Binding::Special(*special)),
            None => (*sym, Binding::Core(*sym)),
        };
        Ok(names.iter().map(binding).collect())
    }
    fn renamed(
        &self,
        operands: &[&Datum],
        mut names: FxHashMap<Sym, Binding>,
    ) -> Result<FxHashMap<Sym, Binding>> {
        let mut added = Vec::with_capacity(operands.len());
        for operand in operands {
            let parts = operand.proper_list();
            let Some([from, to]) = parts.as_deref() else {
                return Err(self.error_in("import: expected (rename set (old new) ...)", operand));
            };
            let (from, binding) = self.imported(from, &names)?;
            added.push((from, self.import_name(to)?, binding));
        }
        for (from, _, _) in &added {
            names.remove(from);
        }
        names.extend(added.into_iter().map(|(_, to, binding)| (to, binding)));
        Ok(names)
    }
    fn import_name(&self, datum: &Datum) -> Result<Sym> {
        match Ident::of(datum) {
            Some(ident) => Ok(ident.symbol()),
            None => Err(self.error_in("import: expected a name", datum)),
        }
    }
    /// A name that must be among those imported, and what it is bound to.
    fn imported(&self, datum: &Datum, names: &FxHashMap<Sym, Binding>) -> Result<(Sym, Binding)> {
        let sym = self.import_name(datum)?;
        match names.get(&sym) {
            Some(binding) => Ok((sym, binding.clone())),
            None => {
                let name = self.name(sym);
                let message = format!("import: the library does not export {name}");
                let known = names.keys().map(|known| self.name(*known).to_string());
                let hint = hints::among(&name, known.filter(|known| !known.starts_with('%')));
                Err(ExpandError::new(message, datum.span).with_hint(hint))
            }
        }
    }
}

/// The names of the modifiers.
const MODIFIERS: [(&str, Modifier); 4] = [
    ("only", Modifier::Only),
    ("except", Modifier::Except),
    ("prefix", Modifier::Prefix),
    ("rename", Modifier::Rename),
];

/// What an import set does with the names of the set inside it.
#[derive(Clone, Copy)]
enum Modifier {
    Only,
    Except,
    Prefix,
    Rename,
}
