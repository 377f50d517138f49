//! The plane's own certificate authority: whoever trusts `data/ca.pem` of one server trusts all of them.

use std::collections::BTreeSet;

use ha::verbs::Name;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use store::Store;

use super::once::read_or_create;
use super::{KeyError, name};
use crate::auth::hex;
use crate::data::random_u64;

/// How long an authority lasts.
const YEARS: i64 = 20;

/// Certificate and key, as they are kept.
#[derive(Serialize, Deserialize)]
struct File {
    /// The common name of its certificate: what a signed one names as its issuer.
    name: String,
    /// PEM.
    certificate: String,
    /// PEM.
    key: String,
}

/// The plane's authority.
pub struct Authority {
    file: File,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn open(store: &dyn Store, there: &BTreeSet<Name>) -> Result<Authority, KeyError> {
        let name = name("authority.json")?;
        let (bytes, _) = read_or_create(store, there, &name, make)?;
        let damaged = |why: String| KeyError::Damaged { name: name.clone(), why };
        let file: File = serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
        let key = KeyPair::from_pem(&file.key).map_err(|e| damaged(e.to_string()))?;
        let issuer = Issuer::new(params(&file.name), key);
        Ok(Authority { file, issuer })
    }

    /// Its certificate, to trust.
    pub fn pem(&self) -> &str {
        &self.file.certificate
    }

    /// Tells one authority from another.
    pub(super) fn sum(&self) -> String {
        hex(digest(&SHA256, self.file.certificate.as_bytes()).as_ref())
    }

    pub(super) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }
}

fn make() -> Result<Vec<u8>, KeyError> {
    // The name tells planes apart in a browser's list of authorities.
    let mark = random_u64().map_err(|_| KeyError::Random)?;
    let name = format!("Brownstone plane {mark:016x}");
    let failed = |e: rcgen::Error| KeyError::Certificate(e.to_string());
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params(&name).self_signed(&key).map_err(failed)?.pem();
    let file = File { name, certificate, key: key.serialize_pem() };
    let mut bytes = serde_json::to_vec_pretty(&file).map_err(|e| KeyError::Certificate(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, YEARS * 365);
    params
}

pub(super) fn common_name(name: &str) -> DistinguishedName {
    let mut full = DistinguishedName::new();
    full.push(DnType::CommonName, name);
    full
}

/// From yesterday (clocks differ) for so many days.
pub(super) fn set_validity(params: &mut CertificateParams, days: i64) {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let date = |date: Date| date_time_ymd(i32::from(date.year()), date.month() as u8, date.day() as u8);
    params.not_before = date(today.saturating_sub(1.day()));
    params.not_after = date(today.saturating_add(days.days()));
}
