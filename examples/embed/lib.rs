//! The examples are beside this file; docs/embedding.md lists them.
