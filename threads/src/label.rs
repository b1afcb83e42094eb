//! The text of guest names, for reports.

use crate::sync::Arc;
use lisle_gc::object::{byte, field, is_kind, size};
use lisle_gc::{Kind, Value};

const SYMBOL_NAME: usize = 0;
const STRING_TEXT: usize = 0;
/// Longer names are cut.
const LONGEST: usize = 200;

/// The text of a string or symbol; anything else has none.
pub fn text(name: Value) -> Option<Arc<str>> {
    let name = if is_kind(name, Kind::Symbol) { field(name, SYMBOL_NAME) } else { name };
    if !is_kind(name, Kind::String) {
        return None;
    }
    let text = field(name, STRING_TEXT);
    let characters: String = if is_kind(text, Kind::TextNarrow) {
        (0..size(text).min(LONGEST)).map(|i| char::from(byte(text, i))).collect()
    } else if is_kind(text, Kind::TextWide) {
        let wide = |i: usize| {
            let bytes: [u8; 4] = std::array::from_fn(|k| byte(text, 4 * i + k));
            char::from_u32(u32::from_ne_bytes(bytes)).unwrap_or(char::REPLACEMENT_CHARACTER)
        };
        (0..(size(text) / 4).min(LONGEST)).map(wide).collect()
    } else {
        return None;
    };
    Some(Arc::from(characters))
}
