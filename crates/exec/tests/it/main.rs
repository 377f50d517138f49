//! The executor on real processes, files, sockets and signals.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod local;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod server;
#[cfg(test)]
mod ssh;
#[cfg(test)]
mod unheard;
#[cfg(test)]
mod web;
