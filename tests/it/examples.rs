//! The programs of `examples/`, each run as its comment says, and what they print.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{command, printed_by, root, text_of};

/// A file of this test run's own among the system's temporary files.
fn scratch_file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("lisle-examples-{}-{name}", std::process::id()))
}

/// What `yes | head -n LINES` prints.
fn yes_lines(lines: usize) -> String {
    "y\n".repeat(lines)
}

/// Has `lisle` digest a file with these contents; the answer is the digest alone.
fn md5_of(name: &str, contents: &[u8]) -> String {
    let file = scratch_file(name);
    fs::write(&file, contents).expect("a temporary file can be written");
    let path = file.to_str().expect("the path is UTF-8");
    let printed = printed_by(&["examples/md5.scm", path]);
    let (digest, named) = printed.split_once("  ").expect("a digest and a name are printed");
    assert_eq!(named.trim_end(), path);
    fs::remove_file(file).expect("the temporary file is still there");
    digest.to_owned()
}

#[test]
fn count_reaches_a_depth_of_ten_million() {
    assert_eq!(printed_by(&["examples/count.scm"]), "10000000\n");
}

#[test]
fn count_takes_its_depth_from_the_command_line() {
    assert_eq!(printed_by(&["examples/count.scm", "1234"]), "1234\n");
}

#[test]
fn wordcount_adds_up_the_words_of_all_files() {
    let first = scratch_file("first.txt");
    let second = scratch_file("second.txt");
    fs::write(&first, "the cat and the dog\nThe end.\n").expect("a file can be written");
    fs::write(&second, "a cat; a dog: a cat!\n\nno newline at the end")
        .expect("a file can be written");
    let names: Vec<&str> =
        [&first, &second].iter().map(|path| path.to_str().expect("the path is UTF-8")).collect();
    let printed = printed_by(&["examples/wordcount.scm", names[0], names[1]]);
    assert_eq!(
        printed,
        "18 words, 9 different\n4 the\n3 a\n3 cat\n2 dog\n2 end\n1 and\n1 at\n1 newline\n1 no\n"
    );
    for file in [first, second] {
        fs::remove_file(file).expect("the file is still there");
    }
}

#[test]
fn wordcount_agrees_with_a_count_in_rust_over_many_files() {
    let examples = root().join("examples");
    let mut names: Vec<String> = fs::read_dir(examples)
        .expect("the examples can be listed")
        .map(|entry| entry.expect("an example can be seen").path())
        .filter(|path| path.is_file())
        .map(|path| path.display().to_string())
        .collect();
    names.sort();
    let words: usize = names
        .iter()
        .map(|name| fs::read_to_string(name).expect("an example can be read"))
        .map(|text| text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).count())
        .sum();
    let mut arguments = vec!["examples/wordcount.scm"];
    arguments.extend(names.iter().map(String::as_str));
    let printed = printed_by(&arguments);
    assert!(printed.starts_with(&format!("{words} words, ")), "{words} words, not {printed}");
}

#[test]
fn mandelbrot_writes_the_same_picture_with_any_number_of_threads() {
    let mut pictures = Vec::new();
    for threads in ["1", "3"] {
        let file = scratch_file(&format!("picture-{threads}.ppm"));
        let path = file.to_str().expect("the path is UTF-8");
        let printed = printed_by(&["examples/mandelbrot.scm", path, "100", threads]);
        assert_eq!(printed, "2446 of 10000 points are in the set\n");
        pictures.push(fs::read(&file).expect("the picture was written"));
        fs::remove_file(file).expect("the picture is still there");
    }
    assert!(pictures[0].starts_with(b"P6\n100 100\n255\n"));
    assert_eq!(pictures[0].len(), b"P6\n100 100\n255\n".len() + 3 * 100 * 100);
    assert_eq!(pictures[0], pictures[1]);
}

#[test]
fn pipeline_adds_up_the_primes() {
    assert_eq!(
        printed_by(&["examples/pipeline.scm"]),
        "2262 primes below 20000, their sum is 21171191\n\
         nothing there yet: nothing\n\
         nothing came in time: late\n\
         then: hello\n\
         after the end: eof\n"
    );
}

#[test]
fn the_bank_loses_no_money() {
    assert_eq!(
        printed_by(&["examples/bank.scm"]),
        "8000 transfers\nfailed audits: 0\ntotal: 20000\n"
    );
}

#[test]
fn generators_and_amb_find_all_answers() {
    assert_eq!(
        printed_by(&["examples/generators.scm"]),
        "leaves: (1 2 3 4 5 6)\n\
         same fringe: #t\n\
         other fringe: #f\n\
         right triangles: ((3 4 5) (5 12 13) (6 8 10) (8 15 17) (9 12 15) (12 16 20))\n\
         floors: (((ada 4) (ben 1) (cleo 3) (dan 2) (eve 5)))\n"
    );
}

#[test]
fn md5_of_well_known_messages() {
    assert_eq!(md5_of("empty", b""), "d41d8cd98f00b204e9800998ecf8427e");
    assert_eq!(md5_of("abc", b"abc"), "900150983cd24fb0d6963f7d28e17f72");
    let digits = "1234567890".repeat(8);
    assert_eq!(md5_of("digits", digits.as_bytes()), "57edf4a22be3c955ac49da2e2107b67a");
}

#[test]
fn md5_of_sixty_thousand_lines() {
    let digest = md5_of("yes", yes_lines(60_000).as_bytes());
    assert_eq!(digest, "e7194269bf7b6050b093b1a2fe25476f");
}

#[test]
fn md5_reads_standard_input() {
    let mut child = command()
        .arg(root().join("examples/md5.scm"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("lisle can be started");
    let mut input = child.stdin.take().expect("its input is a pipe");
    input.write_all(b"abc").expect("lisle reads its input");
    drop(input);
    let output = child.wait_with_output().expect("lisle ends");
    assert_eq!(text_of(&output), "900150983cd24fb0d6963f7d28e17f72  -\n");
}

#[test]
fn md5_agrees_with_md5sum_where_that_is_installed() {
    // Lengths around the places where the padding takes a block more.
    for length in [1, 55, 56, 63, 64, 65, 119, 120, 65_535, 65_536, 65_537] {
        let contents: Vec<u8> = (0..length).map(|i: u32| (i * 7 % 256) as u8).collect();
        let file = scratch_file(&format!("sum-{length}"));
        fs::write(&file, &contents).expect("a temporary file can be written");
        let Ok(output) = Command::new("md5sum").arg(&file).output() else { return };
        let path = file.to_str().expect("the path is UTF-8");
        assert_eq!(printed_by(&["examples/md5.scm", path]), text_of(&output));
        fs::remove_file(file).expect("the temporary file is still there");
    }
}
