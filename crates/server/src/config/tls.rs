//! Which certificate https is served with.

use std::path::{Path, PathBuf};

use base::Secret;

use super::problem::Origin;
use super::settings::Reader;

/// With which certificate https is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// One that the plane's own authority signs.
    Plane,
    /// One from PEM files.
    Pem {
        /// The chain, the server's own first.
        chain: PathBuf,
        /// The private key.
        key: PathBuf,
    },
    /// One from a PKCS#12 key store.
    Pkcs12 {
        /// The file.
        store: PathBuf,
        /// What it is locked with.
        password: Secret,
    },
}

impl Reader<'_> {
    pub(super) fn tls(&mut self) -> Tls {
        const STORE: &str = "org.ops4j.pax.web.ssl.keystore";
        let key = self.path("org.ops4j.pax.web.ssl.key.file", self.home);
        if let Some(chain) = self.path("org.ops4j.pax.web.ssl.cert.file", self.home) {
            let key = key.unwrap_or_else(|| chain.clone());
            return Tls::Pem { chain, key };
        }
        let Some(store) = self.path(STORE, self.home) else { return Tls::Plane };
        match self.form_of(&store) {
            "PKCS12" => self.pkcs12(store),
            "JKS" => {
                let text = format!(
                    "{STORE}: {} is a JKS key store, which only Java reads; make a PKCS#12 one with `keytool \
                     -importkeystore -srckeystore {} -destkeystore server.p12 -deststoretype pkcs12`",
                    store.display(),
                    store.display()
                );
                self.error(STORE, text);
                Tls::Plane
            }
            _ => Tls::Pem { key: key.unwrap_or_else(|| store.clone()), chain: store },
        }
    }

    /// The form of a key store: as it is said, else as its name ends.
    fn form_of(&self, store: &Path) -> &'static str {
        const FORM: &str = "org.ops4j.pax.web.ssl.keystore.type";
        let said = self.get(FORM).filter(|(_, origin)| !matches!(origin, Origin::Default));
        if said.is_some() {
            return self.word(FORM, &["PEM", "PKCS12", "JKS"]);
        }
        match store.extension().map(|e| e.to_string_lossy().to_lowercase()).as_deref() {
            Some("p12" | "pfx") => "PKCS12",
            Some("jks") => "JKS",
            _ => "PEM",
        }
    }

    fn pkcs12(&mut self, store: PathBuf) -> Tls {
        const OF_KEY: &str = "org.ops4j.pax.web.ssl.keypassword";
        let password = self.text("org.ops4j.pax.web.ssl.password").unwrap_or_default();
        if self.text(OF_KEY).is_some_and(|own| own != password) {
            let text = format!(
                "{OF_KEY}: a PKCS#12 key store has one password, that of org.ops4j.pax.web.ssl.password; take this out"
            );
            self.error(OF_KEY, text);
        }
        Tls::Pkcs12 { store, password: Secret::new(password) }
    }
}
