//! How the commands of `brownstone store` reach a bucket. Keys are no arguments, which everybody on the host may read:
//! they come from the environment or the machine's role, or from a release's configuration, as a server reads it.

use std::path::PathBuf;

use ::store::place::{Bucket, Place};
use clap::Args;

use super::super::Release;
use crate::config::{Outside, load};

/// Before a bucket's name, in a URL.
const SCHEME: &str = "s3://";

/// Where the keys of buckets come from.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct Reach {
    /// Reach buckets as this location of brooklyn.cfg says, with its key (`AWS_ACCESS_KEY_ID`, or the machine's role).
    #[arg(long, global = true, value_name = "NAME")]
    location: Option<String>,
    /// The release folder that has the location.
    #[arg(long, global = true, value_name = "DIR", env = "BROWNSTONE_HOME")]
    home: Option<PathBuf>,
}

impl Reach {
    /// A folder, or s3://container/path; the error is for people.
    pub(in crate::cli) fn place(&self, url: &str) -> Result<Place, String> {
        let place = Place::parse(url).map_err(|bad| bad.to_string())?;
        let (Some(location), Some(container), Place::Bucket(_)) =
            (&self.location, url.strip_prefix(SCHEME), &place)
        else {
            return Ok(place);
        };
        let home = Release { home: self.home.clone(), define: Vec::new() }.home()?;
        let define = [("persistenceLocation", location.as_str()), ("persistenceDir", container)];
        let define = define.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        match load(&home, &Outside::of_process(define)).map_err(|bad| bad.to_string())?.settings.store {
            // A command has no heartbeat that waits for it.
            Place::Bucket(bucket) => Ok(Place::Bucket(Bucket { patience: None, ..bucket })),
            folder @ Place::Folder(_) => Ok(folder),
        }
    }
}
