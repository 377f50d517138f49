//! Which logins there are: read from the properties of `brooklyn.cfg`, or the plane's generated one.

use std::collections::BTreeMap;

use api::Grants;
use base::Secret;

use super::users::{Credential, Users};

const SECURITY: &str = "brooklyn.webconsole.security.";
const ENTITLEMENTS: &str = "brooklyn.entitlements.";

/// Who may log in, and what each may do.
#[derive(Clone, Debug)]
pub struct AuthOptions {
    /// Who decides.
    pub provider: Provider,
    global: Grants,
    per_user: BTreeMap<String, Grants>,
}

/// Who decides about a login.
#[derive(Clone, Debug)]
pub enum Provider {
    /// A list of users.
    Users(Users),
    /// Login is switched off (`AnyoneSecurityProvider`).
    Anyone,
    /// Nobody is let in (`BlackholeSecurityProvider`).
    Nobody,
}

/// The login that the plane made at its first start.
#[derive(Clone, Debug)]
pub struct GeneratedLogin {
    /// Its name.
    pub user: String,
    /// The argon2 hash of its password in text form.
    pub hash: String,
}

/// What is wrong with the security keys; each names its key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAuth {
    /// No such provider.
    #[error(
        "brooklyn.webconsole.security.provider: \"{0}\" is not a provider of this release; \
         expected ExplicitUsersSecurityProvider, AnyoneSecurityProvider or BlackholeSecurityProvider"
    )]
    Provider(String),
    /// A listed user cannot log in.
    #[error(
        "brooklyn.webconsole.security.users names \"{0}\", which has no password: set \
         brooklyn.webconsole.security.user.{0}.password, or .salt and .sha256 (bin/brownstone generate-password)"
    )]
    NoPassword(String),
    /// No such role.
    #[error(
        "{key}: \"{value}\" is not a role; expected root, powerUser, user, blueprintAuthor, readonly, \
         logViewer or minimal"
    )]
    Role {
        /// The key.
        key: String,
        /// Its value.
        value: String,
    },
}

impl AuthOptions {
    /// Reads the keys (all others are somebody else's). Without users and provider the generated login counts;
    /// without that too, nobody is let in.
    pub fn from_properties<'a>(
        properties: impl IntoIterator<Item = (&'a str, &'a str)>,
        generated: Option<GeneratedLogin>,
    ) -> Result<Self, BadAuth> {
        let all: BTreeMap<&str, &str> = properties.into_iter().collect();
        let key = |name: &str| all.get(format!("{SECURITY}{name}").as_str()).copied().map(str::trim);
        let users = users(&all, key("users").unwrap_or(""))?;
        let provider = key("provider").unwrap_or("");
        let provider = match provider.rsplit('.').next().unwrap_or("") {
            "" | "ExplicitUsersSecurityProvider" | "BrooklynUserWithRandomPasswordSecurityProvider" => {
                match generated {
                    Some(login) if users.is_empty() => {
                        let mut users = Users::default();
                        users.add(login.user, Credential::Argon2(login.hash));
                        Provider::Users(users)
                    }
                    _ => Provider::Users(users),
                }
            }
            "AnyoneSecurityProvider" => Provider::Anyone,
            "BlackholeSecurityProvider" => Provider::Nobody,
            _ => return Err(BadAuth::Provider(provider.to_owned())),
        };
        let (global, per_user) = entitlements(&all)?;
        Ok(Self { provider, global, per_user })
    }

    /// What a user may do.
    pub fn grants_of(&self, user: &str) -> Grants {
        self.per_user.get(user).copied().unwrap_or(self.global)
    }

    /// Whether users are set in the properties, so that no login need be generated.
    pub fn names_users<'a>(keys: impl IntoIterator<Item = &'a str>) -> bool {
        keys.into_iter()
            .any(|k| k.strip_prefix(SECURITY).is_some_and(|rest| rest == "users" || rest == "provider"))
    }
}

fn users(all: &BTreeMap<&str, &str>, list: &str) -> Result<Users, BadAuth> {
    let mut users = Users::default();
    let names: Vec<&str> = if list == "*" {
        let prefix = format!("{SECURITY}user.");
        all.keys()
            .filter_map(|k| k.strip_prefix(prefix.as_str()))
            .filter_map(|rest| rest.strip_suffix(".password").or_else(|| rest.strip_suffix(".sha256")))
            .collect()
    } else {
        list.split(',').map(str::trim).filter(|n| !n.is_empty()).collect()
    };
    for name in names {
        let key = |leaf: &str| all.get(format!("{SECURITY}user.{name}.{leaf}").as_str()).copied();
        let credential = match (key("password"), key("sha256")) {
            (Some(password), _) => Credential::Plain(Secret::new(password)),
            (None, Some(hash)) => Credential::Sha256 {
                salt: key("salt").unwrap_or("").to_owned(),
                hash: hash.trim().to_owned(),
            },
            (None, None) => return Err(BadAuth::NoPassword(name.to_owned())),
        };
        users.add(name, credential);
    }
    Ok(users)
}

fn entitlements(all: &BTreeMap<&str, &str>) -> Result<(Grants, BTreeMap<String, Grants>), BadAuth> {
    let mut global = None;
    let mut default = None;
    let mut per_user = BTreeMap::new();
    let mut by_user = false;
    for (key, value) in all {
        let Some(rest) = key.strip_prefix(ENTITLEMENTS) else { continue };
        let value = value.trim();
        if rest == "global" && value.ends_with("PerUserEntitlementManager") {
            by_user = true;
            continue;
        }
        let role =
            value.parse().map_err(|()| BadAuth::Role { key: (*key).to_owned(), value: value.to_owned() })?;
        match rest.strip_prefix("perUser.") {
            None if rest == "global" => global = Some(role),
            Some("default") => default = Some(role),
            Some(user) => {
                per_user.insert(user.to_owned(), role);
            }
            None => {}
        }
    }
    let fallback = if by_user { Grants::Minimal } else { Grants::Root };
    Ok((default.filter(|_| by_user).or(global).unwrap_or(fallback), per_user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_come_from_the_list_or_the_star_and_need_a_password() {
        let star = [
            ("brooklyn.webconsole.security.users", "*"),
            ("brooklyn.webconsole.security.user.ann.salt", "x"),
            ("brooklyn.webconsole.security.user.ann.sha256", "abc"),
        ];
        let options = AuthOptions::from_properties(star, None).unwrap();
        let Provider::Users(users) = &options.provider else { panic!() };
        assert!(users.get("ann").is_some());
        let bare = [("brooklyn.webconsole.security.users", "ann")];
        assert_eq!(AuthOptions::from_properties(bare, None).unwrap_err(), BadAuth::NoPassword("ann".into()));
    }

    #[test]
    fn the_generated_login_counts_only_where_no_user_is_set() {
        let made = GeneratedLogin { user: "admin".into(), hash: "h".into() };
        let options = AuthOptions::from_properties([], Some(made.clone())).unwrap();
        assert!(matches!(&options.provider, Provider::Users(u) if u.get("admin").is_some()));
        let own = [
            ("brooklyn.webconsole.security.users", "bob"),
            ("brooklyn.webconsole.security.user.bob.password", "pw"),
        ];
        let options = AuthOptions::from_properties(own, Some(made)).unwrap();
        assert!(matches!(&options.provider, Provider::Users(u) if u.get("admin").is_none()));
    }

    #[test]
    fn providers_and_roles_that_nobody_knows_are_refused_by_name() {
        let anyone = [(
            "brooklyn.webconsole.security.provider",
            "org.apache.brooklyn.rest.security.provider.AnyoneSecurityProvider",
        )];
        assert!(matches!(AuthOptions::from_properties(anyone, None).unwrap().provider, Provider::Anyone));
        let ldap = [("brooklyn.webconsole.security.provider", "x.LdapSecurityProvider")];
        assert!(matches!(AuthOptions::from_properties(ldap, None), Err(BadAuth::Provider(_))));
        let role = [("brooklyn.entitlements.global", "emperor")];
        let error = AuthOptions::from_properties(role, None).unwrap_err().to_string();
        assert!(error.contains("brooklyn.entitlements.global") && error.contains("emperor"), "{error}");
    }
}
