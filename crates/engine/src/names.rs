//! The names of the sensors and config keys that the engine itself reads or writes.

pub(crate) const STATE: &str = "service.state";
pub(crate) const EXPECTED: &str = "service.state.expected";
pub(crate) const IS_UP: &str = "service.isUp";
pub(crate) const NOT_UP: &str = "service.notUp.indicators";
pub(crate) const PROBLEMS: &str = "service.problems";
/// What is known about why an entity is not up, or cannot be told to be.
pub(crate) const DIAGNOSTICS: &str = "service.notUp.diagnostics";
pub(crate) const PROCESS_IS_RUNNING: &str = "service.process.isRunning";
/// The members of a group, how many there are, the first of them, and whether a member is that.
pub(crate) const MEMBERS: &str = "group.members";
pub(crate) const MEMBERS_COUNT: &str = "group.members.count";
pub(crate) const FIRST: &str = "cluster.first.entity";
pub(crate) const IS_FIRST: &str = "cluster.first";
/// Sensors of a cluster and of its members.
pub(crate) const NEXT_MEMBER_ID: &str = "next.cluster.member.id";
pub(crate) const ALL_MEMBERS_UP: &str = "cluster.one_and_all.members.up";
pub(crate) const QUARANTINE: &str = "dynamiccluster.quarantineGroup";
pub(crate) const CLUSTER: &str = "cluster.entity";
pub(crate) const IS_MEMBER: &str = "cluster.member";
/// The zones that a cluster uses, those that have failed, and how starts in them went of late.
pub(crate) const ZONES: &str = "dynamiccluster.subLocations";
pub(crate) const FAILED_ZONES: &str = "dynamiccluster.failedSubLocations";
pub(crate) const ZONE_STARTS: &str = "dynamiccluster.zone.starts";
/// The key under which a cluster says that its start has failed.
pub(crate) const START: &str = "start";
/// What an entity says of itself: meant for nobody else to repeat.
pub(crate) const OF_ITSELF: [&str; 9] = [
    "entity.id",
    "application.id",
    "catalog.id",
    STATE,
    EXPECTED,
    IS_UP,
    NOT_UP,
    PROBLEMS,
    PROCESS_IS_RUNNING,
];
/// The key under which a parent keeps what its children are short of, in both maps.
pub(crate) const FROM_CHILDREN: &str = "service-lifecycle-indicators-from-children-and-members";
/// The key under which an entity says that its machine is out of reach, in both maps.
pub(crate) const HOST: &str = "host";
/// The key under which an entity says that a take-over ended what it was about.
pub(crate) const ABORTED: &str = "Task aborted on rebind";
