//! Loading compiled code: templates become code objects, their constants heap values.

use crate::bytecode::code::{Code, CodeKind, CodeParts, GENERAL, Graveyard};
use crate::bytecode::template::{ClauseEntry, CodeTemplate, ConstTemplate};
use crate::cx::{Cx, Raised};
use crate::datum_value;
use lisle_gc::{Heap, HeapExhausted, Kind, LocalHeap, RootVisitor, Value};
use parking_lot::Mutex;
use std::sync::Arc;

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
    let closure = cx.heap().object_in_old_of(Kind::Closure, &[code]);
    closure.map_err(|HeapExhausted| cx.exhausted())
}

/// Loads a template and those inside it; the code object.
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
    let places = template.spans.iter().map(|(_, span)| *span).chain([template.span]);
    let sources = cx.vm().sources.of(places);
    let parts = CodeParts {
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
        inlined: template.inlined,
        definition: template.definition,
        span: template.span,
        host: None,
        sources,
    };
    let vm = cx.vm();
    vm.loader.load(cx.heap(), parts).map_err(|HeapExhausted| cx.exhausted())
}

/// What loading needs of a VM.
#[derive(Default)]
pub(crate) struct Loader {
    /// Code with constants that are young: objects that a program gave `eval` in place of data.
    young: Mutex<Vec<Arc<Code>>>,
    /// In stress modes.
    graveyard: Option<Arc<Graveyard>>,
}

impl Loader {
    /// A loader; one that makes uses of freed code show, if asked for.
    pub(crate) fn new(poisons: bool) -> Loader {
        let graveyard = poisons.then(Arc::default);
        Loader { graveyard, ..Loader::default() }
    }

    /// The object of new code.
    pub(crate) fn load(
        &self,
        heap: &mut LocalHeap,
        parts: CodeParts,
    ) -> Result<Value, HeapExhausted> {
        let memory = heap.heap().external();
        memory.note(heap.heap(), parts.bytes());
        let code = Code::new(parts, memory, self.graveyard.clone());
        let object = heap.heap().clone().new_code(heap, &code.fields(), code.clone())?;
        if code.has_constant(|constant| heap.is_young(constant)) {
            self.young.lock().push(code);
        }
        Ok(object)
    }

    /// Visits the copies of constants that are young.
    pub(crate) fn visit_roots(&self, visitor: &mut dyn RootVisitor) {
        for code in self.young.lock().iter() {
            code.visit_constants(|constant| visitor.visit(constant));
        }
    }

    /// A collection is over.
    pub(crate) fn after_collection(&self, heap: &Heap) {
        self.young.lock().retain(|code| code.has_constant(|constant| heap.is_young(constant)));
    }
}

#[cfg(test)]
mod tests {
    use crate::Vm;
    use std::sync::Arc;

    fn codes(vm: &Vm) -> Result<usize, crate::Error> {
        // What is found dead is dropped by the time the program goes on.
        vm.eval_text("(collect-garbage)")?;
        Ok(vm.stats().heap.codes)
    }

    #[test]
    fn code_goes_with_the_last_procedure() -> Result<(), crate::Error> {
        let vm = Vm::new()?;
        vm.eval_text(
            "(define kept (eval '(lambda (x) (lambda () x)) (environment '(scheme base))))",
        )?;
        let before = codes(&vm)?;
        for n in 0..100 {
            vm.eval_text(&format!("((lambda (x) (vector (lambda () x) {n})) 1)"))?;
        }
        assert_eq!(codes(&vm)?, before);
        assert_eq!(vm.eval_text("((kept 5))")?, "5");
        vm.eval_text("(set! kept #f)")?;
        assert_eq!(codes(&vm)?, before - 2);
        Ok(())
    }

    #[test]
    fn a_procedure_of_the_host_is_dropped_when_it_is_replaced() -> Result<(), crate::Error> {
        let vm = Vm::new()?;
        let witness = Arc::new(());
        let owned = Arc::clone(&witness);
        vm.define("answer", move || -> i64 { 41 + Arc::strong_count(&owned) as i64 })?;
        assert_eq!(vm.eval_text("(answer)")?, "43");
        codes(&vm)?;
        assert_eq!(Arc::strong_count(&witness), 2);
        vm.define("answer", || -> i64 { 42 })?;
        codes(&vm)?;
        assert_eq!((vm.eval_text("(answer)")?.as_str(), Arc::strong_count(&witness)), ("42", 1));
        Ok(())
    }

    #[test]
    fn the_text_of_code_is_known_as_long_as_the_code() -> Result<(), crate::Error> {
        let vm = Vm::new()?;
        vm.eval_text("(define (kept)\n  (list (car 1)))")?;
        vm.eval_text("(define (gone) (car 1))")?;
        vm.eval_text("(set! gone #f)")?;
        // Together several times what is kept of the latest texts.
        for n in 0..20_000 {
            vm.eval_text(&format!("(quote ({n} {:200}))", 0))?;
        }
        let error = vm.eval_text("(kept)").expect_err("1 is no pair");
        let lines: Vec<_> =
            error.backtrace().iter().filter_map(|frame| Some(frame.place.as_ref()?.line)).collect();
        assert_eq!(lines.first(), Some(&2), "{error:?}");
        let known = vm.enter(|cx| Ok(cx.parts().1.sources.known()))?;
        assert!(known < 10_000, "{known}");
        Ok(())
    }
}
