//! Strings on a bare heap.

use super::search::Direction;
use super::{Text, char_at, concatenate, copy_into, filled, make, set_char, slice, to_rust_string};
use lisle_gc::{Heap, HeapConfig, LocalHeap};

fn heap() -> LocalHeap {
    let heap = Heap::new(HeapConfig::default()).expect("memory for a heap");
    heap.local()
}

#[test]
fn text_survives_the_way_to_the_heap_and_back() {
    let heap = &mut heap();
    for source in ["", "a", "hello, world", "grüße", "λ-calculus", "naïve 𝄞 clef", "12345678"]
    {
        let string = make(heap, source).unwrap();
        assert_eq!(to_rust_string(string), source);
        assert_eq!(Text::of(string).len(), source.chars().count());
    }
}

#[test]
fn storing_a_wide_character_widens_the_text() {
    let heap = &mut heap();
    let string = make(heap, "abc").unwrap();
    set_char(heap, string, 1, 'λ').unwrap();
    assert_eq!(to_rust_string(string), "aλc");
    set_char(heap, string, 2, 'é').unwrap();
    assert_eq!(to_rust_string(string), "aλé");
    assert_eq!(char_at(string, 3), None);
}

#[test]
fn narrow_and_wide_texts_with_the_same_characters_are_equal() {
    let heap = &mut heap();
    let narrow = make(heap, "abc").unwrap();
    let wide = make(heap, "abλ").unwrap();
    assert!(!Text::of(narrow).equal(Text::of(wide)));
    assert!(Text::of(narrow).compare(Text::of(wide)).is_lt());
    set_char(heap, wide, 2, 'c').unwrap();
    assert!(Text::of(narrow).equal(Text::of(wide)));
    assert_eq!(Text::of(narrow).hash(), Text::of(wide).hash());
}

#[test]
fn slices_of_any_alignment_hold_the_right_characters() {
    let heap = &mut heap();
    let source = "The quick brown fox jumps over the lazy dog";
    let string = make(heap, source).unwrap();
    for start in 0..source.len() {
        for end in start..=source.len() {
            let part = slice(heap, Text::of(string), start, end).unwrap();
            assert_eq!(to_rust_string(part), source[start..end]);
        }
    }
}

#[test]
fn overlapping_copies_behave_as_if_through_a_third_string() {
    let heap = &mut heap();
    let source = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (at, start, end) in [(3, 0, 30), (0, 3, 36), (10, 9, 35), (1, 0, 9), (5, 5, 20)] {
        for wide in [false, true] {
            let string = make(heap, source).unwrap();
            if wide {
                set_char(heap, string, 35, 'λ').unwrap();
            }
            let before: Vec<char> = Text::of(string).chars().collect();
            let mut expected = before.clone();
            expected[at..at + end - start].copy_from_slice(&before[start..end]);
            copy_into(heap, string, at, Text::of(string), start, end).unwrap();
            assert_eq!(to_rust_string(string), expected.iter().collect::<String>());
        }
    }
}

#[test]
fn concatenation_mixes_narrow_and_wide() {
    let heap = &mut heap();
    let parts = ["ab", "", "λ", "éé", "xyz"].map(|s| make(heap, s).unwrap());
    let all = concatenate(heap, &parts.map(Text::of)).unwrap();
    assert_eq!(to_rust_string(all), "abλééxyz");
}

#[test]
fn filled_strings_have_the_character_everywhere() {
    let heap = &mut heap();
    for length in [0, 1, 7, 8, 9, 17] {
        for c in ['x', 'ÿ', 'λ', '𝄞'] {
            let string = filled(heap, length, c).unwrap();
            assert_eq!(to_rust_string(string), c.to_string().repeat(length));
        }
    }
}

/// All words of few letters in all words of few letters, against looking at every place.
#[test]
fn occurrences_are_found_in_both_directions() {
    let heap = &mut heap();
    let words: Vec<String> = (0..=6_u32)
        .flat_map(|length| (0..1 << length).map(move |bits: u32| (length, bits)))
        .map(|(length, bits)| (0..length).map(move |i| if bits >> i & 1 == 1 { 'λ' } else { 'a' }))
        .map(Iterator::collect)
        .collect();
    let texts: Vec<Text> = words.iter().map(|word| Text::of(make(heap, word).unwrap())).collect();
    for text in texts.iter().filter(|text| text.len() >= 4) {
        for pattern in texts.iter().filter(|pattern| pattern.len() <= 5) {
            for part in [0..text.len(), 1..text.len() - 1, 2..2] {
                let fits =
                    |at: &usize| at + pattern.len() <= part.end && text.has_at(*at, *pattern);
                let mut expected: Vec<usize> = (part.start..=part.end).filter(fits).collect();
                let found = text.occurrences(*pattern, part.clone(), Direction::Forward);
                assert_eq!(found.collect::<Vec<_>>(), expected);
                expected.reverse();
                let found = text.occurrences(*pattern, part.clone(), Direction::Backward);
                assert_eq!(found.collect::<Vec<_>>(), expected);
            }
        }
    }
}
