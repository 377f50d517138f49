//! Sessions of browsers. Made only where one is asked for: scripts that never send a cookie back get none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{Mono, Secret, Span};
use ring::rand::{SecureRandom, SystemRandom};

use super::csrf::{CsrfMode, CsrfRefusal};
use super::{Account, hex};

/// Sessions kept at once; the one that was silent for longest goes first.
const SESSIONS_MAX: usize = 10_000;
/// How long a session may be silent.
const IDLE_MAX: Span = Span::secs(3600);

/// Names a session. Whoever knows it is its user, so it is never printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionId(String);

impl std::fmt::Debug for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionId(******)")
    }
}

/// What a new session's owner must be told.
#[derive(Debug)]
pub struct NewSession {
    /// Its id, for the cookie.
    pub id: SessionId,
    /// Its token, for two more.
    pub token: Secret,
}

struct Session {
    account: Arc<Account>,
    token: String,
    mode: CsrfMode,
    used: Mono,
}

/// All sessions of this process.
pub struct Sessions {
    cookie: String,
    open: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    pub(super) fn new() -> Self {
        // Servers that share a host share its cookies, whatever their ports: each has a name of its own.
        let letters = random_hex(6).unwrap_or_default();
        Self { cookie: format!("JSESSIONID_BROWNSTONE{letters}"), open: Mutex::default() }
    }

    /// The session named by a `Cookie` header, and whose it is.
    pub(super) fn find(&self, cookies: &str, now: Mono) -> Option<(SessionId, Arc<Account>)> {
        let id = cookies.split(';').find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == self.cookie).then_some(value)
        })?;
        let mut open = self.lock();
        let session = open.get_mut(id)?;
        if now.since(session.used) > IDLE_MAX {
            open.remove(id);
            return None;
        }
        session.used = now;
        Some((SessionId(id.to_owned()), Arc::clone(&session.account)))
    }

    /// Opens a session. `None` when the system gives no randomness: then there are none.
    pub fn open(&self, account: &Arc<Account>, now: Mono) -> Option<NewSession> {
        let (id, token) = (random_hex(32)?, random_hex(16)?);
        let mut open = self.lock();
        if open.len() >= SESSIONS_MAX {
            open.retain(|_, s| now.since(s.used) <= IDLE_MAX);
            if open.len() >= SESSIONS_MAX
                && let Some(oldest) = open.iter().min_by_key(|(_, s)| s.used).map(|(id, _)| id.clone())
            {
                open.remove(&oldest);
            }
        }
        let session =
            Session { account: Arc::clone(account), token: token.clone(), mode: CsrfMode::Unset, used: now };
        open.insert(id.clone(), session);
        Some(NewSession { id: SessionId(id), token: Secret::new(token) })
    }

    /// The token of a session.
    pub fn token(&self, id: &SessionId) -> Option<Secret> {
        self.lock().get(&id.0).map(|s| Secret::new(s.token.clone()))
    }

    /// Fixes which requests of a session need its token.
    pub fn set_mode(&self, id: &SessionId, mode: CsrfMode) {
        if let Some(session) = self.lock().get_mut(&id.0) {
            session.mode = mode;
        }
    }

    /// Judges a request that a session vouches for.
    pub fn judge(&self, id: &SessionId, is_write: bool, given: Option<&str>) -> Result<(), CsrfRefusal> {
        let mut open = self.lock();
        let Some(session) = open.get_mut(&id.0) else { return Ok(()) };
        session.mode = session.mode.judge(is_write, given, &session.token)?;
        Ok(())
    }

    /// Ends a session.
    pub fn close(&self, id: &SessionId) {
        self.lock().remove(&id.0);
    }

    /// The value of the session's own `Set-Cookie`.
    pub fn cookie(&self, id: &SessionId, secure: bool) -> String {
        let secure = if secure { "; Secure" } else { "" };
        format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}", self.cookie, id.0)
    }

    /// The value of the `Set-Cookie` that has a browser forget its session.
    pub fn end_cookie(&self, secure: bool) -> String {
        let secure = if secure { "; Secure" } else { "" };
        format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}", self.cookie)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Random hex digits, from the operating system.
fn random_hex(digits: usize) -> Option<String> {
    let mut bytes = vec![0; digits.div_ceil(2)];
    SystemRandom::new().fill(&mut bytes).ok()?;
    let mut text = hex(bytes);
    text.truncate(digits);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::Grants;

    #[test]
    fn a_session_lives_while_it_is_used_and_no_longer() {
        let sessions = Sessions::new();
        let account = Arc::new(Account { name: Some("admin".into()), grants: Grants::Root });
        let at = |s: u64| Mono(s * 1_000_000);
        let new = sessions.open(&account, at(0)).unwrap();
        let cookie = sessions.cookie(&new.id, true);
        assert!(cookie.contains("HttpOnly") && cookie.contains("Secure") && cookie.contains("SameSite=Lax"));
        let header = format!("other=1; {}", cookie.split(';').next().unwrap());
        assert!(sessions.find(&header, at(3600)).is_some());
        assert!(sessions.find(&header, at(7000)).is_some());
        assert!(sessions.find(&header, at(11_000)).is_none());
        let printed = format!("{new:?}");
        assert!(!printed.contains(&new.id.0) && !printed.contains(new.token.reveal()));
    }
}
