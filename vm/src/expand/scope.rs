//! Identifiers, what they are bound to, and where.

#![expect(
    clippy::mutable_key_type,
    reason = "identifiers are hashed by the numbers of symbol and step, which never change"
)]

use super::macros::Macro;
use super::special::Special;
use crate::core_form::VarId;
use crate::globals::{GlobalId, Unused};
use crate::read::datum::{Datum, DatumKind};
use crate::source::Span;
use crate::symbols::Sym;
use parking_lot::RwLock;
use rustc_hash::FxHashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A name in a program: a symbol, or one that a macro renamed.
#[derive(Clone)]
pub enum Ident {
    /// A symbol as it was read.
    Symbol(Sym),
    /// A renamed symbol.
    Alias(Arc<Alias>),
}

/// An identifier inserted by one expansion of a macro. Two are the same identifier if they rename the
/// same identifier in the same step of expansion.
pub struct Alias {
    /// What was renamed.
    base: Ident,
    /// Where the macro was defined: what the base means if nothing binds the alias.
    scope: Scope,
    /// The expansion that inserted it: each has a number of its own.
    step: u64,
    /// How many times the symbol has been renamed.
    pub(super) depth: u32,
}

impl Alias {
    pub(super) fn new(base: Ident, scope: Scope, step: u64) -> Alias {
        let depth = match &base {
            Ident::Symbol(_) => 1,
            Ident::Alias(alias) => alias.depth + 1,
        };
        Alias { base, scope, step, depth }
    }
    /// The symbol that was renamed, perhaps several times.
    pub fn symbol(&self) -> Sym {
        let mut alias = self;
        loop {
            match &alias.base {
                Ident::Symbol(sym) => return *sym,
                Ident::Alias(inner) => alias = inner,
            }
        }
    }
    fn is(&self, other: &Alias) -> bool {
        let (mut a, mut b) = (self, other);
        while a.step == b.step && a.depth == b.depth && a.scope.is(&b.scope) {
            match (&a.base, &b.base) {
                (Ident::Symbol(a), Ident::Symbol(b)) => return a == b,
                (Ident::Alias(x), Ident::Alias(y)) if Arc::ptr_eq(x, y) => return true,
                (Ident::Alias(x), Ident::Alias(y)) => (a, b) = (x, y),
                _ => return false,
            }
        }
        false
    }
}

impl Ident {
    /// The identifier that `sym` would be if it had been written where this one was.
    pub(super) fn like(&self, sym: Sym) -> Ident {
        let mut renamings = Vec::new();
        let mut ident = self;
        while let Ident::Alias(alias) = ident {
            renamings.push(alias);
            ident = &alias.base;
        }
        renamings.into_iter().rev().fold(Ident::Symbol(sym), |base, alias| {
            Ident::Alias(Arc::new(Alias::new(base, alias.scope.clone(), alias.step)))
        })
    }
    /// The identifier as a datum.
    pub(super) fn datum(self, span: Span) -> Datum {
        match self {
            Ident::Symbol(sym) => Datum::symbol(sym, span),
            Ident::Alias(alias) => Datum::new(DatumKind::Alias(alias), span),
        }
    }
    /// The identifier that a datum is, if it is one.
    pub(super) fn of(datum: &Datum) -> Option<Ident> {
        match &datum.kind {
            DatumKind::Symbol(sym) => Some(Ident::Symbol(*sym)),
            DatumKind::Alias(alias) => Some(Ident::Alias(alias.clone())),
            _ => None,
        }
    }
    /// The symbol, without renamings.
    pub(super) fn symbol(&self) -> Sym {
        match self {
            Ident::Symbol(sym) => *sym,
            Ident::Alias(alias) => alias.symbol(),
        }
    }
}

impl PartialEq for Ident {
    fn eq(&self, other: &Ident) -> bool {
        match (self, other) {
            (Ident::Symbol(a), Ident::Symbol(b)) => a == b,
            (Ident::Alias(a), Ident::Alias(b)) => Arc::ptr_eq(a, b) || a.is(b),
            _ => false,
        }
    }
}

impl Eq for Ident {}

impl Hash for Ident {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Ident::Symbol(sym) => sym.hash(state),
            Ident::Alias(alias) => (alias.step, alias.symbol()).hash(state),
        }
    }
}

/// The piece of code that a local variable belongs to: a top-level form, or a macro's transformer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct UnitId(pub(super) u64);

/// What an identifier is bound to.
#[derive(Clone)]
pub(super) enum Binding {
    /// Syntax that the expander knows.
    Special(Special),
    /// A macro.
    Macro(Arc<Macro>),
    /// A local variable, and the code in which it has a value.
    Local(VarId, UnitId),
    /// A pattern variable of `syntax-case`.
    Pattern(PatternVariable),
    /// A variable of the core namespace.
    Core(Sym),
    /// A global variable.
    Global { id: GlobalId, state: GlobalState },
}

/// A pattern variable: where what it has matched is found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct PatternVariable {
    /// The variable that holds all that the pattern has matched.
    pub(super) matches: VarId,
    pub(super) unit: UnitId,
    /// Its number in the pattern.
    pub(super) index: usize,
    /// How many ellipses it stands under.
    pub(super) depth: u32,
}

/// What a top-level environment knows of one of its global variables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum GlobalState {
    /// Code refers to it, but no definition has been seen.
    Awaited,
    /// Defined in this environment.
    Defined,
    /// Imported, so it cannot be changed here.
    Imported,
}

/// Where an identifier is looked up.
#[derive(Clone)]
pub(super) enum Scope {
    /// Inside some binding form.
    Local(Arc<LocalScope>),
    /// At top level.
    Top(Arc<Environment>),
}

impl Scope {
    /// The top level around it.
    pub(super) fn outermost(&self) -> Scope {
        let mut scope = self;
        while let Scope::Local(local) = scope {
            scope = &local.parent;
        }
        scope.clone()
    }
    /// Is it the same place?
    fn is(&self, other: &Scope) -> bool {
        match (self, other) {
            (Scope::Local(a), Scope::Local(b)) => Arc::ptr_eq(a, b),
            (Scope::Top(a), Scope::Top(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// The bindings of one binding form.
pub(super) struct LocalScope {
    bindings: RwLock<FxHashMap<Ident, Binding>>,
    parent: Scope,
}

impl LocalScope {
    pub(super) fn inside(parent: &Scope) -> Arc<LocalScope> {
        Arc::new(LocalScope { bindings: RwLock::default(), parent: parent.clone() })
    }
    /// Binds `ident`; false if this scope binds it already.
    pub(super) fn bind(&self, ident: Ident, binding: Binding) -> bool {
        self.bindings.write().insert(ident, binding).is_none()
    }
    /// Forgets everything: scopes with macros refer to themselves.
    pub(super) fn clear(&self) {
        let bindings = std::mem::take(&mut *self.bindings.write());
        drop(bindings);
    }
}

/// What looking an identifier up has found.
pub(super) enum Found {
    /// A binding.
    Binding(Binding),
    /// Nothing, or an awaited variable: the symbol is free in this top-level environment. What the
    /// environment's fallback says of it is still to be asked.
    Free(Sym, Arc<Environment>),
}

/// Looks an identifier up: in the scopes around it; then, if it is an alias, its base in the scopes
/// around the macro's definition.
pub(super) fn look_up(ident: &Ident, scope: &Scope) -> Found {
    let mut ident = ident;
    let mut scope = scope;
    loop {
        match scope {
            Scope::Local(local) => {
                if let Some(binding) = local.bindings.read().get(ident) {
                    return Found::Binding(binding.clone());
                }
                scope = &local.parent;
            }
            Scope::Top(environment) => {
                match environment.get(ident) {
                    None | Some(Binding::Global { state: GlobalState::Awaited, .. }) => {}
                    Some(binding) => return Found::Binding(binding),
                }
                match ident {
                    Ident::Symbol(sym) => return Found::Free(*sym, environment.clone()),
                    Ident::Alias(alias) => {
                        ident = &alias.base;
                        scope = &alias.scope;
                    }
                }
            }
        }
    }
}

/// A top-level environment: of a program, a library, the REPL, or made by `environment`.
pub struct Environment {
    state: Arc<RwLock<State>>,
    /// Another environment with the same bindings; what the rest means here.
    view: Option<Fallback>,
}

struct State {
    bindings: FxHashMap<Ident, Binding>,
    fallback: Fallback,
    changes: Changes,
    /// The variables that definitions are to use again.
    inherited: FxHashMap<Sym, GlobalId>,
    /// Where those go that are awaited when the environment goes.
    unused: Option<Unused>,
}

impl Drop for State {
    fn drop(&mut self) {
        let Some(unused) = &self.unused else { return };
        let inherited: Vec<GlobalId> = self.inherited.values().copied().collect();
        unused.leave(self.bindings.values().filter_map(|binding| match binding {
            Binding::Global { id, state: GlobalState::Awaited } if !inherited.contains(id) => {
                Some(*id)
            }
            _ => None,
        }));
    }
}

/// What a symbol means that an environment has no binding for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fallback {
    /// Nothing.
    Nothing,
    /// What the core namespace binds it to, internal names excepted.
    Standard,
    /// What the core namespace binds it to.
    Core,
}

/// What may be added to an environment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Changes {
    /// Definitions and imports.
    Allowed,
    /// The same; and the first import, if it comes before anything else, replaces what is
    /// visible without one.
    NothingYet,
    /// Nothing.
    Forbidden,
}

impl Environment {
    fn with(fallback: Fallback, changes: Changes) -> Environment {
        let state = State {
            bindings: FxHashMap::default(),
            fallback,
            changes,
            inherited: FxHashMap::default(),
            unused: None,
        };
        Environment { state: Arc::new(RwLock::new(state)), view: None }
    }
    pub(super) fn core() -> Environment {
        Environment::with(Fallback::Core, Changes::Allowed)
    }
    pub(super) fn interaction() -> Environment {
        Environment::with(Fallback::Standard, Changes::Allowed)
    }
    pub(super) fn program() -> Environment {
        Environment::with(Fallback::Standard, Changes::NothingYet)
    }
    pub(super) fn empty(changes: Changes) -> Environment {
        Environment::with(Fallback::Nothing, changes)
    }

    /// The same bindings, now and later, and everything standard besides.
    pub(super) fn with_standard(&self) -> Environment {
        Environment { state: self.state.clone(), view: Some(Fallback::Standard) }
    }

    pub(super) fn fallback(&self) -> Fallback {
        self.view.unwrap_or_else(|| self.state.read().fallback)
    }
    pub(super) fn may_change(&self) -> bool {
        self.state.read().changes != Changes::Forbidden
    }
    /// The variable that this environment defines under a name.
    pub(crate) fn defined(&self, name: Sym) -> Option<GlobalId> {
        match self.get(&Ident::Symbol(name)) {
            Some(Binding::Global { id, state: GlobalState::Defined }) => Some(id),
            _ => None,
        }
    }
    /// The variables that this environment defines.
    pub(super) fn definitions(&self) -> Vec<(Sym, GlobalId)> {
        let state = self.state.read();
        let variables =
            state.bindings.iter().filter_map(|(ident, binding)| match (ident, binding) {
                (Ident::Symbol(sym), Binding::Global { id, state: GlobalState::Defined }) => {
                    Some((*sym, *id))
                }
                _ => None,
            });
        variables.collect()
    }
    /// Lets definitions in this environment use the variables that `old` defines under their names:
    /// a library that is loaded again.
    pub(super) fn succeed(&self, old: &Environment) {
        let inherited = old.state.read().inherited.clone();
        let variables = inherited.into_iter().chain(old.definitions()).collect();
        self.state.write().inherited = variables;
    }
    /// The variable that a definition of this name is to use, if another environment had one.
    pub(super) fn inherited(&self, name: Sym) -> Option<GlobalId> {
        self.state.read().inherited.get(&name).copied()
    }
    pub(super) fn get(&self, ident: &Ident) -> Option<Binding> {
        self.state.read().bindings.get(ident).cloned()
    }
    /// Binds `ident`; returns what it was bound to.
    pub(super) fn bind(&self, ident: Ident, binding: Binding) -> Option<Binding> {
        self.state.write().bindings.insert(ident, binding)
    }
    /// Makes a variable an awaited one, unless the symbol is bound already; what it is bound to then.
    /// `unused` gets the variable when it is still awaited at the end.
    pub(super) fn await_global(&self, sym: Sym, id: GlobalId, unused: Unused) -> Option<Binding> {
        let mut state = self.state.write();
        let ident = Ident::Symbol(sym);
        match state.bindings.get(&ident) {
            Some(bound) => Some(bound.clone()),
            None => {
                state.unused = Some(unused);
                let binding = Binding::Global { id, state: GlobalState::Awaited };
                state.bindings.insert(ident, binding);
                None
            }
        }
    }
    /// Binds `ident` as it was before a definition that failed.
    pub(super) fn restore(&self, ident: &Ident, binding: Option<Binding>) {
        let bindings = &mut self.state.write().bindings;
        match binding {
            Some(binding) => bindings.insert(ident.clone(), binding),
            None => bindings.remove(ident),
        };
    }
    /// An import is about to add bindings.
    pub(super) fn begin_import(&self) {
        let mut state = self.state.write();
        if state.changes == Changes::NothingYet {
            state.changes = Changes::Allowed;
            state.fallback = Fallback::Nothing;
        }
    }
    /// A form that is no import has been seen.
    pub(super) fn begin_body(&self) {
        let mut state = self.state.write();
        if state.changes == Changes::NothingYet {
            state.changes = Changes::Allowed;
        }
    }
    pub(super) fn sees_standard(&self) -> bool {
        self.fallback() != Fallback::Nothing
    }
    pub(super) fn bound_symbols(&self) -> Vec<Sym> {
        let state = self.state.read();
        let symbols = state.bindings.keys().filter_map(|ident| match ident {
            Ident::Symbol(sym) => Some(*sym),
            Ident::Alias(_) => None,
        });
        symbols.collect()
    }
    /// The symbols that are bound to macros and other syntax.
    pub(super) fn keywords(&self) -> Vec<Sym> {
        let state = self.state.read();
        let keywords =
            state.bindings.iter().filter_map(|(ident, binding)| match (ident, binding) {
                (Ident::Symbol(sym), Binding::Macro(_) | Binding::Special(_)) => Some(*sym),
                _ => None,
            });
        keywords.collect()
    }
    pub(super) fn clear(&self) {
        let bindings = std::mem::take(&mut self.state.write().bindings);
        drop(bindings);
    }
}
