//! Files (R7RS 6.13.1, `(scheme file)`).

use super::pair::ListBuilder;
use super::port::port_value;
use super::port::stream::{Buffering, Port};
use super::{Prim, arguments, blocking};
use crate::capability::Capability::{self, ReadFiles, WriteFiles};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use lisle_gc::{Reason, Value};
use rustix::io::Errno;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::sync::Arc;

/// The path that is the first argument, for a program that has the capability.
fn path(cx: &mut Cx<'_>, name: &str, args: &[Value], needed: Capability) -> Result<String, Raised> {
    cx.demand(needed, name)?;
    Ok(arguments::text(cx, name, args, 0)?.to_rust_string())
}

/// The error of a file operation. The argument is read again: the wait may have moved it.
fn failed(cx: &mut Cx<'_>, name: &str, error: &io::Error) -> Raised {
    let path = cx.argument(0);
    cx.error(ErrorKind::File, &format!("{name}: {error}"), &[path])
}

/// The opened file. When the process has no room for another one, ports that nothing refers to may
/// hold files: they are collected, and the file is opened once more.
fn opened(cx: &mut Cx<'_>, open: impl Fn() -> io::Result<File>) -> io::Result<File> {
    let out_of_room = |error: &io::Error| {
        [Errno::MFILE, Errno::NFILE].iter().any(|e| error.raw_os_error() == Some(e.raw_os_error()))
    };
    match cx.blocking(&open) {
        Err(error) if out_of_room(&error) => {
            cx.mutator.collect(Reason::Explicit);
            cx.blocking(open)
        }
        result => result,
    }
}

fn open_for_reading(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    textual: bool,
) -> Result<Value, Raised> {
    let path = path(cx, name, args, ReadFiles)?;
    match opened(cx, || File::open(&path)) {
        Ok(file) => port_value(cx, Arc::new(Port::reading(&path, textual, Box::new(file)))),
        Err(error) => Err(failed(cx, name, &error)),
    }
}

fn open_for_writing(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    textual: bool,
    options: &OpenOptions,
) -> Result<Value, Raised> {
    let path = path(cx, name, args, WriteFiles)?;
    match opened(cx, || options.open(&path)) {
        Ok(file) => {
            let port = Port::writing(&path, textual, Some(Box::new(file)), Buffering::Full);
            let port = Arc::new(port);
            cx.vm().console.flush_at_end(&port);
            port_value(cx, port)
        }
        Err(error) => Err(failed(cx, name, &error)),
    }
}

fn replacing() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    options
}

fn appending() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    options
}

fn open_input_file(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    open_for_reading(cx, "open-input-file", args, true)
}

fn open_binary_input_file(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    open_for_reading(cx, "open-binary-input-file", args, false)
}

/// `(open-output-file path [append?])`
fn open_output_file(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let append = arguments::optional(args, 1).is_some_and(Value::is_true);
    let options = if append { appending() } else { replacing() };
    open_for_writing(cx, "open-output-file", args, true, &options)
}

/// `(open-binary-output-file path [append?])`
fn open_binary_output_file(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let append = arguments::optional(args, 1).is_some_and(Value::is_true);
    let options = if append { appending() } else { replacing() };
    open_for_writing(cx, "open-binary-output-file", args, false, &options)
}

fn file_exists(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let path = path(cx, "file-exists?", args, ReadFiles)?;
    Ok(Value::boolean(cx.blocking(|| fs::exists(&path).unwrap_or(false))))
}

fn file_is_directory(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let path = path(cx, "file-directory?", args, ReadFiles)?;
    Ok(Value::boolean(cx.blocking(|| fs::metadata(&path).is_ok_and(|data| data.is_dir()))))
}

/// Runs a file operation without a result.
fn operate(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    operation: impl FnOnce(&str) -> io::Result<()>,
) -> Result<Value, Raised> {
    let path = path(cx, name, args, WriteFiles)?;
    match cx.blocking(|| operation(&path)) {
        Ok(()) => Ok(Value::UNSPECIFIED),
        Err(error) => Err(failed(cx, name, &error)),
    }
}

fn delete_file(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    operate(cx, "delete-file", args, |path| fs::remove_file(path))
}

fn create_directory(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    operate(cx, "create-directory", args, |path| fs::create_dir(path))
}

fn delete_directory(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    operate(cx, "delete-directory", args, |path| fs::remove_dir(path))
}

fn rename_file(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    cx.demand(WriteFiles, "rename-file")?;
    let to = arguments::text(cx, "rename-file", args, 1)?.to_rust_string();
    operate(cx, "rename-file", args, |from| fs::rename(from, &to))
}

/// `(directory-list path)`: the names of a directory's entries, in order.
fn directory_list(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let path = path(cx, "directory-list", args, ReadFiles)?;
    let names = cx.blocking(|| {
        let entries = fs::read_dir(&path)?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<io::Result<Vec<String>>>()?;
        names.sort();
        Ok(names)
    });
    let names = names.map_err(|error: io::Error| failed(cx, "directory-list", &error))?;
    let mut list = ListBuilder::new();
    for name in names {
        let name = cx.string(&name)?;
        list.push(cx, name)?;
    }
    Ok(list.finish())
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    blocking("open-input-file", open_input_file, 1, 1),
    blocking("open-binary-input-file", open_binary_input_file, 1, 1),
    blocking("open-output-file", open_output_file, 1, 2),
    blocking("open-binary-output-file", open_binary_output_file, 1, 2),
    blocking("file-exists?", file_exists, 1, 1),
    blocking("file-directory?", file_is_directory, 1, 1),
    blocking("delete-file", delete_file, 1, 1),
    blocking("rename-file", rename_file, 2, 2),
    blocking("create-directory", create_directory, 1, 1),
    blocking("delete-directory", delete_directory, 1, 1),
    blocking("directory-list", directory_list, 1, 1),
];
