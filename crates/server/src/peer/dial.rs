//! The end that connects: whoever does not rule keeps one link to whoever does, as its own look at the store names it.

use std::io;
use std::time::Duration;

use axum::http::Uri;
use base::NodeId;
use ha::status::Role;
use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tracing::{debug, info};

use super::Ends;
use super::wire::{APPLIED_APART, Told, change, hear, say};
use super::words::Word;
use crate::keys::server_name;

/// How long connecting may take, handshake and all.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// Between two tries, at first and at most.
const PAUSE: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Keeps the link for as long as the server runs.
pub async fn keep(ends: Ends) {
    let mut changed = ends.node.changed();
    let mut pause = PAUSE;
    loop {
        let Some((master, uri)) = ends.master() else {
            pause = PAUSE;
            if changed.changed().await.is_err() {
                return;
            }
            continue;
        };
        match ends.follow(&master, &uri).await {
            // It was there: the next try is a quick one.
            Ok(()) => pause = PAUSE,
            Err(error) => {
                debug!(%master, uri, %error, "no link; the store is read at the usual looks");
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = ends.another_rules(&master, &uri) => pause = PAUSE,
        }
    }
}

impl Ends {
    /// Who rules, if that is another server that can be reached over TLS.
    fn master(&self) -> Option<(NodeId, String)> {
        let view = self.node.view();
        let status = &view.status;
        let follows = matches!(
            status.role_at(self.node.now()),
            Role::Standby | Role::HotStandby | Role::HotBackup | Role::Initializing
        );
        let master = status.master.clone().filter(|m| follows && *m != self.links.node)?;
        status.master_uri.starts_with("https://").then(|| (master, status.master_uri.clone()))
    }

    /// Waits until the master is another one, or the same elsewhere.
    async fn another_rules(&self, master: &NodeId, uri: &str) {
        let mut changed = self.node.changed();
        while self.master().is_some_and(|(now, at)| now == *master && at == uri) {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// Follows this master until the link breaks or somebody else rules.
    async fn follow(&self, master: &NodeId, uri: &str) -> io::Result<()> {
        let stream = timeout(CONNECT_MAX, self.connect(master, uri))
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "connecting took too long"))??;
        let (from, mut to) = tokio::io::split(stream);
        let mut from = BufReader::new(from);
        say(&mut to, &Word::Hello { node: self.links.node.clone() }).await?;
        info!(%master, "linked to the master");
        let hearing = async {
            while let Some(word) = hear(&mut from).await? {
                match word {
                    Word::Head { term, lsn } if term.0 > 0 => self.node.told_head(term, lsn),
                    Word::Look => self.node.nudge(),
                    _ => {}
                }
            }
            Ok(())
        };
        let saying = async {
            let mut changed = self.node.changed();
            let mut told = Told::nothing();
            loop {
                if self.master().is_none_or(|(now, at)| now != *master || at != uri) {
                    return Ok(());
                }
                let applied = self.node.view().status.applied;
                if told.is_due(applied, Instant::now()) {
                    say(&mut to, &Word::Applied { lsn: applied }).await?;
                }
                tokio::select! {
                    more = change(&mut changed, APPLIED_APART) => if more.is_err() { return Ok(()) },
                    () = told.again() => {}
                }
            }
        };
        tokio::select! { end = hearing => end, end = saying => end }
    }

    async fn connect(
        &self,
        master: &NodeId,
        uri: &str,
    ) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let uri: Uri = uri.parse().map_err(io::Error::other)?;
        let host = uri.host().ok_or_else(|| io::Error::other("the URI names no host"))?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let name = server_name(master).ok_or_else(|| io::Error::other("its id is no name"))?;
        let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(443))).await?;
        stream.set_nodelay(true)?;
        TlsConnector::from(self.links.tls.client.clone()).connect(name, stream).await
    }
}
