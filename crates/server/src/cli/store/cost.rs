//! `brownstone store cost`: what a plane in a bucket asks of it, and the bill.

use ::store::bill::{PRICES, Prices, Requests, Times};
use ::store::place::Place;
use base::Span;
use clap::Args;
use comfy_table::{Table, presets};
use ha::config::Config;

/// The plane whose bill it is.
#[derive(Debug, Args)]
pub(in crate::cli) struct Cost {
    /// The bucket, s3://container/path: its name tells S3 Express from S3 Standard.
    url: Option<String>,
    /// brooklyn.ha.heartbeatTimeout.
    #[arg(long, default_value = "30s")]
    timeout: Span,
    /// brooklyn.ha.pollPeriod.
    #[arg(long, default_value = "1s")]
    poll: Span,
    /// brownstone.ha.heartbeatPeriod, where it is set.
    #[arg(long)]
    beat: Option<Span>,
    /// Servers of the plane.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    servers: u32,
    /// Records a second, on average over the month.
    #[arg(long, default_value_t = 0.0)]
    writes: f64,
    /// brownstone.ha.strictAck.
    #[arg(long)]
    strict_ack: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Cost {
    /// The bill as text; the error is for people.
    pub(super) fn bill(&self) -> Result<String, String> {
        let prices = prices(self.url.as_deref())?;
        if !(self.writes.is_finite() && self.writes >= 0.0) {
            return Err(format!("--writes {}: name a number of records a second", self.writes));
        }
        let (poll, beat) = Config::times(self.poll, self.timeout, self.beat);
        if poll == Span::ZERO || beat == Span::ZERO {
            return Err("a period of nothing has no bill: name times above 0".to_owned());
        }
        let idle = Requests::idle(self.servers, Times { beat, poll });
        let writing = Requests::writes(self.writes, self.servers, self.strict_ack);
        let mut rows = vec![("idle".to_owned(), idle)];
        if self.writes > 0.0 {
            rows.push((format!("{} writes/s", self.writes), writing));
            rows.push(("both".to_owned(), idle.plus(writing)));
        }
        Ok(if self.json { json(&rows, &prices).to_string() } else { self.text(&rows, &prices, beat, poll) })
    }

    fn text(&self, rows: &[(String, Requests)], prices: &[Prices], beat: Span, poll: Span) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let bills = prices.iter().map(|p| format!("{} $/month", p.name));
        let head = ["", "PUT/s", "LIST/s", "GET/s", "DELETE/s", "requests/s"].map(str::to_owned);
        table.set_header(head.into_iter().chain(bills));
        for (what, requests) in rows {
            let Requests { put, list, get, delete } = requests;
            let counts = [*put, *list, *get, *delete, requests.total()].map(|n| format!("{n:.2}"));
            let dollars = prices.iter().map(|p| format!("{:.2}", requests.dollars(*p)));
            table.add_row(std::iter::once(what.clone()).chain(counts).chain(dollars));
        }
        format!(
            "{} servers, heartbeatTimeout {}: a beat every {beat}, a look every {poll}\n{table}\nRequests only, at the \
             prices of us-east-1; storage and traffic come on top. DELETE is free.",
            self.servers, self.timeout
        )
    }
}

fn prices(url: Option<&str>) -> Result<Vec<Prices>, String> {
    let Some(url) = url else { return Ok(PRICES.to_vec()) };
    match Place::parse(url).map_err(|bad| bad.to_string())? {
        Place::Folder(_) => {
            Err(format!("{url} is a folder: nobody bills its requests. Name s3://container/path"))
        }
        Place::Bucket(bucket) => {
            let express = bucket.container.ends_with("--x-s3");
            Ok(vec![PRICES[usize::from(express)]])
        }
    }
}

fn json(rows: &[(String, Requests)], prices: &[Prices]) -> serde_json::Value {
    let rows = rows.iter().map(|(what, requests)| {
        let dollars: serde_json::Map<String, serde_json::Value> =
            prices.iter().map(|p| (p.name.to_owned(), requests.dollars(*p).into())).collect();
        serde_json::json!({
            "what": what, "put": requests.put, "list": requests.list, "get": requests.get,
            "delete": requests.delete,
            "requests": requests.total(), "dollarsAMonth": dollars,
        })
    });
    serde_json::Value::Array(rows.collect())
}
