//! Runs the examples and compares what they print.

use std::path::PathBuf;
use std::process::Command;

/// The executable of an example, built in the profile of this test: TARGET/PROFILE/examples/NAME
/// beside TARGET/PROFILE/deps.
fn example(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("the test has a path");
    let profile = this.parent().and_then(|deps| deps.parent());
    let profile = profile.expect("the test is in the folder deps of its profile");
    let target = profile.parent().expect("the profile is in the target directory");
    let mut command = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    command.args(["build", "--quiet", "--package", "lisle-examples", "--example", name]);
    command.arg("--target-dir").arg(target).current_dir(env!("CARGO_MANIFEST_DIR"));
    if profile.ends_with("release") {
        command.arg("--release");
    }
    assert!(command.status().expect("cargo can be started").success(), "{name} can be built");
    profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn printed_by(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(example(name)).args(arguments).output();
    let output = output.expect("the example can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {}, and it wrote: {errors}", output.status);
    String::from_utf8(output.stdout).expect("the example prints UTF-8")
}

#[test]
fn config() {
    let printed = printed_by("embed-config", &[]);
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines[0].starts_with("4 listeners: [Unix(\"/run/app.sock\"), Tcp { host: "));
    assert_eq!(
        lines[1..],
        [
            "log Verbose, motd None",
            "field `listen`: element 0: field `port`: expected an integer that fits u16, got 80000",
            "broken.scm:1:1: this ( is never closed",
            "wrong.scm:1:1: car: argument 1 must be a pair: 5",
        ]
    );
}

#[test]
fn rules() {
    assert_eq!(
        printed_by("embed-rules", &[]),
        "order 30: Discount(5.5)\norder 49: Review(\"many items\")\n40000 orders, 6397 to review\n"
    );
}

#[test]
fn plugins() {
    let printed = printed_by("embed-plugins", &[]);
    for line in ["  greedy failed: heap limit reached", "<HELLO>", "<HELLO AGAIN!>", "STILL THERE"]
    {
        assert!(printed.lines().any(|printed| printed == line), "{line} in {printed}");
    }
}

#[test]
fn http() {
    let printed = printed_by("embed-http", &["--self-test"]);
    let answers =
        ["/visits 200 1", "/visits 200 2", "/fib 200 6765", "/teapot 418 short and stout"];
    for line in answers.into_iter().chain(["/no 404 nothing at /no"]) {
        assert!(printed.lines().any(|printed| printed == line), "{line} in {printed}");
    }
    assert!(printed.contains("/fail 500 service.scm:15:"), "{printed}");
}

#[test]
fn tokio() {
    let printed = printed_by("embed-tokio", &[]);
    assert_eq!(printed, "<a>, <again>\n<b>, <again>\n<c>, <again>\ngiven up\n");
}
