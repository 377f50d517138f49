#![no_main]

#[path = "../../crates/lang/tests/fuzz/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("predicate", data));
