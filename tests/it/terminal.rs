//! Signals, closed pipes, and the loop that reads expressions from a terminal.

#![cfg(unix)]

use crate::child::wait;
use crate::support::lisle;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).expect("the child is there");
}

/// A program that says when it is about to wait or to run for ever.
fn started(form: &str) -> Child {
    let text = format!("(begin (display 'ready) (newline) (flush-output-port) {form})");
    let mut child = Command::new(lisle())
        .args(["-e", &text])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("lisle can be started");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    output.read_line(&mut line).expect("it says that it is ready");
    assert_eq!(line, "ready\n");
    child
}

#[test]
fn an_interrupt_ends_a_program_promptly() {
    for form in [
        "(let loop () (loop))",
        "(let loop ((l '())) (loop (list 1)))",
        "(thread-sleep! 100)",
        "(read-line)",
        "(thread-join! (thread-start! (make-thread (lambda () (thread-sleep! 100)))))",
        "(let ((t (thread-start! (make-thread (lambda () (thread-sleep! 100)))))) (channel-receive! (make-channel)))",
    ] {
        let mut child = started(form);
        std::thread::sleep(Duration::from_millis(50));
        let start = Instant::now();
        interrupt(&child);
        let (status, _) = wait(&mut child, Duration::from_secs(10));
        let status = status.unwrap_or_else(|| panic!("{form} goes on"));
        assert_eq!(status.code(), Some(130), "{form}");
        assert!(start.elapsed() < Duration::from_secs(2), "{form} took {:?}", start.elapsed());
    }
}

#[test]
fn a_reader_that_goes_away_ends_a_program_quietly() {
    for form in [
        "(let loop ((i 0)) (write i) (newline) (loop (+ i 1)))",
        "(display \"little\")",
        "'value",
        "(thread-join! (thread-start! (make-thread (lambda () (let loop () (write 'more) (loop))))))",
    ] {
        let mut child = Command::new(lisle())
            .args(["-e", form])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("lisle can be started");
        drop(child.stdout.take());
        let (status, _) = wait(&mut child, Duration::from_secs(20));
        let mut errors = String::new();
        let mut pipe = child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut errors).expect("messages are UTF-8");
        let status = status.unwrap_or_else(|| panic!("it goes on: {errors}"));
        assert_eq!((status.code(), errors.as_str()), (Some(141), ""), "{form}");
    }
}

/// What cannot be written is told, whenever that is found out.
#[cfg(target_os = "linux")]
#[test]
fn output_that_is_lost_is_an_error() {
    for form in [
        "(let loop ((i 0)) (write i) (newline) (loop (+ i 1)))",
        "(display \"little\")",
        "(begin (display \"little\") (exit))",
        "(begin (display \"little\") (emergency-exit))",
        "(thread-join! (thread-start! (make-thread (lambda () (display 1) (exit 0)))))",
        "'value",
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").expect("Linux has this device");
        let run = Command::new(lisle()).args(["-e", form]).stdout(full).output();
        let run = run.expect("lisle can be started");
        let errors = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(1), "{form}: {errors}");
        assert!(errors.contains("No space left on device"), "{form}: {errors}");
    }
}

/// A `lisle repl` on a terminal of its own.
struct Terminal {
    child: Child,
    screen: File,
    text: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    fn new() -> Terminal {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&controller).expect("its other side");
        unlockpt(&controller).expect("its other side");
        let name = ptsname(&controller, Vec::new()).expect("its name");
        let name = Path::new(name.to_str().expect("an ordinary name")).to_owned();
        let side = || -> OwnedFd {
            let opened = OpenOptions::new().read(true).write(true).open(&name);
            opened.expect("its other side opens").into()
        };
        let home = std::env::temp_dir();
        let child = Command::new(lisle())
            .arg("repl")
            .env("TERM", "xterm")
            .env("HOME", &home)
            .env("XDG_STATE_HOME", &home)
            .env("NO_COLOR", "1")
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .expect("lisle can be started");
        let screen = File::from(controller);
        let mut reader = screen.try_clone().expect("a second handle");
        let (sender, text) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let mut terminal = Terminal { child, screen, text, seen: String::new() };
        terminal.expect("lisle> ");
        terminal
    }

    fn type_line(&mut self, line: &str) {
        write!(self.screen, "{line}\r").expect("the terminal is there");
    }

    /// Waits until this is on the screen, and forgets everything up to it.
    #[track_caller]
    fn expect(&mut self, text: &str) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(at) = self.seen.find(text) {
                self.seen.drain(..at + text.len());
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            match self.text.recv_timeout(left) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("no {text:?} came, but {:?}", self.seen),
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_repl_survives_errors_and_interrupts() {
    let mut terminal = Terminal::new();
    terminal.type_line("(car 1)");
    terminal.expect("must be a pair");
    terminal.expect("lisle> ");
    for form in [
        "(begin (display 'rea) (display 'dy) (newline) (let loop () (loop)))",
        "(begin (display 'rea) (display 'dy) (newline) (let loop () (guard (e (#f #f)) (list 1)) (loop)))",
        "(begin (display 'rea) (display 'dy) (newline) (thread-sleep! 100))",
        "(begin (display 'rea) (display 'dy) (newline) (read-line))",
        "(let-syntax ((m (er-macro-transformer (lambda (f r c) (display 'rea) (display 'dy) (newline) (let loop () (loop)))))) (m))",
        "(begin (display 'rea) (display 'dy) (newline) (thread-join! (thread-start! (make-thread (lambda () (thread-sleep! 100))))))",
        "(begin (display 'rea) (display 'dy) (newline) (mutex-lock! (let ((m (make-mutex))) (thread-start! (make-thread (lambda () (mutex-lock! m) (thread-sleep! 100)))) (thread-sleep! 0.1) m)))",
    ] {
        terminal.type_line(form);
        terminal.expect("ready");
        std::thread::sleep(Duration::from_millis(50));
        interrupt(&terminal.child);
        terminal.expect("interrupted");
        terminal.expect("lisle> ");
        terminal.type_line("(* 6 7)");
        terminal.expect("42");
        terminal.expect("lisle> ");
    }
    terminal.type_line("(exit 3)");
    let (status, _) = wait(&mut terminal.child, Duration::from_secs(10));
    assert_eq!(status.and_then(|status| status.code()), Some(3));
}

#[test]
fn the_repl_has_commands() {
    let mut terminal = Terminal::new();
    for (line, expected) in [
        (",help", ",backtrace"),
        (",time (length (vector->list (make-vector 1000 1)))", " ms"),
        (",expand (when (car '(#f)) 1 2)", "(begin 1 2)"),
        (",disasm (lambda (x) (car x))", "Car"),
        (",threads", "thread "),
        (",gc", "KiB in use"),
        (",nonsense", "there is no command ,nonsense"),
        (",expand", "usage: ,expand FORM"),
        (",backtrace", "there has been no error"),
        ("(define (f x) (+ 1 (car x)))", "(car x)))"),
        ("(f 2)", "must be a pair"),
        (",backtrace", "in f (<repl>:1:"),
        ("(let ((l (list 1))) (list l l))", "(#0=(1) #0#)"),
        ("(values 'one 'two)", "one\r\ntwo\r\n"),
    ] {
        terminal.type_line(line);
        terminal.expect(expected);
        terminal.expect("lisle> ");
    }
    terminal.type_line(",quit");
    let (status, _) = wait(&mut terminal.child, Duration::from_secs(10));
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

#[test]
fn the_repl_completes_names() {
    let mut terminal = Terminal::new();
    terminal.type_line("(define my-very-own-name 4711)");
    terminal.expect("4711)");
    terminal.expect("lisle> ");
    write!(terminal.screen, "my-very-o\t").expect("the terminal is there");
    terminal.expect("my-very-own-name");
    terminal.type_line("");
    terminal.expect("4711");
    write!(terminal.screen, "(string-app\t").expect("the terminal is there");
    terminal.type_line(" \"left\" \"right\")");
    terminal.expect("leftright");
}

#[test]
fn output_of_other_threads_stays_out_of_the_line_being_typed() {
    let mut terminal = Terminal::new();
    terminal.type_line(
        "(define t (thread-start! (make-thread (lambda () (thread-sleep! 0.3) (display \"from afar\") (newline)))))",
    );
    terminal.expect("newline)))))");
    terminal.expect("lisle> ");
    write!(terminal.screen, "(+ 40 ").expect("the terminal is there");
    terminal.expect("from afar");
    // The line typed so far is drawn again below what was printed.
    terminal.expect("(+ 40");
    terminal.type_line("2)");
    terminal.expect("42");
}
