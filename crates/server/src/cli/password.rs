//! `brownstone generate-password`: the lines of brooklyn.cfg for a user, so that no file holds the password.

use std::io::{self, BufRead, IsTerminal};

use base::Secret;
use clap::Args;
use ring::rand::{SecureRandom, SystemRandom};

use super::refused;
use crate::auth::salted_sha256;

/// A user and a salt; the password comes from standard input.
#[derive(Debug, Args)]
pub(super) struct GeneratePassword {
    /// Whose password.
    #[arg(long)]
    user: String,
    /// Mixed into the hash [default: 4 random letters and digits].
    #[arg(long)]
    salt: Option<String>,
    /// Read the password from standard input without asking for it.
    #[arg(long)]
    stdin: bool,
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ab";

impl GeneratePassword {
    pub(super) fn run(self) -> u8 {
        if self.user.is_empty() || self.user.contains(['=', ':', '#', ' ', ',', '*']) {
            return refused(2, "a user's name has no blanks and none of = : # , *");
        }
        let password = match self.password() {
            Ok(password) => password,
            Err(why) => return refused(1, why),
        };
        let Some(salt) = self.salt.or_else(random_salt) else {
            return refused(1, "the system gave no random bytes");
        };
        let hash = salted_sha256(&salt, password.reveal());
        println!("brooklyn.webconsole.security.users={}", self.user);
        println!("brooklyn.webconsole.security.user.{}.salt={salt}", self.user);
        println!("brooklyn.webconsole.security.user.{}.sha256={hash}", self.user);
        0
    }

    fn password(&self) -> Result<Secret, String> {
        let asks = !self.stdin && io::stdin().is_terminal();
        if asks {
            eprint!("Password (it is shown as you type): ");
        }
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(|e| format!("the password cannot be read: {e}"))?;
        let password = line.trim_end_matches(['\n', '\r']);
        if password.is_empty() {
            return Err("no password was given; type one, or pipe it in".to_owned());
        }
        Ok(Secret::new(password))
    }
}

fn random_salt() -> Option<String> {
    let mut bytes = [0; 4];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|b| char::from(LETTERS[usize::from(b % 64)])).collect())
}
