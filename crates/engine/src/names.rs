//! The names of the sensors and config keys that the engine itself reads or writes.

pub(crate) const STATE: &str = "service.state";
pub(crate) const EXPECTED: &str = "service.state.expected";
pub(crate) const IS_UP: &str = "service.isUp";
pub(crate) const NOT_UP: &str = "service.notUp.indicators";
pub(crate) const PROBLEMS: &str = "service.problems";
/// What is known about why an entity is not up, or cannot be told to be.
pub(crate) const DIAGNOSTICS: &str = "service.notUp.diagnostics";
pub(crate) const PROCESS_IS_RUNNING: &str = "service.process.isRunning";
/// The key under which a parent keeps what its children are short of, in both maps.
pub(crate) const FROM_CHILDREN: &str = "service-lifecycle-indicators-from-children-and-members";
/// The key under which an entity says that its machine is out of reach, in both maps.
pub(crate) const HOST: &str = "host";
/// The key under which an entity says that a take-over ended what it was about.
pub(crate) const ABORTED: &str = "Task aborted on rebind";
