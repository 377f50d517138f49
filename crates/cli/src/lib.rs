//! The command line of whoever uses a plane: `br` as Apache Brooklyn has it, for scripts that know it, and
//! `brownstone`'s own commands for everybody else.
//!
//! What is printed is made by plain functions of the server's JSON; the rest asks the servers and prints.

pub mod br;
mod json;
pub mod plane;
mod private_file;
mod terminal;
