//! One use of a macro that is a procedure: what the procedure's questions to the expander are about.

use super::meaning::Meanings;
use super::scope::{Alias, Ident, Scope};
use super::{ExpandError, ExpandErrorKind, Expander, GlobalHost, Result};
use crate::source::Span;
use crate::symbols::{Sym, Symbols};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An identifier can be renamed this often: by macros that define macros that define macros ...
const MAX_RENAMINGS: u32 = 1000;

/// A new name for `base`, which an expansion inserts with what it means in `scope`.
pub(super) fn rename(base: &Ident, scope: &Scope, step: u64, span: Span) -> Result<Arc<Alias>> {
    let alias = Alias::new(base.clone(), scope.clone(), step);
    if alias.depth > MAX_RENAMINGS {
        let message = "macros define macros too deeply here";
        return Err(ExpandError::new(message, span).of_kind(ExpandErrorKind::Limit));
    }
    Ok(Arc::new(alias))
}

/// One use of a macro that is a procedure.
pub struct Expansion {
    /// Its number: no other expansion has the same.
    pub(super) step: u64,
    /// Where the macro is used.
    pub(super) scope: Scope,
    /// Where it was defined.
    pub(super) definition: Scope,
    /// The place of the use.
    pub(super) span: Span,
    /// How many data the procedure has made.
    made: AtomicU64,
    /// The symbols that stand for identifiers in a macro with explicit renaming.
    names: Mutex<Names>,
}

/// Which identifiers symbols stand for, and the other way round. Symbols as they are read stand for
/// themselves; all others are uninterned.
#[derive(Default)]
struct Names {
    idents: FxHashMap<Sym, Ident>,
    syms: FxHashMap<Ident, Sym>,
}

impl Expansion {
    pub(super) fn new(step: u64, scope: Scope, definition: Scope, span: Span) -> Expansion {
        let (made, names) = (AtomicU64::new(0), Mutex::default());
        Expansion { step, scope, definition, span, made, names }
    }
    /// The procedure has made so many data. Relaxed: only a number.
    pub(crate) fn count(&self, made: u64) {
        self.made.fetch_add(made, Ordering::Relaxed);
    }
    pub(super) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
    /// The symbol that stands for `ident`.
    pub(super) fn symbol_of(&self, ident: Ident, symbols: &Symbols) -> Sym {
        if let Ident::Symbol(sym) = ident {
            return sym;
        }
        let Names { idents, syms } = &mut *self.names.lock();
        *syms.entry(ident).or_insert_with_key(|ident| {
            let sym = symbols.uninterned(&symbols.name(ident.symbol()));
            symbols.make_lasting(sym);
            idents.insert(sym, ident.clone());
            sym
        })
    }
    /// The identifier that a symbol stands for.
    pub(super) fn ident_of(&self, sym: Sym) -> Ident {
        self.names.lock().idents.get(&sym).cloned().unwrap_or(Ident::Symbol(sym))
    }
    /// The name that `name` is renamed to: the same for the same name.
    ///
    /// # Errors
    /// When macros define macros too deeply.
    pub fn rename(&self, name: Sym, symbols: &Symbols) -> Result<Sym> {
        let alias = rename(&self.ident_of(name), &self.definition, self.step, self.span)?;
        Ok(self.symbol_of(Ident::Alias(alias), symbols))
    }
    /// Do two names mean the same where the macro is used?
    pub fn compare(
        &self,
        a: Sym,
        b: Sym,
        expander: &Expander,
        symbols: &Symbols,
        host: &dyn GlobalHost,
    ) -> bool {
        let (a, b) = (self.ident_of(a), self.ident_of(b));
        let meanings = Meanings { expander, symbols, host };
        meanings.same((&a, &self.scope), (&b, &self.scope))
    }
}
