//! `brownstone blueprint complete|hover FILE LINE:COLUMN`: help for editors, as the server gives it to the console.

use std::path::PathBuf;

use clap::Args;
use model::assist::{self, About};
use serde_json::json;

use super::{Common, read, refused, say};

/// A place of a file.
#[derive(Debug, Args)]
pub(in crate::cli) struct At {
    /// The file; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Line and column, both from 1; a column counts characters.
    #[arg(value_name = "LINE:COLUMN", value_parser = place)]
    place: (u32, u32),
    #[command(flatten)]
    common: Common,
}

fn place(text: &str) -> Result<(u32, u32), String> {
    let numbers = text.split_once(':').and_then(|(l, c)| Some((l.parse().ok()?, c.parse().ok()?)));
    numbers.filter(|(l, c): &(u32, u32)| *l > 0 && *c > 0).ok_or_else(|| "expected such as 12:5".to_owned())
}

impl At {
    pub(super) fn complete(&self) -> u8 {
        self.with(|text, offset, around| {
            let completion = assist::complete(text, offset, around);
            if self.common.json {
                say(&format!("{}\n", json!(completion)));
            } else {
                let line = |o: &assist::Offer| format!("{}\t{}\t{}\n", o.label, o.kind, o.about.description);
                say(&completion.offers.iter().map(line).collect::<String>());
            }
            0
        })
    }

    pub(super) fn hover(&self) -> u8 {
        self.with(|text, offset, around| {
            let Some(hover) = assist::hover(text, offset, around) else {
                return refused(1, "nothing is known of what stands there");
            };
            if self.common.json {
                say(&format!("{}\n", json!(hover)));
            } else {
                let About { description, value_type, default } = &hover.offer.about;
                let mut shown = format!("{} ({})\n", hover.offer.label, hover.offer.kind);
                let default = default.as_ref().map(|d| format!("default {}", crate::plan::text(d)));
                let lines = [Some(description.clone()), value_type.clone(), default];
                for line in lines.into_iter().flatten().filter(|l| !l.is_empty()) {
                    shown.extend(["  ", &line, "\n"]);
                }
                say(&shown);
            }
            0
        })
    }

    fn with(&self, help: impl FnOnce(&str, usize, &model::Surroundings) -> u8) -> u8 {
        let around = match self.common.surroundings() {
            Ok(around) => around,
            Err(why) => return refused(2, why),
        };
        match read(&self.file) {
            Ok(text) => help(&text, assist::offset_at(&text, self.place.0, self.place.1), &around),
            Err(error) => refused(2, format!("{} cannot be read: {error}", self.file.display())),
        }
    }
}
