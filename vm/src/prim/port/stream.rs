//! Ports as Rust sees them: buffers with a source or a sink.
//!
//! A port holds no guest values, so it may be used while the world is stopped. Each side has two
//! locks. The *buffer* lock is held for moments only, by primitives and by [`Port::fill`] and
//! [`Port::flush`]; the *device* lock is held while the operating system is waited for, and only
//! ever taken in the native state. Order: device before buffer.

use lisle_gc::{External, HeapExhausted, LocalHeap};
use parking_lot::{Mutex, MutexGuard};
use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes asked of the operating system at once, at least.
const CHUNK: usize = 8 * 1024;
/// Output is handed on when so many bytes wait.
const MOST_WAITING: usize = 16 * 1024;

type Source = Box<dyn Read + Send>;
type Sink = Box<dyn Write + Send>;

/// What a port takes besides what is in its buffers, in bytes, about.
const PORT_BYTES: usize = 512;

/// When output is handed on, apart from explicit flushing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Buffering {
    /// When much of it waits.
    Full,
    /// At the end of every line.
    Line,
    /// At once.
    None,
}

/// A port.
pub struct Port {
    /// What it is connected to, for messages.
    pub name: String,
    /// Does it carry characters (or else bytes)?
    pub textual: bool,
    input: Option<InputSide>,
    output: Option<OutputSide>,
    /// Its memory, as the heap counts it.
    memory: OnceLock<External>,
}

struct InputSide {
    buffer: Mutex<Input>,
    device: Mutex<Option<Source>>,
}

struct OutputSide {
    buffer: Mutex<Output>,
    device: Mutex<Option<Sink>>,
    buffering: Buffering,
    /// Is there no device, but what is written kept?
    gathers: bool,
    /// Has the other end of the pipe said that it reads no more?
    reader_gone: AtomicBool,
}

impl OutputSide {
    fn hand_on(&self, sink: Option<&mut Sink>) -> io::Result<()> {
        let Some(sink) = sink else { return Ok(()) };
        let waiting = std::mem::take(&mut self.buffer.lock().bytes);
        let result = sink.write_all(&waiting).and_then(|()| sink.flush());
        if let Err(error) = &result
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            // Relaxed: nothing else is told by it.
            self.reader_gone.store(true, Ordering::Relaxed);
        }
        result
    }
}

/// What was read ahead.
pub struct Input {
    bytes: Vec<u8>,
    at: usize,
    /// How many lines ended before `bytes`.
    lines_before: usize,
    /// Has the source no more?
    ended: bool,
    open: bool,
    /// A line ended in a carriage return: a newline that follows belongs to it.
    skip_newline: bool,
    /// Is `#!fold-case` in force?
    pub fold_case: bool,
}

/// What waits to be written.
pub struct Output {
    bytes: Vec<u8>,
    open: bool,
}

/// The character that `bytes` begin with, and its length; what is no UTF-8 counts as U+FFFD.
fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let first = *bytes.first()?;
    if first < 0x80 {
        return Some((char::from(first), 1));
    }
    let encoded = bytes.get(..width(first)).and_then(|b| std::str::from_utf8(b).ok());
    Some(match encoded.and_then(|text| text.chars().next()) {
        Some(c) => (c, c.len_utf8()),
        None => (char::REPLACEMENT_CHARACTER, 1),
    })
}

/// Length of the character that begins with this byte.
fn width(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

fn ends_of_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// A place in the bytes read ahead.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    at: usize,
    skip_newline: bool,
    fold_case: bool,
}

impl Input {
    fn new(bytes: Vec<u8>, ended: bool) -> Input {
        Input {
            bytes,
            at: 0,
            lines_before: 0,
            ended,
            open: true,
            skip_newline: false,
            fold_case: false,
        }
    }
    /// The bytes read ahead.
    pub fn waiting(&self) -> &[u8] {
        &self.bytes[self.at..]
    }
    /// Does nothing come after the bytes read ahead?
    pub fn has_ended(&self) -> bool {
        self.ended
    }
    /// Takes bytes off the front.
    pub fn consume(&mut self, count: usize) {
        self.at += count;
    }
    /// Where reading stands, for [`Input::go_back`].
    pub fn place(&self) -> Place {
        Place { at: self.at, skip_newline: self.skip_newline, fold_case: self.fold_case }
    }
    /// Takes back what was read since, with the port locked all the time: a primitive that finds no
    /// memory for its result is run again.
    pub fn go_back(&mut self, place: Place) {
        let Place { at, skip_newline, fold_case } = place;
        (self.at, self.skip_newline, self.fold_case) = (at, skip_newline, fold_case);
    }
    fn settle(&mut self) {
        if self.skip_newline && !self.waiting().is_empty() {
            self.skip_newline = false;
            if self.waiting()[0] == b'\n' {
                self.at += 1;
            }
        }
    }
    /// The number of the line, from 1, that is so many bytes ahead.
    pub fn line(&self, ahead: usize) -> usize {
        self.lines_before + ends_of_lines(&self.bytes[..self.at + ahead]) + 1
    }
    fn append(&mut self, more: &[u8]) {
        self.lines_before += ends_of_lines(&self.bytes[..self.at]);
        self.bytes.drain(..self.at);
        self.at = 0;
        self.bytes.extend_from_slice(more);
        self.ended = more.is_empty();
    }
    /// Is the next character here whole?
    pub fn has_char(&self) -> bool {
        self.waiting().first().is_some_and(|&first| self.waiting().len() >= width(first))
    }
    /// The next character.
    pub fn peek_char(&self) -> Option<char> {
        decode(self.waiting()).map(|(c, _)| c)
    }
    /// Takes the next character.
    pub fn read_char(&mut self) -> Option<char> {
        let (c, length) = decode(self.waiting())?;
        self.at += length;
        Some(c)
    }
    /// Are `count` characters here, whole?
    pub fn has_chars(&self, count: usize) -> bool {
        let mut rest = self.waiting();
        for _ in 0..count {
            match rest.first() {
                Some(&first) if rest.len() >= width(first) => {
                    rest = &rest[decode(rest).map_or(0, |(_, length)| length)..];
                }
                _ => return false,
            }
        }
        true
    }
    fn line_end(&self) -> Option<usize> {
        self.waiting().iter().position(|&b| b == b'\n' || b == b'\r')
    }
    /// Is a whole line here?
    pub fn has_line(&self) -> bool {
        self.line_end().is_some()
    }
    /// Takes a line, without its end; `None` if nothing is left.
    pub fn read_line(&mut self) -> Option<String> {
        if self.waiting().is_empty() {
            return None;
        }
        let end = self.line_end();
        let line = &self.waiting()[..end.unwrap_or(self.waiting().len())];
        let text = String::from_utf8_lossy(line).into_owned();
        let length = line.len();
        self.skip_newline = end.is_some_and(|end| self.waiting()[end] == b'\r');
        self.at += length + usize::from(end.is_some());
        self.settle();
        Some(text)
    }
}

impl Port {
    /// An input port that reads what is there.
    pub fn from_bytes(name: &str, textual: bool, bytes: Vec<u8>) -> Port {
        let buffer = Mutex::new(Input::new(bytes, true));
        let input = Some(InputSide { buffer, device: Mutex::new(None) });
        Port { name: name.to_owned(), textual, input, output: None, memory: OnceLock::new() }
    }
    /// An input port with a source.
    pub fn reading(name: &str, textual: bool, source: Source) -> Port {
        let buffer = Mutex::new(Input::new(Vec::new(), false));
        let input = Some(InputSide { buffer, device: Mutex::new(Some(source)) });
        Port { name: name.to_owned(), textual, input, output: None, memory: OnceLock::new() }
    }
    /// An output port; one without a sink gathers what is written.
    pub fn writing(name: &str, textual: bool, sink: Option<Sink>, buffering: Buffering) -> Port {
        let buffer = Mutex::new(Output { bytes: Vec::new(), open: true });
        let gathers = sink.is_none();
        let device = Mutex::new(sink);
        let reader_gone = AtomicBool::new(false);
        let output = Some(OutputSide { buffer, device, buffering, gathers, reader_gone });
        Port { name: name.to_owned(), textual, input: None, output, memory: OnceLock::new() }
    }

    /// Has the heap of this thread count the port's memory from now on.
    ///
    /// # Errors
    /// When that would pass the heap limit.
    pub fn count_memory(&self, heap: &mut LocalHeap) -> Result<(), HeapExhausted> {
        let memory = heap.heap().external();
        memory.set(heap, PORT_BYTES + self.buffered())?;
        // One that is counted already stays so: the console has several objects.
        let _ = self.memory.set(memory);
        Ok(())
    }
    fn buffered(&self) -> usize {
        let input = self.input.as_ref().map_or(0, |side| side.buffer.lock().bytes.len());
        let output = self.output.as_ref().map_or(0, |side| side.buffer.lock().bytes.len());
        input + output
    }
    /// Makes sure that more may be read ahead, as much again as there is.
    ///
    /// # Errors
    /// When that would pass the heap limit.
    pub fn make_room_to_read(&self, heap: &mut LocalHeap) -> Result<(), HeapExhausted> {
        self.make_room(heap, self.buffered() + CHUNK)
    }
    /// Makes sure that so many bytes may be in the buffers. These grow by doubling, so they are counted
    /// by doubling.
    fn make_room(&self, heap: &mut LocalHeap, bytes: usize) -> Result<(), HeapExhausted> {
        let Some(memory) = self.memory.get() else { return Ok(()) };
        let needed = PORT_BYTES + bytes;
        if needed <= memory.bytes() && memory.bytes() / 8 <= needed {
            return Ok(());
        }
        // Near the limit in smaller steps: each that does not fit asks for a collection.
        memory
            .set(heap, needed * 2)
            .or_else(|HeapExhausted| memory.set(heap, needed + needed / 8))
            .or_else(|HeapExhausted| memory.set(heap, needed))
    }

    /// Is it an input port?
    pub fn is_input(&self) -> bool {
        self.input.is_some()
    }
    /// Is it an output port?
    pub fn is_output(&self) -> bool {
        self.output.is_some()
    }
    /// Is it an input port that is open?
    pub fn is_input_open(&self) -> bool {
        self.input.as_ref().is_some_and(|side| side.buffer.lock().open)
    }
    /// Is it an output port that is open?
    pub fn is_output_open(&self) -> bool {
        self.output.as_ref().is_some_and(|side| side.buffer.lock().open)
    }

    /// What was read ahead of an open input port.
    pub fn input(&self) -> Option<MutexGuard<'_, Input>> {
        let mut buffer = self.input.as_ref()?.buffer.lock();
        buffer.settle();
        buffer.open.then_some(buffer)
    }
    /// Waits for input, unless `is_enough` holds of what is there or there is no more; for a while
    /// only, if the source says so. For the native state only.
    pub fn fill(&self, is_enough: impl Fn(&Input) -> bool) -> io::Result<()> {
        let Some(side) = &self.input else { return Ok(()) };
        let mut device = side.device.lock();
        let waiting = {
            let mut buffer = side.buffer.lock();
            buffer.settle();
            if buffer.ended || is_enough(&buffer) {
                return Ok(());
            }
            buffer.waiting().len()
        };
        let mut chunk = vec![0; CHUNK.max(waiting)];
        let count = match device.as_mut() {
            Some(source) => match read_some(source, &mut chunk) {
                // Nothing yet: the caller asks again, unless its thread is wanted elsewhere.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                result => result?,
            },
            None => 0,
        };
        side.buffer.lock().append(&chunk[..count]);
        Ok(())
    }

    /// Adds to the output of an open port; `Some(true)` if it should be flushed now.
    pub fn write(&self, bytes: &[u8]) -> Option<bool> {
        let Ok(written) = self.write_with_room(bytes, |_| Ok::<(), Infallible>(()));
        written
    }
    /// The same, and counts the memory of what is kept.
    ///
    /// # Errors
    /// When that would pass the heap limit.
    pub fn write_counted(
        &self,
        heap: &mut LocalHeap,
        bytes: &[u8],
    ) -> Result<Option<bool>, HeapExhausted> {
        self.write_with_room(bytes, |length| self.make_room(heap, length))
    }
    /// Is what is written kept, so that writing never waits?
    pub fn gathers(&self) -> bool {
        self.output.as_ref().is_some_and(|side| side.gathers)
    }
    /// A port that gathers has no input, so what it keeps is this buffer alone.
    fn write_with_room<E>(
        &self,
        bytes: &[u8],
        make_room: impl FnOnce(usize) -> Result<(), E>,
    ) -> Result<Option<bool>, E> {
        let Some(side) = &self.output else { return Ok(None) };
        let mut buffer = side.buffer.lock();
        if !buffer.open {
            return Ok(None);
        }
        if side.gathers {
            make_room(buffer.bytes.len() + bytes.len())?;
        }
        buffer.bytes.extend_from_slice(bytes);
        if side.gathers {
            return Ok(Some(false));
        }
        Ok(Some(match side.buffering {
            Buffering::Full => buffer.bytes.len() >= MOST_WAITING,
            Buffering::Line => buffer.bytes.len() >= MOST_WAITING || bytes.contains(&b'\n'),
            Buffering::None => true,
        }))
    }
    /// Hands waiting output on. For the native state only.
    pub fn flush(&self) -> io::Result<()> {
        let Some(side) = &self.output else { return Ok(()) };
        side.hand_on(side.device.lock().as_mut())
    }
    /// Has writing failed since the other end of the pipe is closed?
    pub fn is_reader_gone(&self) -> bool {
        // Relaxed: nothing else is told by it.
        self.output.as_ref().is_some_and(|side| side.reader_gone.load(Ordering::Relaxed))
    }
    /// The same as `flush`, unless another thread is just doing it.
    pub fn try_flush(&self) {
        if let Some(side) = &self.output
            && let Some(mut device) = side.device.try_lock()
        {
            // There is nobody to tell of a failure.
            let _ = side.hand_on(device.as_mut());
        }
    }
    /// Connects an output port to another sink. For the native state, or before other threads write.
    pub fn replace_sink(&self, sink: Box<dyn Write + Send>) {
        if let Some(side) = &self.output {
            *side.device.lock() = Some(sink);
        }
    }
    /// What was written to a port without a sink.
    pub fn gathered(&self) -> Option<Vec<u8>> {
        let side = self.output.as_ref().filter(|side| side.gathers)?;
        Some(side.buffer.lock().bytes.clone())
    }

    /// Closes the input side.
    pub fn close_input(&self) {
        if let Some(side) = &self.input {
            let mut buffer = side.buffer.lock();
            buffer.open = false;
            buffer.bytes = Vec::new();
            buffer.at = 0;
            drop(buffer);
            // A thread that waits for input holds the device: it goes with the port then.
            if let Some(mut device) = side.device.try_lock() {
                *device = None;
            }
        }
    }
    /// Flushes and closes the output side. For the native state only. What a port without a sink has
    /// gathered stays.
    pub fn close_output(&self) -> io::Result<()> {
        let result = self.flush();
        if let Some(side) = &self.output {
            side.buffer.lock().open = false;
            *side.device.lock() = None;
        }
        result
    }
}

fn read_some(source: &mut Source, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // Nobody is left to tell of a failure.
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::{Buffering, Port};

    #[test]
    fn lines_end_in_any_of_the_three_ways() {
        let port = Port::from_bytes("test", true, b"one\r\ntwo\rthree\n\nfour".to_vec());
        let mut lines = Vec::new();
        while let Some(line) = port.input().and_then(|mut input| input.read_line()) {
            lines.push(line);
        }
        assert_eq!(lines, ["one", "two", "three", "", "four"]);
    }

    #[test]
    fn characters_are_decoded_and_bad_bytes_replaced() {
        let port = Port::from_bytes("test", true, "aλ𝄞".bytes().chain([0xff, b'z']).collect());
        let mut input = port.input().expect("an open port");
        let read: String = std::iter::from_fn(|| input.read_char()).collect();
        assert_eq!(read, "aλ𝄞\u{fffd}z");
    }

    #[test]
    fn a_closed_port_takes_no_output() {
        let port = Port::writing("test", true, None, Buffering::Full);
        assert_eq!(port.write(b"text"), Some(false));
        port.close_output().expect("nothing to flush");
        assert_eq!(port.write(b"more"), None);
        assert_eq!(port.gathered().as_deref(), Some(&b"text"[..]));
    }
}
