//! Tests of `reader.rs`.

use super::{ReadError, Reader, read_one};
use crate::num::Number;
use crate::read::Patience;
use crate::read::datum::DatumKind;
use crate::source::SourceId;
use crate::symbols::Symbols;

fn read_all(text: &str) -> Result<String, ReadError> {
    let symbols = Symbols::default();
    let mut reader = Reader::new(SourceId(1), text, &symbols);
    let mut data = Vec::new();
    while let Some(datum) = reader.next()? {
        data.push(datum.to_text(&symbols));
    }
    Ok(data.join(" "))
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(read_all(text).as_deref(), Ok(expected), "reading {text}");
}

#[track_caller]
fn check_error(text: &str, part: &str, incomplete: bool) {
    let error = read_all(text).expect_err("the text should be refused");
    assert!(error.message.contains(part), "error of {text}: {}", error.message);
    assert_eq!(error.incomplete, incomplete, "is {text} incomplete?");
}

#[test]
fn data_are_read_and_written_back() {
    for text in [
        "(a b c)",
        "(a . b)",
        "(a b . c)",
        "()",
        "#(1 2 (3))",
        "#u8(0 255 16)",
        "#t #f",
        "'a",
        "`(a ,b ,@c)",
        "(unquote @c)",
        "\"a\\nb\\\\\"",
        "#\\a #\\space #\\newline #\\null #\\( #\\x #\\é",
        "|a b|",
        "|a\\|b|",
        "...",
        "+",
        "-",
        "1+",
        "->x",
        "#0=(a . #0#)",
        "(#1=(x) #1#)",
        "#!eof #!default #!unspecific",
        "a.b",
        "..",
        "+.x",
        "-a",
        "||",
        "|1|",
        "λ",
    ] {
        check(text, text);
    }
}

#[test]
fn brackets_are_parentheses() {
    check("[a (b) #(c)]", "(a (b) #(c))");
    check_error("[a (b] c)", "the ( is closed by )", false);
}

#[test]
fn booleans_and_characters_have_long_names() {
    check("#true #false #T", "#t #f #t");
    check(
        "#\\x41 #\\x03BB #\\nul #\\alarm #\\U #\\; #\\\" #\\tab",
        "#\\A #\\λ #\\null #\\alarm #\\U #\\; #\\\" #\\tab",
    );
    check("#\\ a", "#\\space a");
    check("(#\\))", "(#\\))");
    check_error("#\\foo", "unknown character name", false);
    check_error("#\\xD800", "names no Unicode character", false);
}

#[test]
fn comments_are_skipped() {
    check("a ; b\n c #| d #| e |# f |# g", "a c g");
    check("(a #;(b c) d #;e)", "(a d)");
    check("#;#;a b c", "c");
    check("(a . #;b c)", "(a . c)");
    check("(a #;b)", "(a)");
    check("#!/usr/bin/lisle\n(a)", "(a)");
    check("#!fold-case ABC #\\A #\\SPACE |Q| #!no-fold-case ABC", "abc #\\A #\\space Q ABC");
    check("; nothing", "");
    check_error("#| #| |#", "never closed", true);
    check_error("(a #;)", "no datum between #; and )", false);
}

#[test]
fn strings_have_escapes_and_continuations() {
    check(r#""\x41;\t\a\"""#, r#""A\t\x7;\"""#);
    check("\"a \\   \n   b\"", "\"a b\"");
    check("\"a\r\nb\rc\"", "\"a\\nb\\nc\"");
    check_error("\"abc", "never closed", true);
    check_error("\"abc\\", "never closed", true);
    check_error("\"\\q\"", "unknown escape", false);
    check_error("\"\\x41\"", "semicolon", false);
    check_error("\"\\xD800;\"", "no Unicode character", false);
    check_error("\"\\x", "inside an escape", true);
}

#[test]
fn numbers_are_told_from_symbols() {
    check("1 -2 +3 #x1F #b101 1.5 #e10", "1 -2 3 31 5 1.5 10");
    check_error("#xyz", "is no number", false);
}

#[test]
fn mistakes_are_named() {
    check_error(")", "unexpected )", false);
    check_error("(a . b c)", "more than one datum", false);
    check_error("( . b)", "no datum before the dot", false);
    check_error("(a . )", "no datum behind the dot", false);
    check_error("(a . b . c)", "two dots", false);
    check_error("#(a . b)", "only stand in a list", false);
    check_error(".", "only stand in a list", false);
    check_error("(')", "no datum between ' and )", false);
    check_error("#u8(256)", "from 0 to 255", false);
    check_error("#u8(a)", "from 0 to 255", false);
    check_error("#0#", "refers to no label", false);
    check_error("#0=#0#", "not a label", false);
    check_error("(#0=a #0=b)", "used twice", false);
    check_error("#0", "inside a datum label", true);
    check_error("#foo", "unknown syntax #foo", false);
    check_error("{", "unexpected {", false);
    check_error("a\u{1}b", "unexpected character", false);
}

#[test]
fn unfinished_data_are_incomplete_and_name_their_opening() {
    check_error("(a (b", "this ( is never closed, nor 1 more around it", true);
    check_error("#(a", "vector is never closed", true);
    check_error("'", "a datum should follow", true);
    check_error("#;", "a datum should follow", true);
    check_error("|a", "never closed", true);
    check_error("#", "ends after #", true);
    let error = read_all("(a)\n(b (c)").expect_err("it is unfinished");
    assert_eq!((error.span.start, error.span.end), (4, 5));
}

#[test]
fn spans_cover_what_was_read() {
    let symbols = Symbols::default();
    let text = "  (ab 'c)  d";
    let read = read_one(SourceId(7), text, &symbols).expect("it is a datum");
    let (datum, consumed) = read.expect("there is a datum");
    assert_eq!(consumed, 9);
    let texts: Vec<&str> = std::iter::once(&datum)
        .chain(datum.iter())
        .map(|d| &text[d.span.start as usize..d.span.end as usize])
        .collect();
    assert_eq!(texts, ["(ab 'c)", "ab", "'c"]);
    assert_eq!(datum.span.source, SourceId(7));
}

#[test]
fn reading_goes_on_after_an_error() {
    let symbols = Symbols::default();
    let mut reader = Reader::new(SourceId(1), ") a", &symbols);
    assert!(reader.next().is_err());
    let datum = reader.next().expect("the rest is fine").expect("there is a rest");
    assert!(matches!(datum.kind, DatumKind::Symbol(_)));
}

#[test]
fn a_million_nested_parentheses_are_read_or_refused() {
    let depth = 1_000_000;
    let text = format!("{}{}", "(".repeat(depth), ")".repeat(depth));
    check(&text, &text);
    check_error(&"(".repeat(depth), "never closed", true);
    check_error(&"'".repeat(depth), "should follow", true);
    check_error(&"#(".repeat(depth), "never closed", true);
    check_error(&"#;".repeat(depth), "should follow", true);
}

#[test]
fn random_bytes_never_crash_the_reader() {
    let mut state = 88_172_645_463_325_252u64;
    let alphabet: Vec<char> = "()[]#|\\\"'`,@;.0aA=!x{}\n\r\tλ\u{a0}+-e/iu8 ".chars().collect();
    for round in 0..3000 {
        let mut text = String::new();
        for _ in 0..40 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let pick = usize::try_from(state % 1009).expect("small");
            if round % 2 == 0 {
                text.push(alphabet[pick % alphabet.len()]);
            } else {
                text.push(char::from_u32((state >> 20) as u32 % 0x2000).unwrap_or('?'));
            }
        }
        let symbols = Symbols::default();
        let mut reader = Reader::new(SourceId(1), &text, &symbols);
        for _ in 0..200 {
            match reader.next() {
                Ok(None) => break,
                Ok(Some(_)) => {}
                Err(error) => {
                    let place = error.span.start as usize..error.span.end as usize;
                    assert!(text.get(place).is_some(), "{}: {:?}", error.message, error.span);
                }
            }
        }
        assert!(reader.position() <= text.len());
    }
}

/// Patient for so many questions; every long number is 7.
struct Asked(usize);

impl Patience for Asked {
    fn is_over(&mut self, _: usize) -> bool {
        self.0 -= 1;
        self.0 == 0
    }
    fn long_number(&mut self, _: &str) -> Option<Option<Number>> {
        Some(Some(Number::from(7_i64)))
    }
}

#[test]
fn whatever_is_long_can_be_interrupted() {
    let long = |unit: &str| unit.repeat(1 << 20);
    for text in [
        long("("),
        long("a "),
        long(" "),
        long(";\n"),
        format!("#|{}|#", long("#")),
        format!("\"{}\"", long("\\n")),
        format!("|{}|", long("\\x41;")),
    ] {
        let symbols = Symbols::default();
        let mut asked = Asked(2);
        let mut reader = Reader::new(SourceId(1), &text, &symbols);
        reader.read_with(&mut asked);
        let (_, error) = reader.rest();
        assert!(
            error.is_some_and(|error| error.message.contains("interrupted")),
            "{}",
            &text[..20]
        );
        assert_eq!(asked.0, 0);
    }
}

#[test]
fn what_nested_prefixes_make_is_counted() {
    let (text, symbols) = ("'".repeat(6000) + "x", Symbols::default());
    // Six thousand tokens, and as many lists at the end.
    let mut asked = Asked(2);
    let mut reader = Reader::new(SourceId(1), &text, &symbols);
    reader.read_with(&mut asked);
    assert!(reader.next().is_err_and(|error| error.message.contains("interrupted")));
}

#[test]
fn who_waits_for_a_long_number_makes_it() {
    let (text, symbols) = ("#d".to_owned() + &"1".repeat(100_000), Symbols::default());
    let text = format!("(1 {} {text})", &text[2..]);
    let mut asked = Asked(usize::MAX);
    let mut reader = Reader::new(SourceId(1), &text, &symbols);
    reader.read_with(&mut asked);
    let datum = reader.next().expect("a datum").expect("not the end");
    assert_eq!(datum.to_text(&symbols), "(1 7 7)");
}
