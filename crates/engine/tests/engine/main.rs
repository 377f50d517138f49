//! The engine from outside: inputs in, changes and effects out, on a scripted machine.

mod adjuncts;
mod catalog;
mod children;
mod clusters;
mod dsl;
mod effectors;
mod env;
mod import;
mod leftovers;
mod machine;
mod machines;
mod phases;
mod processes;
mod specs;
mod take_over;
mod writes;
mod zones;
