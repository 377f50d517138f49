//! Who is asking: the one place where a request gets its user.
//!
//! Basic logins from `brooklyn.cfg` or the plane's generated one, sessions for browsers, and a throttle on
//! wrong passwords. A password that was verified once is known again by a keyed hash of its header, so that a
//! slow password hash is not paid for with each request. Passwords and headers are never kept or logged.
//!
//! Not here: what an answer to a refused request looks like (`http::fail`).

mod basic;
mod checks;
mod csrf;
mod hex;
mod options;
mod sessions;
mod throttle;
mod users;
mod verified;

use std::net::IpAddr;
use std::sync::Arc;

use api::{Grants, Permission};
use base::Mono;
use tracing::warn;

pub use csrf::{CsrfMode, CsrfRefusal};
pub(crate) use hex::hex;
pub use options::{AuthOptions, BadAuth, GeneratedLogin, Provider};
pub use sessions::{NewSession, SessionId, Sessions};
pub(crate) use users::sha256 as salted_sha256;
pub use users::{Credential, Users};

use basic::Basic;
use checks::{Checks, TooMany};
use throttle::{Failure, Throttle};
use verified::Verified;

/// A user who was let in.
#[derive(Debug, PartialEq, Eq)]
pub struct Account {
    /// The login's name; `None` where login is switched off.
    pub name: Option<String>,
    /// What the user may do.
    pub grants: Grants,
}

/// A request's user, and the session that vouched for it, if one did.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user.
    pub account: Arc<Account>,
    /// The session of the request's cookie.
    pub session: Option<SessionId>,
}

impl Login {
    /// The name for tasks and the audit.
    pub fn name(&self) -> &str {
        self.account.name.as_deref().unwrap_or("")
    }

    /// Whether the user may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.account.grants.allow(permission)
    }
}

/// Why a request has no user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No login came with it.
    #[error("Authorization required")]
    Required,
    /// Wrong name or password; which of them is nobody's business.
    #[error("Authentication failed")]
    Failed,
    /// The header makes no sense.
    #[error("Invalid authorization string ({0})")]
    Malformed(&'static str),
    /// Too many wrong passwords for this user from this address.
    #[error("Too many failed logins; try again in {0} s")]
    Throttled(u64),
    /// Too many passwords wait to be checked.
    #[error("Too many logins wait to be checked (CHECKS_MAX); try again")]
    Busy,
}

/// What a request brings that may say who sent it.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a [u8]>,
    /// The `Cookie` headers' text.
    pub cookie: Option<&'a str>,
    /// Where it came from.
    pub source: IpAddr,
    /// This node's clock.
    pub now: Mono,
}

/// Decides who is asking.
pub struct Auth {
    options: AuthOptions,
    anyone: Option<Arc<Account>>,
    verified: Verified,
    throttle: Throttle,
    sessions: Sessions,
    checks: Checks,
}

impl Auth {
    /// Begins with no session and nothing verified.
    pub fn new(options: AuthOptions) -> Self {
        let anyone = matches!(options.provider, Provider::Anyone)
            .then(|| Arc::new(Account { name: None, grants: Grants::Root }));
        Self {
            options,
            anyone,
            verified: Verified::new(),
            throttle: Throttle::default(),
            sessions: Sessions::new(),
            checks: Checks::new(),
        }
    }

    /// Who sent this request.
    pub async fn identify(&self, asking: Asking<'_>) -> Result<Login, Refused> {
        if let Some(anyone) = &self.anyone {
            return Ok(Login { account: Arc::clone(anyone), session: None });
        }
        if let Some((session, account)) = asking.cookie.and_then(|c| self.sessions.find(c, asking.now)) {
            return Ok(Login { account, session: Some(session) });
        }
        let header = asking.authorization.ok_or(Refused::Required)?;
        let seal = self.verified.seal(header);
        if let Some(account) = self.verified.get(&seal) {
            return Ok(Login { account, session: None });
        }
        let basic = Basic::parse(header).map_err(Refused::Malformed)?;
        if let Err(wait) = self.throttle.ask(asking.source, &basic.user, asking.now) {
            return Err(Refused::Throttled(wait));
        }
        let name = basic.user.clone();
        if self.check(basic, &seal, asking.source).await? {
            let account = Arc::new(Account { grants: self.options.grants_of(&name), name: Some(name) });
            self.verified.put(seal, Arc::clone(&account));
            return Ok(Login { account, session: None });
        }
        if let Failure::First { unreported } = self.throttle.failed(asking.source, &name, asking.now) {
            let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            warn!(
                source = %asking.source, user = %name, unreported,
                "a login failed; further ones of this user from there are counted, not logged"
            );
        }
        Err(Refused::Failed)
    }

    async fn check(&self, basic: Basic, seal: &verified::Seal, source: IpAddr) -> Result<bool, Refused> {
        let Provider::Users(users) = &self.options.provider else { return Ok(false) };
        let Some(credential) = users.get(&basic.user) else { return Ok(false) };
        if !credential.is_slow() {
            return Ok(credential.verify(&basic.password));
        }
        let credential = credential.clone();
        let check = |turn| async move {
            // Another one with this header may just have been let in.
            if self.verified.get(seal).is_some() {
                return true;
            }
            let verify = move || {
                let _turn = turn;
                credential.verify(&basic.password)
            };
            tokio::task::spawn_blocking(verify).await.unwrap_or(false)
        };
        self.checks.run(source, seal, check).await.map_err(|TooMany| Refused::Busy)
    }

    /// The sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Whether anybody is let in.
    pub fn is_off(&self) -> bool {
        self.anyone.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn auth() -> Auth {
        let properties = [
            ("brooklyn.webconsole.security.users", "admin,bob"),
            ("brooklyn.webconsole.security.user.admin.password", "secret"),
            ("brooklyn.webconsole.security.user.bob.password", "pw"),
            ("brooklyn.entitlements.perUser.bob", "readonly"),
        ];
        Auth::new(AuthOptions::from_properties(properties, None).unwrap())
    }

    async fn ask(auth: &Auth, login: &str, at: u64) -> Result<Login, Refused> {
        let header = format!("Basic {}", STANDARD.encode(login));
        auth.identify(Asking {
            authorization: Some(header.as_bytes()),
            cookie: None,
            source: IpAddr::from([127, 0, 0, 1]),
            now: Mono(at * 1_000_000),
        })
        .await
    }

    #[tokio::test]
    async fn a_right_password_is_let_in_with_its_grants() {
        let auth = auth();
        assert_eq!(ask(&auth, "admin:secret", 1).await.unwrap().name(), "admin");
        let bob = ask(&auth, "bob:pw", 1).await.unwrap();
        assert!(bob.may(Permission::SeeEntity) && !bob.may(Permission::InvokeEffector));
    }

    #[tokio::test]
    async fn wrong_passwords_are_throttled_but_a_known_login_goes_on() {
        let auth = auth();
        ask(&auth, "admin:secret", 1).await.unwrap();
        for _ in 0..5 {
            assert_eq!(ask(&auth, "admin:guess", 1).await.unwrap_err(), Refused::Failed);
        }
        assert!(matches!(ask(&auth, "admin:guess", 1).await.unwrap_err(), Refused::Throttled(_)));
        ask(&auth, "admin:secret", 1).await.unwrap();
        assert_eq!(ask(&auth, "bob:guess", 1).await.unwrap_err(), Refused::Failed);
        assert_eq!(ask(&auth, "admin:guess", 60).await.unwrap_err(), Refused::Failed);
    }

    #[tokio::test]
    async fn no_header_and_a_broken_header_say_what_is_wrong() {
        let auth = auth();
        let asking = |authorization| Asking {
            authorization,
            cookie: None,
            source: IpAddr::from([127, 0, 0, 1]),
            now: Mono(0),
        };
        assert_eq!(auth.identify(asking(None)).await.unwrap_err(), Refused::Required);
        let refused = auth.identify(asking(Some(b"Basic"))).await.unwrap_err();
        assert_eq!(refused.to_string(), "Invalid authorization string (too short)");
    }
}
