//! The Brownstone server and its command line.
fn main() {}
