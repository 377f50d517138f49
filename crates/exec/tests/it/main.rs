//! The executor on real processes, files and signals.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod scripts;
