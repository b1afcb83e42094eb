//! Loading compiled code: templates become code in the VM, their constants heap values.

use crate::bytecode::code::{Code, CodeKind, CodeParts, GENERAL};
use crate::bytecode::template::{ClauseEntry, CodeTemplate, ConstTemplate};
use crate::cx::{Cx, Raised};
use crate::datum_value;
use lisle_gc::{HeapExhausted, Kind, Value, object};

/// A closure over the code of a template that captures nothing. It never moves.
///
/// # Errors
/// When the heap limit is reached.
pub fn closure(cx: &mut Cx<'_>, template: CodeTemplate) -> Result<Value, Raised> {
    debug_assert_eq!(template.captures, 0, "only closed code is loaded by itself");
    let code = load(cx, template)?;
    closure_of(cx, code)
}

/// A closure that captures nothing over loaded code.
pub(crate) fn closure_of(cx: &mut Cx<'_>, code: Value) -> Result<Value, Raised> {
    match cx.heap().object_in_old(Kind::Closure, 1) {
        Ok(closure) => {
            object::init_field(closure, 0, code);
            Ok(closure)
        }
        Err(HeapExhausted) => Err(cx.exhausted()),
    }
}

/// Loads a template and those inside it; the raw code word.
fn load(cx: &mut Cx<'_>, template: CodeTemplate) -> Result<Value, Raised> {
    debug_assert!(
        crate::bytecode::verify::verify(&template).is_ok(),
        "the compiler emits legal code"
    );
    let mut constants = Vec::with_capacity(template.constants.len());
    for constant in template.constants {
        constants.push(match constant {
            ConstTemplate::Datum(datum) => datum_value::constant(cx, &datum)?,
            ConstTemplate::Cell(id) => cx.vm().globals.info(id).cell,
            ConstTemplate::Code(inner) => load(cx, *inner)?,
            ConstTemplate::Closure(inner) => closure(cx, *inner)?,
        });
    }
    let exact = match template.clauses[..] {
        [ClauseEntry { required, rest: false, .. }] => required,
        _ => GENERAL,
    };
    let code = Code::new(CodeParts {
        kind: CodeKind::Compiled,
        words: template.words,
        constants,
        clauses: template.clauses,
        exact,
        native_arity: (0, 0),
        frame_size: template.frame_size,
        captures: template.captures,
        name: template.name,
        spans: template.spans,
        span: template.span,
        host: None,
    });
    Ok(cx.vm().keep(code))
}
