//! Any text through the reader: errors point into the text, and a datum that was read is written as
//! a text that reads as a datum written alike.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lisle::read::{Reader, read_one};
use lisle::source::SourceId;
use lisle::symbols::Symbols;

fuzz_target!(|text: &str| {
    let symbols = Symbols::default();
    let mut reader = Reader::new(SourceId::default(), text, &symbols);
    loop {
        match reader.next() {
            Ok(None) => break,
            Ok(Some(datum)) => {
                let written = datum.to_text(&symbols);
                let again = read_one(SourceId::default(), &written, &symbols);
                let (again, _) = again.expect("what was written can be read").expect("a datum");
                assert_eq!(again.to_text(&symbols), written);
            }
            Err(error) => {
                let place = error.span.start as usize..error.span.end as usize;
                assert!(text.get(place).is_some(), "{:?} is in no text", error.span);
            }
        }
    }
});
