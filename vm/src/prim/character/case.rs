//! Case mappings of characters: Unicode's simple ones (a character to a character) and full folding.

/// The only character of an iterator, or `otherwise`.
fn single(mut mapped: impl Iterator<Item = char>, otherwise: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(c), None) => c,
        _ => otherwise,
    }
}

/// Simple upper case.
pub fn up(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let offset = match c {
        // Greek letters with iota subscript: full mapping spells the iota out, the simple one not.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => return single(c.to_uppercase(), c),
    };
    char::from_u32(u32::from(c) + offset).unwrap_or(c)
}

/// Simple lower case.
pub fn down(c: char) -> char {
    match c {
        '\u{130}' => 'i',
        _ => single(c.to_lowercase(), c),
    }
}

/// Characters that folding leaves alone, or takes to their upper case, though they have a lower one.
fn folds_upward(c: char) -> Option<char> {
    match c {
        '\u{130}' | '\u{131}' => Some(c),
        '\u{13a0}'..='\u{13f5}' => Some(c),
        '\u{13f8}'..='\u{13fd}' | '\u{ab70}'..='\u{abbf}' => Some(single(c.to_uppercase(), c)),
        _ => None,
    }
}

/// Simple case folding.
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    folds_upward(c).unwrap_or_else(|| down(up(c)))
}

/// Full case folding: calls `each` with the characters that `c` folds to.
pub fn fold_full(c: char, mut each: impl FnMut(char)) {
    if c.is_ascii() {
        return each(c.to_ascii_lowercase());
    }
    match c {
        '\u{130}' => "i\u{307}".chars().for_each(each),
        '\u{1e9e}' => "ss".chars().for_each(each),
        _ => match folds_upward(c) {
            Some(folded) => each(folded),
            None => c.to_uppercase().flat_map(char::to_lowercase).for_each(each),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{down, fold, fold_full, up};

    fn folded(text: &str) -> String {
        let mut out = String::new();
        text.chars().for_each(|c| fold_full(c, |f| out.push(f)));
        out
    }

    #[test]
    fn simple_mappings_never_change_the_length() {
        assert_eq!(up('ß'), 'ß');
        assert_eq!(up('ǆ'), 'Ǆ');
        assert_eq!(up('ᾳ'), 'ᾼ');
        assert_eq!(down('İ'), 'i');
        assert_eq!(fold('Σ'), 'σ');
        assert_eq!(fold('ς'), 'σ');
        assert_eq!(fold('ı'), 'ı');
    }

    #[test]
    fn full_folding_spells_ligatures_out() {
        assert_eq!(folded("Straße"), "strasse");
        assert_eq!(folded("STRAẞE"), "strasse");
        assert_eq!(folded("ﬁn"), "fin");
        assert_eq!(folded("ΑΣ"), folded("ας"));
    }
}
