//! A zip (or jar) in memory. It comes from outside, so nothing in it is believed before it was looked at: how many
//! files, how long they really are, where they would go. Looking needs no more memory than the zip itself.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Cursor, Read, Write};
use std::sync::Arc;

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::limits::{
    ZIP_ENTRIES_MAX, ZIP_FILE_BYTES_MAX, ZIP_PATH_BYTES_MAX, ZIP_RATIO_FREE_BYTES, ZIP_RATIO_MAX,
    ZIP_UNPACKED_BYTES_MAX,
};

/// What a zip ends with, and the length of that without a comment.
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// The kinds of Unix files (`S_IFMT`), and the two that are taken.
const KIND: u32 = 0o170_000;
const PLAIN: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
/// What a bundle's items stand in.
pub(super) const BOM: &str = "catalog.bom";
/// Read at a time when a file is only measured.
const CHUNK: usize = 64 * 1024;

type Bytes = Cursor<Arc<[u8]>>;

/// Why a zip is not taken.
#[derive(Debug, thiserror::Error)]
pub enum BadArchive {
    /// It is none, or a broken one.
    #[error("the zip cannot be read: {0}")]
    Broken(String),
    /// A file of it cannot be read.
    #[error("'{0}' in the zip cannot be read: {1}")]
    BrokenFile(String, String),
    /// It has too many files.
    #[error("the zip has {0} files, and {ZIP_ENTRIES_MAX} are the most (ZIP_ENTRIES_MAX)")]
    TooMany(usize),
    /// They are too long together.
    #[error("the zip has more than {ZIP_UNPACKED_BYTES_MAX} bytes unpacked (ZIP_UNPACKED_BYTES_MAX)")]
    TooLong,
    /// One of them is too long.
    #[error("'{0}' in the zip has more than {ZIP_FILE_BYTES_MAX} bytes (ZIP_FILE_BYTES_MAX)")]
    FileTooLong(String),
    /// One of them is far larger than its packed form.
    #[error(
        "'{0}' in the zip is more than {ZIP_RATIO_MAX} times larger than its packed form (ZIP_RATIO_MAX)"
    )]
    Bomb(String),
    /// It would lie outside the bundle, or its path says nothing sound.
    #[error("'{0}' in the zip is no path inside the bundle; write paths with / and without ..")]
    BadPath(String),
    /// It is no plain file.
    #[error("'{0}' in the zip is a link or a special file; put the file itself into the zip")]
    Special(String),
    /// It is encrypted.
    #[error("'{0}' in the zip is encrypted, and there is no password for it")]
    Encrypted(String),
    /// Two files have the same path, or the same bytes.
    #[error("the zip has files that lie over each other or have the same path")]
    Overlap,
}

/// A zip that was opened.
#[derive(Clone)]
pub struct Archive {
    zip: ZipArchive<Bytes>,
    files: Arc<BTreeMap<String, usize>>,
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl Archive {
    /// Opens a zip that was looked through before, when it was added.
    pub fn open(bytes: Arc<[u8]>) -> Result<Archive, BadArchive> {
        // The list of files is made at once by the library: it must not be long.
        let said = entries_said(&bytes).ok_or_else(|| BadArchive::Broken("it has no end".to_owned()))?;
        if said > ZIP_ENTRIES_MAX {
            return Err(BadArchive::TooMany(said));
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| BadArchive::Broken(e.to_string()))?;
        if zip.len() > ZIP_ENTRIES_MAX {
            return Err(BadArchive::TooMany(zip.len()));
        }
        if zip.has_duplicate_names() {
            return Err(BadArchive::Overlap);
        }
        let mut files = BTreeMap::new();
        for at in 0..zip.len() {
            let file = zip.by_index_raw(at).map_err(|e| BadArchive::Broken(e.to_string()))?;
            let path = path_of(&file)?;
            if !file.is_dir() {
                files.insert(path, at);
            }
        }
        Ok(Archive { zip, files: Arc::new(files) })
    }

    /// Opens a zip from outside and reads all of it once: what it says of itself must be so.
    pub fn look_through(bytes: Arc<[u8]>) -> Result<Archive, BadArchive> {
        let mut archive = Archive::open(bytes)?;
        let overlap = archive.zip.has_overlapping_files().map_err(|e| BadArchive::Broken(e.to_string()))?;
        if overlap {
            return Err(BadArchive::Overlap);
        }
        let mut left = ZIP_UNPACKED_BYTES_MAX;
        for (path, at) in Arc::clone(&archive.files).iter() {
            let length = archive.measure(path, *at)?;
            left = left.checked_sub(length).ok_or(BadArchive::TooLong)?;
        }
        Ok(archive)
    }

    /// A BOM by itself, packed; the same text gives the same bytes.
    pub fn of_bom(text: &str) -> io::Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(BOM, SimpleFileOptions::default())?;
        zip.write_all(text.as_bytes())?;
        Ok(zip.finish()?.into_inner())
    }

    /// The paths of its files, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Reads one file; `None`: there is none of that path.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, BadArchive> {
        let Some(at) = self.files.get(path) else { return Ok(None) };
        let mut zip = self.zip.clone();
        let file = zip.by_index(*at).map_err(|e| broken(path, &e))?;
        let mut bytes = Vec::new();
        file.take(ZIP_FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|e| broken(path, &e))?;
        if bytes.len() as u64 > ZIP_FILE_BYTES_MAX {
            return Err(BadArchive::FileTooLong(path.to_owned()));
        }
        Ok(Some(bytes))
    }

    /// How long a file really is. Its checksum is compared on the way.
    fn measure(&mut self, path: &str, at: usize) -> Result<u64, BadArchive> {
        let mut file = self.zip.by_index(at).map_err(|e| broken(path, &e))?;
        let packed = file.compressed_size().max(1);
        let mut chunk = vec![0; CHUNK];
        let mut length = 0;
        loop {
            let count = match file.read(&mut chunk) {
                Ok(0) => return Ok(length),
                Ok(count) => count as u64,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(broken(path, &e)),
            };
            length += count;
            if length > ZIP_FILE_BYTES_MAX {
                return Err(BadArchive::FileTooLong(path.to_owned()));
            }
            if length > ZIP_RATIO_FREE_BYTES && length / packed > ZIP_RATIO_MAX {
                return Err(BadArchive::Bomb(path.to_owned()));
            }
        }
    }
}

fn broken(path: &str, error: &dyn fmt::Display) -> BadArchive {
    BadArchive::BrokenFile(path.to_owned(), error.to_string())
}

/// The path of an entry, if it is one that may be taken.
fn path_of<R: Read>(file: &ZipFile<'_, R>) -> Result<String, BadArchive> {
    let raw = String::from_utf8_lossy(file.name_raw()).into_owned();
    let Ok(name) = file.name() else { return Err(BadArchive::BadPath(raw)) };
    let path = name.strip_suffix('/').unwrap_or(&name);
    let is_sound = !path.is_empty()
        && path.len() <= ZIP_PATH_BYTES_MAX
        && !path.contains(['\\', '\0', ':'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !is_sound {
        return Err(BadArchive::BadPath(raw));
    }
    let kind = file.unix_mode().map_or(0, |mode| mode & KIND);
    if file.is_symlink() || ![0, PLAIN, FOLDER].contains(&kind) {
        return Err(BadArchive::Special(path.to_owned()));
    }
    if file.encrypted() {
        return Err(BadArchive::Encrypted(path.to_owned()));
    }
    Ok(path.to_owned())
}

/// How many files a zip says to have, the highest number where its end stands in it more than once.
fn entries_said(bytes: &[u8]) -> Option<usize> {
    let tail = &bytes[bytes.len().saturating_sub(END_BYTES + usize::from(u16::MAX))..];
    let ends = tail.windows(END_BYTES).filter(|w| w.starts_with(END));
    ends.map(|end| usize::from(u16::from_le_bytes([end[10], end[11]]))).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> SimpleFileOptions {
        SimpleFileOptions::default()
    }

    fn zip(files: &[(&str, &[u8])]) -> Arc<[u8]> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, bytes) in files {
            zip.start_file(*path, plain()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner().into()
    }

    fn refusal(bytes: Arc<[u8]>) -> String {
        Archive::look_through(bytes).expect_err("refused").to_string()
    }

    #[test]
    fn files_are_read_by_their_path() {
        let archive =
            Archive::look_through(zip(&[("catalog.bom", b"a: 1\n"), ("conf/deep/x.txt", b"text")])).unwrap();
        assert_eq!(archive.names().collect::<Vec<_>>(), ["catalog.bom", "conf/deep/x.txt"]);
        assert_eq!(archive.read("conf/deep/x.txt").unwrap().as_deref(), Some(&b"text"[..]));
        assert!(archive.read("conf/deep").unwrap().is_none());
    }

    #[test]
    fn paths_that_climb_out_are_refused() {
        for path in ["../x", "a/../../x", "/etc/x", "a\\b", "C:x", "a//b", "./a"] {
            let why = refusal(zip(&[(path, b"x")]));
            assert!(why.contains("is no path inside the bundle"), "{path}: {why}");
        }
    }

    #[test]
    fn links_are_refused() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_symlink("passwords", "/etc/passwd", plain()).unwrap();
        let why = refusal(zip.finish().unwrap().into_inner().into());
        assert!(why.contains("'passwords' in the zip is a link"), "{why}");
    }

    #[test]
    fn a_file_that_grows_too_much_is_refused_wherever_the_bound_is_met() {
        let zeros = vec![0; 4 * 1024 * 1024];
        let why = refusal(zip(&[("bomb", &zeros)]));
        assert!(why.contains("ZIP_RATIO_MAX"), "{why}");
        let small = vec![0; 512 * 1024];
        assert!(Archive::look_through(zip(&[("zeros", &small)])).is_ok(), "small ones are harmless");
    }

    #[test]
    fn many_small_files_come_to_the_bound_of_all() {
        let small = vec![0; 1024 * 1024];
        let paths: Vec<String> = (0..300).map(|n| format!("f{n}")).collect();
        let files: Vec<(&str, &[u8])> = paths.iter().map(|p| (p.as_str(), &small[..])).collect();
        let why = refusal(zip(&files));
        assert!(why.contains("ZIP_UNPACKED_BYTES_MAX"), "{why}");
    }

    #[test]
    fn a_zip_of_too_many_files_is_refused_before_they_are_listed() {
        let paths: Vec<String> = (0..=ZIP_ENTRIES_MAX).map(|n| format!("f{n}")).collect();
        let files: Vec<(&str, &[u8])> = paths.iter().map(|p| (p.as_str(), &b""[..])).collect();
        let why = refusal(zip(&files));
        assert!(why.contains("ZIP_ENTRIES_MAX"), "{why}");
    }

    #[test]
    fn what_is_damaged_or_no_zip_is_refused_and_nothing_panics() {
        assert!(refusal(b"not a zip".as_slice().into()).contains("the zip cannot be read"));
        let good = zip(&[("catalog.bom", b"brooklyn.catalog: {items: []}\n"), ("x", b"some text of it")]);
        for at in 0..good.len() {
            let mut bad = good.to_vec();
            bad[at] ^= 0xff;
            let _refused_or_harmless = Archive::look_through(bad.into());
            let _cut = Archive::look_through(good[..at].into());
        }
        // The checksum of a stored file is compared.
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = plain().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("x", stored).unwrap();
        zip.write_all(b"content").unwrap();
        let mut bytes = zip.finish().unwrap().into_inner();
        let at = bytes.windows(7).position(|w| w == b"content").unwrap();
        bytes[at] = b'C';
        assert!(refusal(bytes.into()).contains("'x' in the zip cannot be read"));
    }
}
