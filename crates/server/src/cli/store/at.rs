//! A place on the command line: `brownstone store ... URL`, and how a bucket is reached. Keys are no arguments, which
//! everybody on the host may read: they come from the environment, or from the machine's role.

use std::path::PathBuf;

use ::store::place::{Bucket, Place};
use clap::Args;

/// A folder, or a bucket as s3://container/path.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct At {
    /// A folder, or s3://container/path (key: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or the machine's role).
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
    pub(super) fn place(&self) -> Result<Place, String> {
        let At { url, endpoint, region, ca_file, virtual_hosted } = self;
        match Place::parse(url).map_err(|bad| bad.to_string())? {
            Place::Bucket(bucket) => Ok(Place::Bucket(Bucket {
                endpoint: endpoint.clone(),
                region: region.clone(),
                ca_file: ca_file.clone(),
                path_style: virtual_hosted.then_some(false),
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
