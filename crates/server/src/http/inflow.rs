//! What of a request's body has come, unpacked on the way where it was sent packed (`Content-Encoding`). What it comes
//! to is bounded before it is held: a few bytes that unpack to very many cost no more than a long body does.

use std::io::{self, Write};

use axum::http::{HeaderMap, StatusCode, header};
use flate2::write::MultiGzDecoder;

use super::fail::Fail;

/// What unpacking holds besides what it gives: a window, its tables and one piece of output.
const UNPACK_BYTES: usize = 96 * 1024;

/// How a body was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// As it is.
    Plain,
    /// Packed by gzip.
    Gzip,
}

impl Coding {
    /// What the headers say; several codings over each other are not taken, nor is gzip within gzip.
    pub(super) fn of(headers: &HeaderMap) -> Result<Coding, Fail> {
        let mut coding = Coding::Plain;
        for given in headers.get_all(header::CONTENT_ENCODING) {
            for word in given.as_bytes().split(|b| *b == b',').map(<[u8]>::trim_ascii) {
                let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
                match coding {
                    _ if word.is_empty() || is("identity") => {}
                    Coding::Plain if is("gzip") || is("x-gzip") => coding = Coding::Gzip,
                    _ => return Err(not_taken(&String::from_utf8_lossy(given.as_bytes()))),
                }
            }
        }
        Ok(coding)
    }
}

fn not_taken(given: &str) -> Fail {
    Fail::said(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("Content-Encoding '{given}' is not taken; send the body with gzip, or as it is (identity)"),
    )
}

/// A body on its way in.
pub(super) struct Inflow {
    name: &'static str,
    most: usize,
    /// What has come over the wire, packed or not.
    come: usize,
    held: Held,
}

enum Held {
    Plain(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

impl Inflow {
    /// Nothing has come; at most so many bytes may, by this name.
    pub(super) fn new(coding: Coding, name: &'static str, most: usize) -> Inflow {
        let plain = Bounded { bytes: Vec::new(), most, is_over: false };
        let held = match coding {
            Coding::Plain => Held::Plain(plain),
            Coding::Gzip => Held::Gzip(Box::new(MultiGzDecoder::new(plain))),
        };
        Inflow { name, most, come: 0, held }
    }

    /// More has come.
    pub(super) fn add(&mut self, data: &[u8]) -> Result<(), Fail> {
        self.come += data.len();
        if self.come > self.most {
            return Err(self.too_long());
        }
        let written = match &mut self.held {
            Held::Plain(bytes) => bytes.write_all(data),
            Held::Gzip(decoder) => decoder.write_all(data),
        };
        written.map_err(|e| self.refused(&e))
    }

    /// All has come.
    pub(super) fn end(mut self) -> Result<Vec<u8>, Fail> {
        // Some clients announce gzip and send nothing.
        if let Held::Gzip(decoder) = &mut self.held
            && self.come > 0
            && let Err(error) = decoder.try_finish()
        {
            return Err(self.refused(&error));
        }
        Ok(match self.held {
            Held::Plain(all) => all.bytes,
            Held::Gzip(mut decoder) => std::mem::take(&mut decoder.get_mut().bytes),
        })
    }

    /// How much has come over the wire.
    pub(super) fn come(&self) -> usize {
        self.come
    }

    /// How much memory it holds.
    pub(super) fn holds(&self) -> usize {
        match &self.held {
            Held::Plain(all) => all.bytes.capacity(),
            Held::Gzip(decoder) => decoder.get_ref().bytes.capacity() + UNPACK_BYTES,
        }
    }

    /// What is answered to more than it may be.
    pub(super) fn too_long(&self) -> Fail {
        let unpacked = if matches!(self.held, Held::Gzip(_)) { ", unpacked" } else { "" };
        let (most, name) = (self.most, self.name);
        Fail::said(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The body is longer than {most} bytes{unpacked} ({name}); send less at once"),
        )
    }

    fn refused(&self, error: &io::Error) -> Fail {
        match &self.held {
            Held::Gzip(decoder) if !decoder.get_ref().is_over => {
                Fail::bad(format!("The body is not what its Content-Encoding says (gzip): {error}"))
            }
            _ => self.too_long(),
        }
    }
}

/// Bytes up to a bound.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
    is_over: bool,
}

impl Write for Bounded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if data.len() > self.most - self.bytes.len() {
            self.is_over = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn coding(given: &'static str) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(given));
        Coding::of(&headers).ok()
    }

    #[test]
    fn one_gzip_is_taken_and_nothing_else() {
        assert_eq!(Coding::of(&HeaderMap::new()).ok(), Some(Coding::Plain));
        for (given, read) in [
            ("gzip", Some(Coding::Gzip)),
            ("X-GZip", Some(Coding::Gzip)),
            ("identity", Some(Coding::Plain)),
            ("identity, gzip", Some(Coding::Gzip)),
            ("", Some(Coding::Plain)),
            ("gzip, gzip", None),
            ("br", None),
            ("deflate", None),
        ] {
            assert_eq!(coding(given), read, "{given}");
        }
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_packed_body_is_unpacked_in_whatever_pieces_it_comes() {
        let text: Vec<u8> = (0..100_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        // Two members one after the other are one body (RFC 1952, 2.2).
        let body = [packed(&text), packed(b"the end")].concat();
        for piece in [1, 7, 4096, body.len()] {
            let mut inflow = Inflow::new(Coding::Gzip, "MOST", text.len() + 7);
            for part in body.chunks(piece) {
                inflow.add(part).unwrap();
            }
            assert!(inflow.come() == body.len() && inflow.holds() > text.len());
            assert_eq!(inflow.end().unwrap(), [&text[..], b"the end"].concat(), "{piece}");
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_while_little_of_it_is_held() {
        let bomb = packed(&vec![0; 64 * 1024 * 1024]);
        assert!(bomb.len() < 100_000);
        let mut inflow = Inflow::new(Coding::Gzip, "MOST", 1_000_000);
        let Err(Fail::Said(refused)) = inflow.add(&bomb) else { panic!("it was taken") };
        assert_eq!(refused.error, 413);
        assert!(refused.message.contains("unpacked (MOST)"), "{}", refused.message);
        assert!(inflow.holds() < 3_000_000, "{}", inflow.holds());
    }

    #[test]
    fn what_gives_nothing_is_bounded_by_what_comes() {
        // Empty members: they would go on for ever and never fill the bound.
        let nothing = packed(b"").repeat(1000);
        let mut inflow = Inflow::new(Coding::Gzip, "MOST", 10_000);
        let Err(Fail::Said(refused)) = inflow.add(&nothing) else { panic!("it was taken") };
        assert_eq!(refused.error, 413);
    }

    #[test]
    fn a_stream_that_is_cut_or_changed_is_broken() {
        let whole = packed(b"services: [{type: x}]");
        let broken = |body: &[u8]| {
            let mut inflow = Inflow::new(Coding::Gzip, "MOST", 1000);
            match inflow.add(body).and_then(|()| inflow.end()) {
                Ok(_) => false,
                Err(Fail::Said(refused)) => refused.error == 400 && refused.message.contains("gzip"),
                Err(_) => false,
            }
        };
        assert!(!broken(&whole) && !broken(b""));
        for cut in 1..whole.len() {
            assert!(broken(&whole[..cut]), "cut at {cut}");
        }
        // The sums at the end.
        for at in whole.len() - 8..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(broken(&changed), "changed at {at}");
        }
        assert!(broken(b"services: []") && broken(&[&whole[..], b"more"].concat()));
    }
}
