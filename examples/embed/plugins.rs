//! A plug-in host: plug-ins are libraries that the host has in memory, each in a machine of its own
//! with a heap limit, so that one that fails does not harm the others. One is replaced while it runs.
//!
//!     cargo run -p lisle-examples --example embed-plugins

#![allow(clippy::print_stdout, reason = "a program")]

use lisle::{Error, Libraries, Procedure, Root, Vm};

struct Plugin {
    name: &'static str,
    vm: Vm,
    libraries: Libraries,
    /// Takes a text and answers with one.
    filter: Root<Procedure>,
}

impl Plugin {
    fn load(name: &'static str, text: &str) -> Result<Plugin, Error> {
        let libraries = Libraries::new();
        libraries.insert("(plugin)", text);
        let vm = Vm::builder().heap_limit(16 << 20).loader(libraries.clone()).build()?;
        vm.define("log", move |message: &str| println!("  [{name}] {message}"))?;
        // Looks the variable up in each call, so that a library that replaces it takes effect.
        let filter = vm.eval("(import (plugin)) (lambda (text) (filter-text text))")?;
        Ok(Plugin { name, vm, libraries, filter })
    }
    fn replace(&self, text: &str) -> Result<(), Error> {
        self.libraries.insert("(plugin)", text);
        self.vm.reload("(plugin)")
    }
}

fn library(body: &str) -> String {
    format!(
        "(define-library (plugin) (import (scheme base) (scheme char) (lisle host))
           (export filter-text)
           (begin (define (filter-text text) {body})))"
    )
}

fn run(plugins: &[Plugin], text: &str) {
    let mut text = text.to_owned();
    for plugin in plugins {
        match plugin.filter.call::<String>((&*text,)) {
            Ok(filtered) => text = filtered,
            Err(error) => println!("  {} failed: {}", plugin.name, error.message()),
        }
    }
    println!("{text}");
}

fn main() -> Result<(), Error> {
    let plugins = [
        Plugin::load("shout", &library("(log \"shouting\") (string-upcase text)"))?,
        Plugin::load(
            "greedy",
            &library("(let loop ((l '())) (loop (cons (make-vector 1000) l)))"),
        )?,
        Plugin::load("buggy", &library("(string-append text (vector-ref #(1 2) 2))"))?,
        Plugin::load("quote", &library("(string-append \"<\" text \">\")"))?,
    ];
    run(&plugins, "hello");
    plugins[2].replace(&library("(string-append text \"!\")"))?;
    run(&plugins, "hello again");
    match plugins[0].replace("(define-library (plugin) (export filter-text))") {
        Ok(()) => println!("replaced"),
        Err(error) => println!("not replaced: {}", error.message()),
    }
    run(&plugins[..1], "still there");
    Ok(())
}
