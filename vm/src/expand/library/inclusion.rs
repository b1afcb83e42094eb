//! `include` and `cond-expand`: forms that stand for other forms.

use crate::expand::context::Context;
use crate::expand::scope::{Ident, Scope};
use crate::expand::special::Special;
use crate::expand::{ExpandError, ExpandErrorKind, Result};
use crate::read::datum::Datum;

/// What `cond-expand` and `(features)` know of this system, apart from its libraries.
pub const FEATURES: &[&str] = &[
    "r7rs",
    "exact-closed",
    "exact-complex",
    "ieee-float",
    "full-unicode",
    "ratios",
    "posix",
    #[cfg(target_os = "linux")]
    "linux",
    #[cfg(target_os = "macos")]
    "macos",
    #[cfg(target_arch = "x86_64")]
    "x86-64",
    #[cfg(target_arch = "aarch64")]
    "aarch64",
    #[cfg(target_endian = "little")]
    "little-endian",
    "threads",
    "lisle",
    // Of SRFI 115.
    "regexp-backrefs",
    "regexp-look-around",
    "regexp-non-greedy",
    "srfi-0",
    "srfi-1",
    "srfi-2",
    "srfi-6",
    "srfi-8",
    "srfi-9",
    "srfi-11",
    "srfi-13",
    "srfi-14",
    "srfi-16",
    "srfi-18",
    "srfi-23",
    "srfi-26",
    "srfi-27",
    "srfi-28",
    "srfi-30",
    "srfi-31",
    "srfi-34",
    "srfi-35",
    "srfi-38",
    "srfi-39",
    "srfi-41",
    "srfi-43",
    "srfi-45",
    "srfi-48",
    "srfi-60",
    "srfi-61",
    "srfi-62",
    "srfi-64",
    "srfi-69",
    "srfi-87",
    "srfi-95",
    "srfi-98",
    "srfi-111",
    "srfi-113",
    "srfi-115",
    "srfi-117",
    "srfi-124",
    "srfi-125",
    "srfi-128",
    "srfi-130",
    "srfi-132",
    "srfi-133",
    "srfi-139",
    "srfi-143",
    "srfi-144",
    "srfi-145",
    "srfi-146",
    "srfi-151",
    "srfi-152",
    "srfi-158",
    "srfi-160",
    "srfi-171",
    "srfi-189",
    "srfi-197",
    "srfi-219",
    "srfi-227",
    "srfi-230",
];

impl Context<'_> {
    /// The forms in the files of `(include "file" ...)`.
    pub(in crate::expand) fn include(
        &mut self,
        special: Special,
        form: &Datum,
    ) -> Result<Vec<Datum>> {
        let mut forms = Vec::new();
        let files = self.operands(special, form)?;
        if files.is_empty() {
            return Err(self.shape(special, "file names", form));
        }
        let from = self.session.sources.get(form.span.source);
        for file in files {
            let Some(name) = file.as_string() else {
                return Err(self.shape(special, "file names (strings)", form));
            };
            let from = from.as_ref().map(|source| source.name.as_str());
            let found = self.session.ask_loader(|loader| loader.include(name, from));
            let (name, text) = found.map_err(|reason| {
                let message = format!("{}: {reason}", special.name());
                ExpandError::new(message, file.span).of_kind(ExpandErrorKind::File)
            })?;
            self.count_steps(1 + text.len() as u64 / 8, form.span)?;
            let source = self.session.sources.add(&name, text);
            forms.extend(self.read_source(&source, special == Special::IncludeCi)?);
        }
        Ok(forms)
    }

    /// The forms of the first clause of `(cond-expand (requirement form ...) ...)` that applies.
    pub(in crate::expand) fn cond_expand(
        &mut self,
        form: &Datum,
        scope: &Scope,
    ) -> Result<Vec<Datum>> {
        let special = Special::CondExpand;
        for clause in self.operands(special, form)? {
            let parts = clause.proper_list();
            let Some((requirement, forms)) = parts.as_deref().and_then(<[&Datum]>::split_first)
            else {
                return Err(self.shape(special, "clauses (requirement form ...)", clause));
            };
            if self.is_keyword(requirement, Special::Else, scope) || self.holds(requirement)? {
                return Ok(forms.iter().map(|form| (*form).clone()).collect());
            }
        }
        Ok(Vec::new())
    }
    /// Does a requirement of `cond-expand` hold?
    fn holds(&mut self, requirement: &Datum) -> Result<bool> {
        if let Some(ident) = Ident::of(requirement) {
            let name = self.name(ident.symbol());
            return Ok(&*name == "else" || FEATURES.contains(&&*name));
        }
        let items = requirement.proper_list();
        let keyword = requirement.as_pair().and_then(|pair| Ident::of(&pair.car));
        let keyword = keyword.map(|ident| self.name(ident.symbol()));
        let (Some(keyword), Some([_, operands @ ..])) = (keyword, items.as_deref()) else {
            return Err(self.error_in("cond-expand: this is no requirement", requirement));
        };
        self.nested(requirement.span, |cx| match (&*keyword, operands) {
            ("and", all) => {
                for operand in all {
                    if !cx.holds(operand)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            ("or", any) => {
                for operand in any {
                    if cx.holds(operand)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            ("not", [operand]) => Ok(!cx.holds(operand)?),
            ("library", [name]) => Ok(cx.library_exists(name)),
            _ => Err(cx.error_in("cond-expand: this is no requirement", requirement)),
        })
    }
}
