//! Ways of getting rooting wrong: none compiles, and each message says what is the matter. The
//! messages are pinned in `compile-fail/*.stderr`, for the toolchain that the repository is built
//! with; `TRYBUILD=overwrite cargo test -p lisle-embedding-tests rooting` writes them anew.

#[test]
fn forgetting_to_root_does_not_compile() {
    trybuild::TestCases::new().compile_fail("compile-fail/*.rs");
}
