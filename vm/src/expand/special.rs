//! The syntax that the expander knows, by name.

use crate::symbols::{Sym, Symbols};
use rustc_hash::FxHashMap;

macro_rules! specials {
    ($($variant:ident $name:literal,)*) => {
        /// A keyword of the language itself.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Special {
            $(#[doc = $name] $variant,)*
        }

        impl Special {
            /// The keyword as users write it.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Special::$variant => $name,)*
                }
            }
        }

        const SPECIALS: &[Special] = &[$(Special::$variant,)*];
    };
}

specials! {
    And "and",
    AndLetStar "and-let*",
    Arrow "=>",
    Assert "assert",
    Begin "begin",
    BeginForSyntax "begin-for-syntax",
    Case "case",
    CaseLambda "case-lambda",
    Cond "cond",
    CondExpand "cond-expand",
    ConsStream "cons-stream",
    Cut "cut",
    Cute "cute",
    Define "define",
    DefineLibrary "define-library",
    DefineRecordType "define-record-type",
    DefineSyntax "define-syntax",
    DefineSyntaxParameter "define-syntax-parameter",
    DefineValues "define-values",
    Delay "delay",
    DelayForce "delay-force",
    Do "do",
    Ellipsis "...",
    Else "else",
    ErMacroTransformer "er-macro-transformer",
    FluidLet "fluid-let",
    Guard "guard",
    IdentifierSyntax "identifier-syntax",
    If "if",
    Import "import",
    Include "include",
    IncludeCi "include-ci",
    Lambda "lambda",
    Let "let",
    LetStar "let*",
    LetStarValues "let*-values",
    LetSyntax "let-syntax",
    LetValues "let-values",
    Letrec "letrec",
    LetrecStar "letrec*",
    LetrecSyntax "letrec-syntax",
    NamedLambda "named-lambda",
    Or "or",
    Parameterize "parameterize",
    Quasiquote "quasiquote",
    Quasisyntax "quasisyntax",
    Quote "quote",
    Rec "rec",
    Receive "receive",
    RestSlot "<...>",
    Set "set!",
    Slot "<>",
    Syntax "syntax",
    SyntaxCase "syntax-case",
    SyntaxError "syntax-error",
    SyntaxParameterize "syntax-parameterize",
    SyntaxRules "syntax-rules",
    Underscore "_",
    Unless "unless",
    Unquote "unquote",
    UnquoteSplicing "unquote-splicing",
    Unsyntax "unsyntax",
    UnsyntaxSplicing "unsyntax-splicing",
    When "when",
    WithSyntax "with-syntax",
}

/// Every keyword by its symbol.
pub(super) fn table(symbols: &Symbols) -> FxHashMap<Sym, Special> {
    SPECIALS.iter().map(|special| (symbols.intern(special.name()), *special)).collect()
}
