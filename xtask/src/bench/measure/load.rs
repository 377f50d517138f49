//! Load: the same asked again and again on several connections, as fast as the server answers.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::{Connection, Login};
use super::plane::Plane;
use super::samples::Samples;

/// Makes the next request out of the last one; its number counts up from 0 on each connection.
pub(crate) type Alter = fn(&mut [u8], u32);

/// One that is always the same.
pub(crate) fn unaltered(_: &mut [u8], _: u32) {}

/// The last seven bytes are a number, which is another one each time.
pub(crate) fn numbered(request: &mut [u8], n: u32) {
    let digits = request.len() - 7;
    request[digits..].copy_from_slice(format!("{:07}", n % 10_000_000).as_bytes());
}

/// Ask on as many connections as there are requests, one of them on each; how long each answer took. One that is
/// refused ends it.
pub(crate) fn load(
    plane: &Plane,
    login: &Login,
    requests: Vec<Vec<u8>>,
    alter: Alter,
    during: Duration,
) -> Result<Samples> {
    let mut connections = Vec::new();
    for _ in &requests {
        connections.push(plane.connect(login, 0)?);
    }
    plane.runtime.block_on(async {
        let until = Instant::now() + during;
        let mut tasks = tokio::task::JoinSet::new();
        for (connection, request) in connections.into_iter().zip(requests) {
            tasks.spawn(ask(connection, request, alter, until));
        }
        let mut all = Vec::new();
        while let Some(done) = tasks.join_next().await {
            all.append(&mut done??);
        }
        Ok(Samples::of(all))
    })
}

async fn ask(
    mut connection: Connection,
    mut request: Vec<u8>,
    alter: Alter,
    until: Instant,
) -> Result<Vec<Duration>> {
    let mut all = Vec::new();
    for n in 0.. {
        let began = Instant::now();
        if began >= until {
            break;
        }
        alter(&mut request, n);
        let answer = connection.ask(&request).await?;
        ensure!(answer.is_good(), "a request was answered with {}: {}", answer.status, answer.text());
        all.push(began.elapsed());
    }
    Ok(all)
}
