//! A configuration language: the configuration is the value of a program, checked against a
//! structure of the host. What is wrong in it is said with its place.
//!
//!     cargo run -p lisle-examples --example embed-config

#![allow(clippy::print_stdout, reason = "a program")]

use lisle::{Error, FromScheme, Vm};

#[derive(FromScheme, Debug)]
#[expect(dead_code, reason = "the fields are shown only")]
struct Config {
    listen: Vec<Listener>,
    workers: u32,
    log: Level,
    motd: Option<String>,
}

#[derive(FromScheme, Debug)]
#[expect(dead_code, reason = "the fields are shown only")]
enum Listener {
    Unix(String),
    Tcp { host: String, port: u16 },
}

#[derive(FromScheme, Debug)]
enum Level {
    Quiet,
    Verbose,
}

const GOOD: &str = r#"
(define base-port 8000)

(define (local n)
  `(tcp (host . "localhost") (port . ,(+ base-port n))))

`((listen (unix "/run/app.sock") ,@(map local '(0 1 2)))
  (workers . ,(* 2 (cpus)))
  (log . verbose))
"#;

const BAD: &str = r#"
'((listen (tcp (host . "localhost") (port . 80000)))
  (workers . 4)
  (log . quiet))
"#;

fn read(name: &str, text: &str) -> Result<Config, Error> {
    let vm = Vm::builder().heap_limit(32 << 20).build()?;
    vm.define("cpus", || std::thread::available_parallelism().map_or(1, usize::from))?;
    vm.eval_named(name, text)
}

fn main() -> Result<(), Error> {
    let config = read("good.scm", GOOD)?;
    println!("{} listeners: {:?}", config.listen.len(), config.listen);
    println!("log {:?}, motd {:?}", config.log, config.motd);
    for (name, text) in [("bad.scm", BAD), ("broken.scm", "(list 1 2"), ("wrong.scm", "(car 5)")] {
        match read(name, text) {
            Ok(_) => println!("{name} is good"),
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}
