//! A line that holds nothing but tags leaves no empty line behind. As in `FreeMarker`, what a template begins with is
//! left alone, and what a tag captures is not of the line.

use super::pieces::Piece;
use super::tags::Tag;

/// A piece of a line, and whether it is of the text that the template begins with.
type Part<'t> = (Piece<'t>, bool);

/// The pieces without the white space of lines that hold tags only.
pub(super) fn strip(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut line: Vec<Part<'_>> = Vec::new();
    for (i, piece) in pieces.into_iter().enumerate() {
        let Piece::Text(text) = piece else {
            line.push((piece, false));
            continue;
        };
        for part in text.split_inclusive('\n') {
            line.push((Piece::Text(part), i == 0));
            if part.ends_with('\n') {
                finish(&mut line, &mut out);
            }
        }
    }
    finish(&mut line, &mut out);
    out
}

fn finish<'t>(line: &mut Vec<Part<'t>>, out: &mut Vec<Piece<'t>>) {
    let first_line = out.is_empty();
    let mut captured = false;
    let mut tags = false;
    let mut only = true;
    let mut drop = Vec::new();
    for (piece, beginning) in line.iter() {
        let blank = match piece {
            Piece::Tag { tag, .. } => {
                tags = true;
                captured = matches!(tag, Tag::Capture(_)) || (captured && !matches!(tag, Tag::EndCapture));
                false
            }
            Piece::Text(text) => {
                let blank = text.trim().is_empty();
                only &= blank || captured;
                only &= !(first_line && *beginning && !text.is_empty());
                blank && !captured && !beginning
            }
            Piece::Value(_) => {
                only &= captured;
                false
            }
        };
        drop.push(blank);
    }
    let kept = line.drain(..).zip(drop).filter(|((piece, _), blank)| match piece {
        Piece::Text(text) => !(text.is_empty() || (tags && only && *blank)),
        _ => true,
    });
    out.extend(kept.map(|((piece, _), _)| piece));
}
