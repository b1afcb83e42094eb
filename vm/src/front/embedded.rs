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
    "srfi 117" "117.scm",
    "srfi 125" "125.scm",
    "srfi 128" "128.scm",
    "srfi 130" "130.scm",
    "srfi 132" "132.scm",
    "srfi 133" "133.scm",
    "srfi 143" "143.scm",
    "srfi 144" "144.scm",
    "srfi 145" "145.scm",
    "srfi 152" "152.scm",
    "srfi 158" "158.scm",
    "srfi 189" "189.scm",
    "srfi 219" "219.scm",
    "srfi 227" "227.scm",
    "srfi 230" "230.scm",
];

/// The file that defines a library, as error messages call it, and its text.
pub fn find(name: &[String]) -> Option<(String, String)> {
    let name = name.join(" ");
    let (_, file, text) = LIBRARIES.iter().find(|(known, _, _)| *known == name)?;
    Some((format!("<lisle>/srfi/{file}"), (*text).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::LIBRARIES;
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
