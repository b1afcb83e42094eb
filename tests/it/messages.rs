//! What users see of their mistakes: each program of tests/messages must print, on standard error,
//! exactly the text beside it. With `LISLE_BLESS=1` the texts are written anew, to be read before
//! they are committed.

use crate::support::{lisle, root};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a program prints on standard error.
fn message_of(folder: &Path, program: &str, options: &[&str]) -> String {
    let output = Command::new(lisle())
        .args(options)
        .arg(program)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("lisle can be started");
    assert_eq!(output.status.code(), Some(1), "{program} ends with an error");
    String::from_utf8(output.stderr).expect("messages are UTF-8")
}

#[test]
fn typical_mistakes_are_explained() {
    let folder = root().join("tests/messages");
    let bless = std::env::var_os("LISLE_BLESS").is_some();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder of messages is there")
        .map(|entry| entry.expect("the folder can be read").file_name())
        .filter_map(|name| name.to_str()?.strip_suffix(".scm").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() >= 30, "only {} programs in tests/messages", names.len());
    let mut wrong = Vec::new();
    for name in names {
        let message = message_of(&folder, &format!("{name}.scm"), &[]);
        let file = folder.join(format!("{name}.txt"));
        if bless {
            std::fs::write(&file, &message).expect("the expected text can be written");
        } else if std::fs::read_to_string(&file).ok().as_deref() != Some(&*message) {
            wrong.push(format!("{name} printed:\n{message}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn errors_for_tools_are_one_json_object_a_line() {
    let folder = root().join("tests/messages");
    let text = message_of(&folder, "too-few-arguments.scm", &["--error-format=json"]);
    let error: serde_json::Value = serde_json::from_str(&text).expect("the line is JSON");
    assert_eq!(error["kind"], "wrong-number-of-arguments");
    assert_eq!(error["message"], "add was called with 1 argument; it takes 2");
    assert_eq!(error["place"]["file"], "too-few-arguments.scm");
    assert_eq!([&error["place"]["line"], &error["place"]["column"]], [4, 8]);
    assert_eq!([&error["place"]["end_line"], &error["place"]["end_column"]], [4, 15]);
    assert_eq!(error["backtrace"][1]["procedure"], "double");
    assert_eq!(error["hints"][0]["place"]["line"], 1);

    let text = message_of(&folder, "tail-calls-elided.scm", &["--error-format=json"]);
    let error: serde_json::Value = serde_json::from_str(&text).expect("the line is JSON");
    assert_eq!(error["backtrace"][2]["procedure"], "program");
    assert_eq!(error["backtrace"][2]["tail_calls_from"], "start");

    let text = message_of(&folder, "error-inside-a-macro.scm", &["--error-format=json"]);
    let error: serde_json::Value = serde_json::from_str(&text).expect("the line is JSON");
    assert_eq!(error["kind"], "syntax-error");
    assert_eq!(error["expansions"][0]["macro"], "pair-up");
    assert_eq!(error["expansions"][1]["macro"], "twice");
    assert_eq!(error["expansions"][1]["place"]["line"], 6);
}
