//! The console ports, the parameters that hold the current ports, and flushing at the end.

use super::stream::{Buffering, Port};
use crate::cx::{Cx, Raised};
use crate::interp::procedures::Procedure;
use crate::prim::control::parameter_place;
use lisle_gc::object::{field, init_field};
use lisle_gc::{HeapExhausted, Kind, Root, Value};
use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, IsTerminal, Read, Write};
use std::sync::{Arc, Weak};

/// The three ports that every program has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standard {
    /// `current-input-port`
    Input,
    /// `current-output-port`
    Output,
    /// `current-error-port`
    Error,
}

impl Standard {
    /// All three.
    pub const ALL: [Standard; 3] = [Standard::Input, Standard::Output, Standard::Error];
}

/// The process's standard input, without a buffer of its own. Reading waits for a while only, so
/// that a thread that waits for input can be interrupted and terminated.
struct StandardInput;

/// The longest that an interrupt waits for a reader.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

impl Read for StandardInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let input = io::stdin();
        let mut wanted = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut wanted, Some(&PATIENCE))? {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            _ => Ok(rustix::io::read(&input, buffer)?),
        }
    }
}

/// A VM's console, and the output ports that are to be flushed when it ends.
pub struct Console {
    ports: [Arc<Port>; 3],
    /// The parameters, made when they are first wanted.
    parameters: Mutex<[Option<Root>; 3]>,
    outputs: Mutex<Vec<Weak<Port>>>,
    /// Where errors that end threads are shown, if not on standard error.
    screen: Mutex<Option<Box<dyn Write + Send>>>,
}

impl Default for Console {
    fn default() -> Console {
        let interactive = io::stdout().is_terminal();
        let buffering = if interactive { Buffering::Line } else { Buffering::Full };
        Console::new(
            Port::reading("<stdin>", true, Box::new(StandardInput)),
            Port::writing("<stdout>", true, Some(Box::new(io::stdout())), buffering),
            Port::writing("<stderr>", true, Some(Box::new(io::stderr())), Buffering::None),
        )
    }
}

impl Console {
    /// A console of these ports.
    pub fn new(input: Port, output: Port, error: Port) -> Console {
        Console {
            ports: [Arc::new(input), Arc::new(output), Arc::new(error)],
            parameters: Mutex::default(),
            outputs: Mutex::default(),
            screen: Mutex::default(),
        }
    }
    /// Shows the errors that end threads here, from now on.
    pub fn show_errors_on(&self, screen: Box<dyn Write + Send>) {
        *self.screen.lock() = Some(screen);
    }
    /// Shows an error that ended a thread or a program.
    pub fn show_error(&self, text: &str) {
        // Nothing can be done when standard error is gone.
        let _ = match &mut *self.screen.lock() {
            Some(screen) => screen.write_all(text.as_bytes()),
            None => io::stderr().lock().write_all(text.as_bytes()),
        };
    }
    /// A console port.
    pub fn port(&self, which: Standard) -> &Arc<Port> {
        &self.ports[which as usize]
    }
    /// Is this one of the console's ports?
    pub fn has(&self, port: &Arc<Port>) -> bool {
        self.ports.iter().any(|own| Arc::ptr_eq(own, port))
    }
    /// Sees to it that a port is flushed at the end.
    pub fn flush_at_end(&self, port: &Arc<Port>) {
        let mut outputs = self.outputs.lock();
        outputs.retain(|port| port.strong_count() > 0);
        outputs.push(Arc::downgrade(port));
    }
    /// Flushes the console's output. For the native state only.
    pub fn flush_output(&self) {
        // If that fails, so will the program's next write, which tells it.
        let _ = self.port(Standard::Output).flush();
    }
    /// Every output port that is still in use.
    fn outputs(&self) -> Vec<Arc<Port>> {
        let files = self.outputs.lock();
        self.ports.iter().cloned().chain(files.iter().filter_map(Weak::upgrade)).collect()
    }
    /// Flushes the console and every output port that is still in use. For the native state, or a
    /// thread that runs no guest code.
    ///
    /// # Errors
    /// The first failure, with the name of its port; all others are flushed nevertheless.
    pub fn flush_all(&self) -> Result<(), (String, io::Error)> {
        let flush = |port: Arc<Port>| port.flush().map_err(|error| (port.name.clone(), error));
        self.outputs().into_iter().map(flush).fold(Ok(()), Result::and)
    }
    /// Does nobody read standard output any more?
    pub fn is_reader_gone(&self) -> bool {
        self.port(Standard::Output).is_reader_gone()
    }
    /// The same, but passing over ports that another thread is just writing to.
    pub fn try_flush_all(&self) {
        for port in self.outputs() {
            port.try_flush();
        }
    }
}

/// The parameter object that holds a current port.
pub fn parameter(cx: &mut Cx<'_>, which: Standard) -> Result<Value, Raised> {
    let console = &cx.vm().console;
    if let Some(root) = &console.parameters.lock()[which as usize] {
        return Ok(root.get());
    }
    let port = super::port_value(cx, Arc::clone(console.port(which)))?;
    let code = cx.vm().machine_code(Procedure::Parameter);
    let heap = cx.heap();
    let made = heap.object_in_old(Kind::Parameter, 3).and_then(|parameter| {
        let place = heap.object(Kind::Box, 1)?;
        init_field(place, 0, port);
        init_field(parameter, 0, code);
        init_field(parameter, 2, Value::FALSE);
        heap.store(parameter, 1, place);
        Ok(parameter)
    });
    let made = made.map_err(|HeapExhausted| cx.exhausted())?;
    let mut parameters = console.parameters.lock();
    let slot = &mut parameters[which as usize];
    Ok(slot.get_or_insert_with(|| cx.heap().heap().add_root(made)).get())
}

/// The current port of a kind.
pub fn current(cx: &mut Cx<'_>, which: Standard) -> Result<Value, Raised> {
    let parameter = parameter(cx, which)?;
    let (place, index) = parameter_place(cx.mutator, parameter);
    Ok(field(place, index))
}
