//! A small HTTP service: handlers are Scheme procedures, which several threads run at the same time
//! on one machine. `--self-test` asks it some questions and ends.
//!
//!     cargo run --release -p lisle-examples --example embed-http [-- --self-test]

#![allow(clippy::print_stdout, reason = "a program")]

use lisle::{Context, Error, FromScheme, Procedure, Root, Vm};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use tiny_http::{Response, Server};

const THREADS: usize = 4;

const SERVICE: &str = r#"
(import (scheme base) (scheme write) (srfi 69))

(define visits (make-hash-table))

(define (visit! path)
  (hash-table-update!/default visits path (lambda (n) (+ n 1)) 0)
  (hash-table-ref visits path))

(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))

(route! "/" (lambda (path body) "It runs."))
(route! "/visits" (lambda (path body) (number->string (visit! path))))
(route! "/fib" (lambda (path body) (number->string (fib (string->number body)))))
(route! "/fail" (lambda (path body) (car body)))
(route! "/teapot" (lambda (path body) '(418 "short and stout")))
"#;

/// What a handler answers: a text, or a status and a text.
struct Answer(u16, String);

impl FromScheme for Answer {
    fn from_scheme<'w>(w: &lisle::Window<'w>, value: lisle::Local<'w>) -> Result<Answer, Error> {
        if value.is_string() {
            return Ok(Answer(200, w.get(value)?));
        }
        let (status, text) = w.get(value)?;
        Ok(Answer(status, text))
    }
}

type Routes = std::sync::RwLock<Vec<(String, Root<Procedure>)>>;

fn answer(cx: &mut Context<'_>, routes: &Routes, path: &str, body: &str) -> Answer {
    let found = routes
        .read()
        .expect("no thread panics with the routes")
        .iter()
        .find(|(known, _)| known == path)
        .map(|(_, handler)| handler.clone());
    let Some(handler) = found else { return Answer(404, format!("nothing at {path}")) };
    let answered = cx.call::<Answer>(&handler, (path, body));
    answered.unwrap_or_else(|error| Answer(500, error.to_string()))
}

fn serve(vm: &Vm, server: &Server, routes: &Routes) -> Result<(), Error> {
    vm.enter(|cx| {
        // Waiting for a request is a blocking call: collections go on without this thread.
        while let Ok(mut request) = cx.blocking(|| server.recv()) {
            let mut body = String::new();
            let read = cx.blocking(|| request.as_reader().read_to_string(&mut body));
            let Answer(status, text) = match read {
                Ok(_) => answer(cx, routes, request.url(), &body),
                Err(error) => Answer(400, error.to_string()),
            };
            let response = Response::from_string(text).with_status_code(status);
            // A client that went away is no concern of ours.
            let _ = cx.blocking(|| request.respond(response));
        }
        Ok(())
    })
}

fn ask(port: u16, path: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let status = text.split(' ').nth(1).unwrap_or("?").to_owned();
    let answer = text.split("\r\n\r\n").nth(1).unwrap_or("").to_owned();
    Ok(format!("{status} {answer}"))
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let vm = Vm::builder().heap_limit(256 << 20).build()?;
    let routes: Arc<Routes> = Arc::default();
    let table = Arc::clone(&routes);
    vm.define("route!", move |path: String, handler: Root<Procedure>| {
        table.write().expect("no thread panics with the routes").push((path, handler));
    })?;
    vm.eval_named::<()>("service.scm", SERVICE)?;
    let self_test = std::env::args().any(|argument| argument == "--self-test");
    let server = Server::http(if self_test { "127.0.0.1:0" } else { "127.0.0.1:8000" })?;
    let port = server.server_addr().to_ip().map_or(0, |address| address.port());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                if let Err(error) = serve(&vm, &server, &routes) {
                    eprintln!("{error}");
                }
            });
        }
        if !self_test {
            println!("http://127.0.0.1:{port}/");
            return Ok(());
        }
        for (path, body) in [
            ("/", ""),
            ("/visits", ""),
            ("/visits", ""),
            ("/fib", "20"),
            ("/fail", ""),
            ("/teapot", ""),
            ("/no", ""),
        ] {
            println!("{path} {}", ask(port, path, body)?);
        }
        for _ in 0..THREADS {
            server.unblock();
        }
        Ok(())
    })
}
