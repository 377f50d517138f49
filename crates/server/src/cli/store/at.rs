//! A place on the command line, `brownstone store check URL`, and what may be said of a bucket there.

use std::path::PathBuf;

use ::store::place::{Bucket, Place};
use clap::Args;

use super::reach::Reach;

/// A folder, or a bucket as s3://container/path.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct At {
    /// A folder, or s3://container/path.
    url: String,
    /// The address of an S3 service (AWS, or `AWS_ENDPOINT_URL`).
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// The bucket's region (us-east-1, or `AWS_REGION`).
    #[arg(long)]
    region: Option<String>,
    /// Certificates (PEM) that may vouch for the service, beside the system's.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The bucket is a part of the host's name, not of the path.
    #[arg(long)]
    virtual_hosted: bool,
}

impl At {
    /// The place; the error is for people.
    pub(super) fn place(&self, reach: &Reach) -> Result<Place, String> {
        let At { url, endpoint, region, ca_file, virtual_hosted } = self;
        match reach.place(url)? {
            Place::Bucket(bucket) => Ok(Place::Bucket(Bucket {
                endpoint: endpoint.clone().or(bucket.endpoint),
                region: region.clone().or(bucket.region),
                ca_file: ca_file.clone().or(bucket.ca_file),
                path_style: virtual_hosted.then_some(false).or(bucket.path_style),
                ..bucket
            })),
            folder @ Place::Folder(_) => {
                let is_plain = endpoint.is_none() && region.is_none() && ca_file.is_none() && !virtual_hosted;
                let why = "is a folder: --endpoint and its like are for s3://container/path";
                if is_plain { Ok(folder) } else { Err(format!("{folder} {why}")) }
            }
        }
    }
}
