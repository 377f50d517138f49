//! The tables by their names: known without the load client, so that a name that there is not is refused before anything
//! is built.

use clap::ValueEnum;

/// One table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// the disk alone: what every durable write is built on
    Disk,
    /// from nothing to a server that takes a deployment
    Start,
    /// what a plane costs that has nothing to do
    Idle,
    /// how long nobody can write
    Failover,
    /// a server without another, killed and started again
    Lone,
    /// what becomes of acknowledged writes
    Writers,
    /// a master that was stopped for too long
    Zombie,
    /// durable writes over TLS, with a login
    Writes,
    /// large applications: deployed, taken over, started cold
    Entities,
    /// processes on this host: until they are up, until a death is seen
    Processes,
    /// sensors that are computed from sensors, for a minute
    Enrichers,
    /// reads over TLS, with a login
    Reads,
    /// a plane in a bucket of an S3 service on this host
    S3,
    /// the log: a commit beside its system calls, history read back, commits beside a checkpoint
    Log,
    /// whether a server answers while its store does not
    Status,
}

impl Name {
    /// As it is written on the command line, and what the table tells.
    pub(crate) fn words(self) -> (String, String) {
        self.to_possible_value().map_or_else(Default::default, |value| {
            (value.get_name().to_owned(), value.get_help().map(ToString::to_string).unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_has_a_name_and_says_what_it_tells() {
        for name in Name::value_variants() {
            let (word, about) = name.words();
            assert!(!about.is_empty(), "{word}");
            assert_eq!(Name::from_str(&word, false), Ok(*name));
        }
        assert_eq!(Name::S3.words().0, "s3");
    }
}
