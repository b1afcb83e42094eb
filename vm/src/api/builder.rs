//! Configuring virtual machines.

use super::error::Error;
use super::handle::Vm;
use crate::capability::Capabilities;
use crate::expand::LibraryLoader;
use crate::vm::VmConfig;
use std::path::PathBuf;

/// How a virtual machine is to be made.
///
/// ```
/// let vm = lisle::Vm::builder().heap_limit(64 << 20).build()?;
/// assert!(vm.eval::<()>("(make-vector 100000000 0)").is_err());
/// assert_eq!(vm.eval::<i64>("(+ 1 2)")?, 3);
/// # Ok::<(), lisle::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder makes nothing until `build` is called"]
pub struct Builder {
    config: VmConfig,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

impl Builder {
    /// The default configuration of an embedded machine.
    ///
    /// ```
    /// let vm = lisle::Builder::new().heap_limit(64 << 20).build()?;
    /// assert_eq!(vm.eval::<i64>("(+ 1 2)")?, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn new() -> Builder {
        let config =
            VmConfig { owns_process: false, deadlock_detection: false, ..VmConfig::default() };
        Builder { config }
    }
    /// The most bytes the heap may take; three quarters of the computer's memory without it.
    ///
    /// ```
    /// let vm = lisle::Vm::builder().heap_limit(16 << 20).build()?;
    /// let error = vm.eval::<()>("(let loop ((l '())) (loop (cons l l)))").unwrap_err();
    /// assert_eq!(error.kind(), lisle::ErrorKind::HeapExhausted);
    /// assert_eq!(vm.eval::<i64>("(+ 1 2)")?, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn heap_limit(mut self, bytes: usize) -> Builder {
        self.config.heap_limit = Some(bytes);
        self
    }
    /// How much is allocated between two collections, at first; it grows while much survives.
    ///
    /// ```
    /// let vm = lisle::Vm::builder().nursery_size(1 << 20).build()?;
    /// assert_eq!(vm.eval::<i64>("(length (make-list 100000 0))")?, 100_000);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn nursery_size(mut self, bytes: usize) -> Builder {
        self.config.nursery_bytes = Some(bytes);
        self
    }
    /// A folder to look for libraries in: `(a b)` is its file `a/b.sld`. May be given several times.
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join("lisle-library-path");
    /// # std::fs::create_dir_all(folder.join("shop")).unwrap();
    /// let text = "(define-library (shop tax) (import (scheme base)) (export tax)
    ///               (begin (define tax 7)))";
    /// std::fs::write(folder.join("shop/tax.sld"), text).unwrap();
    /// let vm = lisle::Vm::builder().library_path(&folder).build()?;
    /// assert_eq!(vm.eval::<i64>("(import (shop tax)) tax")?, 7);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn library_path(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.config.library_path.push(folder.into());
        self
    }
    /// Where libraries are looked for before the folders. May be given several times; they are asked
    /// in order.
    ///
    /// ```
    /// let libraries = lisle::Libraries::new();
    /// libraries.insert("(shop tax)", "(define-library (shop tax) (import (scheme base)) (export tax)
    ///     (begin (define tax 7)))");
    /// let vm = lisle::Vm::builder().loader(libraries).build()?;
    /// assert_eq!(vm.eval::<i64>("(import (shop tax)) tax")?, 7);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn loader(mut self, loader: impl LibraryLoader + 'static) -> Builder {
        self.config.loaders.push(loader);
        self
    }
    /// What programs may do outside the heap; nothing without it.
    ///
    /// ```
    /// use lisle::{Capabilities, Capability, ErrorKind, Vm};
    /// let vm = Vm::new()?;
    /// let error = vm.eval::<bool>("(file-exists? \"/etc/passwd\")").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Denied);
    /// let reader = Capabilities::NONE.with(Capability::ReadFiles);
    /// let vm = Vm::builder().capabilities(reader).build()?;
    /// assert!(vm.eval::<bool>("(file-exists? \"/\")")?);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn capabilities(mut self, capabilities: Capabilities) -> Builder {
        self.config.capabilities = capabilities;
        self
    }
    /// What `(command-line)` returns.
    ///
    /// ```
    /// let vm = lisle::Vm::builder().command_line(["prog", "x"]).build()?;
    /// let words: Vec<String> = vm.eval("(import (scheme process-context)) (command-line)")?;
    /// assert_eq!(words, ["prog", "x"]);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn command_line<S: Into<String>>(
        mut self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Builder {
        self.config.command_line = arguments.into_iter().map(Into::into).collect();
        self
    }
    /// How many bytes of native stack calls between host and guest may take, one inside the other;
    /// 512 KiB without it. Threads need some megabytes more than this.
    ///
    /// ```
    /// use lisle::{Context, ErrorKind, Procedure, Root, Vm};
    /// let vm = Vm::builder().host_stack(256 << 10).build()?;
    /// vm.define("call", |cx: &mut Context, f: Root<Procedure>| cx.call::<i64>(&f, ()))?;
    /// let error = vm.eval::<i64>("(define (f) (+ 1 (call f))) (f)").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Nesting);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn host_stack(mut self, bytes: usize) -> Builder {
        self.config.host_stack_bytes = bytes;
        self
    }
    /// Report it to the main thread when all threads wait for each other. Not while a thread of the
    /// host could still come and wake them, which the machine cannot know.
    ///
    /// ```
    /// let vm = lisle::Vm::builder().deadlock_detection(true).build()?;
    /// assert_eq!(vm.eval::<i64>("(+ 1 2)")?, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn deadlock_detection(mut self, on: bool) -> Builder {
        self.config.deadlock_detection = on;
        self
    }
    /// For tests: a collection at every safepoint where something was allocated, freed memory
    /// poisoned.
    ///
    /// ```
    /// let vm = lisle::Vm::builder().stress_collections(true).build()?;
    /// assert_eq!(vm.eval_text("(list 1 (list 2))")?, "(1 (2))");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn stress_collections(mut self, on: bool) -> Builder {
        self.config.stress_collections = on;
        self
    }
    /// For tests: every frame is moved to the heap at every call.
    ///
    /// ```
    /// let vm = lisle::Vm::builder().stress_frames(true).build()?;
    /// assert_eq!(vm.eval::<i64>("(define (f n) (if (= n 0) 0 (+ 1 (f (- n 1))))) (f 9)")?, 9);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn stress_frames(mut self, on: bool) -> Builder {
        self.config.stress_frames = on;
        self
    }
    /// For tests: the whole heap is checked before and after every collection.
    ///
    /// ```
    /// // A machine on which a mistake of the host's shows: slow, for tests.
    /// let vm = lisle::Vm::builder()
    ///     .stress_collections(true)
    ///     .stress_frames(true)
    ///     .verify_heap(true)
    ///     .build()?;
    /// assert_eq!(vm.eval_text("(map list '(1 2))")?, "((1) (2))");
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn verify_heap(mut self, on: bool) -> Builder {
        self.config.verify_heap = on;
        self
    }

    /// Makes the machine.
    ///
    /// # Errors
    /// When the system refuses the memory.
    ///
    /// ```
    /// let vm = lisle::Vm::builder().build()?;
    /// assert_eq!(vm.eval::<i64>("(+ 1 2)")?, 3);
    /// # Ok::<(), lisle::Error>(())
    /// ```
    pub fn build(self) -> Result<Vm, Error> {
        Vm::with_config(self.config)
    }
}
