//! Operators that no definition was seen of when they were expanded. Should the form turn out to be
//! wrong, one of them may be a misspelt keyword: its operands were taken for expressions.

use super::Expander;
use super::scope::Environment;
use crate::hints;
use crate::source::Span;
use crate::symbols::{Sym, Symbols};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::{Arc, Weak};

/// So many are remembered.
const REMEMBERED: usize = 256;

/// The calls of undefined operators that were expanded last.
#[derive(Default)]
pub(super) struct Suspects(Mutex<VecDeque<Suspect>>);

struct Suspect {
    operator: Sym,
    /// The call.
    span: Span,
    environment: Weak<Environment>,
}

impl Suspects {
    /// Remembers a call of what is not defined in `environment`.
    pub(super) fn add(&self, operator: Sym, span: Span, environment: &Arc<Environment>) {
        let mut suspects = self.0.lock();
        if suspects.len() == REMEMBERED {
            suspects.pop_front();
        }
        suspects.push_back(Suspect { operator, span, environment: Arc::downgrade(environment) });
    }
}

impl Expander {
    /// The operator of the innermost suspect call around `span` that is still undefined and nearly a
    /// keyword; and which keyword, in words.
    pub(crate) fn misspelt_keyword(
        &self,
        span: Span,
        symbols: &Symbols,
    ) -> Option<(Arc<str>, String)> {
        if span.is_none() {
            return None;
        }
        let suspects = self.suspects.0.lock();
        suspects.iter().rev().filter(|suspect| suspect.span.encloses(&span)).find_map(|suspect| {
            let environment = suspect.environment.upgrade()?;
            if environment.defined(suspect.operator).is_some() {
                return None;
            }
            let name = symbols.name(suspect.operator);
            let mut known = environment.keywords();
            known.extend(self.specials.keys());
            let near = hints::among(&name, known.into_iter().map(|k| symbols.name(k).to_string()))?;
            Some((name, near))
        })
    }
}
