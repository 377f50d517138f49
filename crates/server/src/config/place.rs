//! Where the plane's store is: a folder, or a bucket as Apache Brooklyn names one (`persistenceLocation`, a named
//! location with identity and credential; `persistenceDir`, a container with a path in it), or as a URL.

use std::path::Path;

use base::{Secret, suggest};
use store::place::{Bucket, Place};

use super::kind;
use super::problem::Origin;
use super::settings::Reader;

/// Brooklyn's container where none is named.
const CONTAINER: &str = "brooklyn-persisted-state";
/// Before the name of a location, in the properties.
const NAMED: &str = "brooklyn.location.named.";
/// Before a provider's name: what holds for each of its locations.
const OF_PROVIDER: &str = "brooklyn.location.jclouds.";

impl Reader<'_> {
    /// The place that is configured; after an error some place, which nobody opens.
    pub(super) fn place(&mut self, base_dir: &Path, otherwise: &Path) -> Place {
        let text = self.get("persistenceDir");
        if let Some((location, _)) = self.get("persistenceLocation") {
            return self.bucket_of(&location, text).unwrap_or_else(|| Place::Folder(otherwise.to_owned()));
        }
        match text {
            Some((url, _)) if url.contains("://") => match Place::parse(&url) {
                Ok(place) => place,
                Err(bad) => {
                    self.error("persistenceDir", format!("persistenceDir: {bad}"));
                    Place::Folder(otherwise.to_owned())
                }
            },
            _ => Place::Folder(self.path("persistenceDir", base_dir).unwrap_or_else(|| otherwise.to_owned())),
        }
    }

    fn bucket_of(&mut self, location: &str, dir: Option<(String, Origin)>) -> Option<Place> {
        let container = match dir {
            Some((text, origin)) if origin != Origin::Default => text,
            _ => CONTAINER.to_owned(),
        };
        let bucket = match Bucket::parse(container.strip_prefix("s3://").unwrap_or(&container)) {
            Ok(bucket) if !container.starts_with('/') => bucket,
            _ => {
                let text = format!(
                    "persistenceDir: {container} is no container: with persistenceLocation write CONTAINER or \
                     CONTAINER/PATH"
                );
                self.error("persistenceDir", text);
                return None;
            }
        };
        let name = location.strip_prefix("named:").unwrap_or(location);
        let spec = self.property(&format!("{NAMED}{name}"));
        let given = if location.starts_with("named:") { None } else { Some(location.to_owned()) };
        let Some(s3) = spec.or(given).and_then(|spec| Spec::parse(&spec)) else {
            let text = self.no_such(name);
            self.error("persistenceLocation", text);
            return None;
        };
        let own = format!("{NAMED}{name}.");
        let shared = format!("{OF_PROVIDER}{}.", s3.provider);
        let find = |key: &str| {
            self.property(&format!("{own}{key}")).or_else(|| self.property(&format!("{shared}{key}")))
        };
        let path_style = find("pathStyle")
            .or_else(|| {
                find("jclouds.s3.virtual-host-buckets").map(|on| (kind::flag(&on) == Some(false)).to_string())
            })
            .and_then(|on| kind::flag(&on));
        let bucket = Bucket {
            endpoint: find("endpoint").or(s3.endpoint),
            region: find("region").or(s3.region),
            identity: find("identity"),
            credential: find("credential").map(Secret::new),
            path_style,
            ca_file: find("caFile").map(Into::into),
            ..bucket
        };
        if bucket.identity.is_some() != bucket.credential.is_some() {
            let text = format!(
                "persistenceLocation: {location} has only one of identity and credential; set both \
                 ({own}identity, {own}credential), or neither: then the environment or the machine's role gives them"
            );
            self.error("persistenceLocation", text);
        }
        Some(Place::Bucket(bucket))
    }

    /// Why a location cannot hold a plane.
    fn no_such(&self, name: &str) -> String {
        if let Some(spec) = self.property(&format!("{NAMED}{name}")) {
            return format!(
                "persistenceLocation: {name} is {spec}, which is no S3; a plane needs aws-s3, aws-s3:REGION or \
                 s3:https://ENDPOINT"
            );
        }
        let known = self.property_names(NAMED);
        let near = suggest::nearest(name, known.iter().map(String::as_str));
        let near = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
        format!(
            "persistenceLocation: there is no location {name}{near}; write {NAMED}{name}=aws-s3:REGION, and its \
             .identity and .credential, in brooklyn.cfg"
        )
    }
}

/// `aws-s3`, `aws-s3:eu-west-1`, `s3:https://endpoint`, each also behind `jclouds:`.
struct Spec {
    provider: &'static str,
    region: Option<String>,
    endpoint: Option<String>,
}

impl Spec {
    fn parse(spec: &str) -> Option<Spec> {
        let spec = spec.strip_prefix("jclouds:").unwrap_or(spec);
        let (provider, rest) = match spec.split_once(':') {
            Some((provider, rest)) => (provider, Some(rest.to_owned())),
            None => (spec, None),
        };
        match provider {
            "aws-s3" => Some(Spec { provider: "aws-s3", region: rest, endpoint: None }),
            "s3" => Some(Spec { provider: "s3", region: None, endpoint: rest }),
            _ => None,
        }
    }
}
