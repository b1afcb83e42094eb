;;; The names that `(lisle probe)` exports, with the cargo feature `probe`: see `prim/probe.rs`.

((lisle probe)
 probe-age probe-bytes probe-chunk-words probe-collect-full! probe-collect-minor!
 probe-collections probe-eden-bytes probe-fail-allocation! probe-failure-pending?
 probe-promotions probe-reinstated probe-remembered probe-stack-frames probe-used-bytes
 probe-verify)
