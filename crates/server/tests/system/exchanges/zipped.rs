//! Bodies that are no text, from the text that an exchange has in their place.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A zip of the files that the text has: `== NAME` begins each. The same text makes the same bytes.
pub(crate) fn zip(text: &str) -> Vec<u8> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for line in text.lines() {
        match line.strip_prefix("== ") {
            Some(name) => zip.start_file(name, options).unwrap(),
            None => writeln!(zip, "{line}").unwrap(),
        }
    }
    zip.finish().unwrap().into_inner()
}
