//! The command line of whoever uses a plane: `br` as Apache Brooklyn has it, for scripts that know it.
//!
//! What is printed is made by plain functions of the server's JSON; the rest asks the server and prints.

pub mod br;
mod json;
mod private_file;
mod terminal;
