//! `brownstone store dump|explain URL`: what lies in a plane, for people and scripts.

use archive::records::Records;
use archive::{Source, dump};
use base::Lsn;
use clap::Args;

use super::{Done, Why, open_to_read};
use crate::cli::store::Reach;

/// A plane to print.
#[derive(Debug, Args)]
pub(in crate::cli) struct Dump {
    /// A folder, or s3://container/path.
    #[arg(value_name = "URL")]
    plane: String,
    /// These records too, one a line: 17, 17..40, or all.
    #[arg(long, value_name = "RANGE")]
    records: Option<String>,
    /// On one line each, for programs; without it what is not a record is laid out for reading.
    #[arg(long)]
    json: bool,
}

/// Something of a plane to explain.
#[derive(Debug, Args)]
pub(in crate::cli) struct Explain {
    /// A folder, or s3://container/path.
    #[arg(value_name = "URL")]
    plane: String,
    /// A record's number, or a file's name as the plane has it (terms/00000000000000000001.json).
    #[arg(value_name = "LSN|NAME")]
    what: String,
}

impl Dump {
    pub(super) fn run(self, reach: &Reach) -> Done {
        let store = open_to_read(&self.plane, reach)?;
        let source = Source::new(&*store);
        source.plane()?;
        let overview = dump::overview(source)?;
        println!("{}", if self.json { overview.to_string() } else { format!("{overview:#}") });
        let Some(range) = &self.records else { return Ok(0) };
        let mut records = Records::list(source)?;
        let packed = records.packs.iter().map(|(_, first, _)| *first).min();
        let oldest = records.log.first().copied().into_iter().chain(packed).min().unwrap_or(Lsn(1));
        let (first, last) = range_of(range, oldest, records.last())?;
        for lsn in (first.0..=last.0).map(Lsn) {
            // Between records that were kept there may be some that were pruned.
            if records.read(lsn)?.is_some() {
                println!("{}", dump::record_at(&mut records, lsn)?);
            }
        }
        Ok(0)
    }
}

fn range_of(text: &str, oldest: Lsn, newest: Lsn) -> Result<(Lsn, Lsn), Why> {
    if text == "all" {
        return Ok((oldest, newest));
    }
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let number = |text: &str, without: Lsn| match text {
        "" => Ok(without),
        text => {
            text.parse().map(Lsn).map_err(|_| Why(format!("--records {text}: expected 17, 17..40, or all")))
        }
    };
    Ok((number(first, oldest)?.max(oldest), number(last, newest)?.min(newest)))
}

impl Explain {
    pub(super) fn run(self, reach: &Reach) -> Done {
        let store = open_to_read(&self.plane, reach)?;
        let source = Source::new(&*store);
        source.plane()?;
        println!("{:#}", dump::explain(source, &self.what)?);
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_stay_within_what_there_is() {
        let of = |text| range_of(text, Lsn(3), Lsn(90)).map(|(a, b)| (a.0, b.0)).map_err(|w| w.0);
        assert_eq!(of("all"), Ok((3, 90)));
        assert_eq!(of("17"), Ok((17, 17)));
        assert_eq!(of("17.."), Ok((17, 90)));
        assert_eq!(of("1..40"), Ok((3, 40)));
        assert!(of("x").unwrap_err().contains("17..40"));
    }
}
