//! The end that is connected to: it says heads and looks, and hears how far the other has read.

use std::io;
use std::sync::Arc;

use base::{Lsn, Term, limits};
use ha::status::Role;
use rustls::server::ParsedCertificate;
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::time::Instant;
use tokio_rustls::server::TlsStream;
use tracing::{debug, info};

use super::Ends;
use super::place::Place;
use super::wire::{HEADS_APART, Told, change, hear, say};
use super::words::Word;
use crate::keys::server_name;

impl Ends {
    /// The TLS end for connections that come.
    pub fn tls(&self) -> Arc<rustls::ServerConfig> {
        self.links.tls.server.clone()
    }

    /// Talks with a server that has connected and has shown a certificate of the plane, until either has enough.
    pub async fn welcome<S>(self, stream: TlsStream<S>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        match self.talk(stream).await {
            Ok(who) => debug!(peer = %who, "a link has ended"),
            Err(error) => debug!(%error, "a link has broken"),
        }
    }

    async fn talk<S>(self, stream: TlsStream<S>) -> io::Result<String>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let certificate = stream.get_ref().1.peer_certificates().and_then(|all| all.first()).cloned();
        let (from, mut to) = tokio::io::split(stream);
        let mut from = BufReader::new(from);
        let Some(Word::Hello { node }) = hear(&mut from).await? else {
            return Err(io::Error::other("it did not say who it is"));
        };
        let named =
            certificate.as_ref().and_then(|c| ParsedCertificate::try_from(c).ok()).zip(server_name(&node));
        let is_that =
            named.is_some_and(|(parsed, name)| rustls::client::verify_server_name(&parsed, &name).is_ok());
        if !is_that {
            return Err(io::Error::other(format!("its certificate is not that of {node}")));
        }
        if self.links.connected() >= limits::NODES_MAX {
            return Err(io::Error::other("there are too many links"));
        }
        info!(peer = %node, "linked");
        let place = Place::take(&self.links, &node);
        let mut looks = self.links.looks.subscribe();
        let mut changed = self.node.changed();
        let mut told = Told::nothing();
        let hearing = async {
            while let Some(word) = hear(&mut from).await? {
                if let Word::Applied { lsn } = word {
                    place.note(lsn);
                }
            }
            Ok(node.to_string())
        };
        let saying = async {
            loop {
                let head = self.head();
                if told.is_due(head, Instant::now()) {
                    say(&mut to, &Word::Head { term: head.0, lsn: head.1 }).await?;
                }
                tokio::select! {
                    _ = change(&mut changed, HEADS_APART) => {}
                    _ = looks.changed() => say(&mut to, &Word::Look).await?,
                    () = told.again() => {}
                }
            }
        };
        tokio::select! { end = hearing => end, end = saying => end }
    }

    /// What the log reaches, by this server's own word; nothing while it does not rule.
    fn head(&self) -> (Term, Lsn) {
        let view = self.node.view();
        let rules = view.status.role_at(self.node.now()) == Role::Master;
        if rules { (view.status.term, view.status.applied) } else { (Term(0), Lsn(0)) }
    }
}
