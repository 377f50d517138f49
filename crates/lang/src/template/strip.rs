//! A line that holds nothing but tags leaves no empty line behind.

use super::pieces::Piece;

/// The pieces without the white space of lines that hold tags only.
pub(super) fn strip(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut line: Vec<Piece<'_>> = Vec::new();
    for piece in pieces {
        let Piece::Text(text) = piece else {
            line.push(piece);
            continue;
        };
        for part in text.split_inclusive('\n') {
            line.push(Piece::Text(part));
            if part.ends_with('\n') {
                finish(&mut line, &mut out);
            }
        }
    }
    finish(&mut line, &mut out);
    out
}

fn finish<'t>(line: &mut Vec<Piece<'t>>, out: &mut Vec<Piece<'t>>) {
    let tags_only = line.iter().any(|piece| matches!(piece, Piece::Tag { .. }))
        && line.iter().all(|piece| match piece {
            Piece::Tag { .. } => true,
            Piece::Text(text) => text.trim().is_empty(),
            Piece::Value(_) => false,
        });
    out.extend(line.drain(..).filter(|piece| match piece {
        Piece::Text(text) => !(tags_only || text.is_empty()),
        _ => true,
    }));
}
