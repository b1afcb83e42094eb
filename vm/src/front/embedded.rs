//! Libraries that come with Lisle as text: most SRFIs. Each is a `define-library` form in a file of
//! `scheme/srfi`, read and compiled when a program first imports it.
//!
//! What programs use all the time is in the core namespace instead (see `core_text`).

macro_rules! embedded {
    ($($name:literal $file:literal),* $(,)?) => {
        &[$(($name, $file, include_str!(concat!("../../scheme/srfi/", $file)))),*]
    };
}

/// The parts of a library's name with spaces between them, its file, and the file's text.
static LIBRARIES: &[(&str, &str, &str)] = embedded![
    "srfi 13" "13.scm",
    "srfi 14" "14.scm",
    "srfi 27" "27.scm",
    "srfi 35" "35.scm",
    "srfi 38" "38.scm",
    "srfi 41" "41.scm",
    "srfi 43" "43.scm",
    "srfi 45" "45.scm",
    "srfi 48" "48.scm",
    "srfi 60" "60.scm",
    "srfi 61" "61.scm",
    "srfi 64" "64.scm",
    "srfi 95" "95.scm",
    "srfi 113" "113.scm",
    "srfi 115" "115.scm",
    "srfi 115 machine" "115-machine.scm",
    "srfi 117" "117.scm",
    "srfi 125" "125.scm",
    "srfi 128" "128.scm",
    "srfi 130" "130.scm",
    "srfi 132" "132.scm",
    "srfi 133" "133.scm",
    "srfi 143" "143.scm",
    "srfi 144" "144.scm",
    "srfi 145" "145.scm",
    "srfi 146" "146.scm",
    "srfi 146 common" "146.scm",
    "srfi 146 hash" "146.scm",
    "srfi 146 tree" "146-tree.scm",
    "srfi 152" "152.scm",
    "srfi 158" "158.scm",
    "srfi 160" "160.scm",
    "srfi 160 base" "160.scm",
    "srfi 171" "171.scm",
    "srfi 171 meta" "171.scm",
    "srfi 189" "189.scm",
    "srfi 197" "197.scm",
    "srfi 219" "219.scm",
    "srfi 227" "227.scm",
    "srfi 230" "230.scm",
];

/// The text of the libraries `(srfi 160 u8)` and so on, `@` in the place of the type.
const TEMPLATE_160: &str = include_str!("../../scheme/srfi/160-type.scm");

/// The element types of SRFI 160.
const TYPES_160: &[&str] =
    &["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "c64", "c128"];

/// The file that defines a library, as error messages call it, and its text.
pub fn find(name: &[String]) -> Option<(String, String)> {
    let name = name.join(" ");
    if let Some(element) = name.strip_prefix("srfi 160 ")
        && TYPES_160.contains(&element)
    {
        let text = TEMPLATE_160.replace('@', element);
        return Some((format!("<lisle>/srfi/160-{element}.scm"), text));
    }
    let (_, file, text) = LIBRARIES.iter().find(|(known, _, _)| *known == name)?;
    Some((format!("<lisle>/srfi/{file}"), (*text).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{LIBRARIES, TYPES_160};
    use crate::expand::FEATURES;

    #[test]
    fn every_srfi_that_is_announced_can_be_imported() -> Result<(), crate::Error> {
        let vm = crate::Vm::new()?;
        for srfi in FEATURES.iter().filter_map(|feature| feature.strip_prefix("srfi-")) {
            vm.eval_text(&format!("(import (srfi {srfi}))"))?;
        }
        for (name, _, _) in LIBRARIES {
            vm.eval_text(&format!("(import ({name}))"))?;
        }
        for element in TYPES_160 {
            vm.eval_text(&format!("(import (srfi 160 {element}))"))?;
        }
        Ok(())
    }

    #[test]
    fn every_embedded_srfi_is_announced() {
        for (name, _, _) in LIBRARIES {
            let mut parts = name.split(' ');
            if parts.next() == Some("srfi")
                && let Some(number) = parts.next()
            {
                let feature = format!("srfi-{number}");
                assert!(FEATURES.contains(&feature.as_str()), "{feature}");
            }
        }
    }
}
