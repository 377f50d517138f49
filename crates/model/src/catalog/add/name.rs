//! What an item is called: its id and version, from where its author said them (`brooklyn-blueprints.md` 3.1).

use std::ops::Range;

use base::Version;
use lang::diag::Diagnostic;

use super::bom::Raw;
use super::meta::Word;
use crate::catalog::ItemId;

/// The most characters of a name or a version.
const NAME_CHARS_MAX: usize = 255;

/// What may not be in one.
pub(super) const BAD: &str = "blanks, ':', '/' and '\\' may not be in it";

/// A name and the version behind its colon, if there is one.
fn parts(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => (name, Some(version)),
        _ => (text, None),
    }
}

/// A name without a version behind it.
pub(super) fn bare(text: &str) -> &str {
    parts(text).0
}

/// Whether it can stand in an id, and in a URL.
pub(super) fn is_good(name: &str) -> bool {
    let bad = |c: char| c == ':' || c == '/' || c == '\\' || c.is_whitespace() || c.is_control();
    !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && !name.contains(bad)
}

/// The id of an item, or why it has none.
pub(super) fn of(raw: &Raw, bundle_version: &Version) -> Result<ItemId, Box<Diagnostic>> {
    let meta = &raw.meta;
    let inner = |key: &str| {
        let node = raw.node.as_ref().and_then(|n| n.get(key))?;
        let text = node.as_str().map(str::trim).filter(|t| !t.is_empty())?;
        Some(Word { text: text.to_owned(), span: node.span.clone() })
    };
    let error =
        |span: Range<usize>, message: String| Box::new(Diagnostic::error(&raw.document.0, span, message));
    let from_id = meta.id.as_ref().and_then(|w| parts(&w.text).1);
    let named = [meta.symbolic_name.clone(), meta.id.clone(), meta.name.clone()].into_iter().flatten().next();
    let inside = || ["id", "name", "template_name"].iter().find_map(|key| inner(key));
    let Some(word) = named.or_else(inside) else {
        let mut missing = error(raw.span.clone(), "the item has no id".to_owned());
        missing.label = Some("expected `id:` beside it".to_owned());
        return Err(missing);
    };
    let (name, behind) = parts(&word.text);
    if !is_good(name) {
        let why = format!("'{name}' cannot be an item's name: {BAD}");
        let mut bad = error(word.span, why);
        bad.help = Some("give it an `id:`; a `name:` beside it may be anything".to_owned());
        return Err(bad);
    }
    if let (Some(said), Some(version)) = (from_id, &meta.version)
        && said != version.text
    {
        let why = format!("the id says version {said}, but `version` is {}", version.text);
        let span = meta.id.as_ref().map_or_else(|| raw.span.clone(), |w| w.span.clone());
        let mut differ = error(span, why);
        differ.help = Some("keep one of the two".to_owned());
        return Err(differ);
    }
    let version = from_id
        .map(str::to_owned)
        .or_else(|| meta.version.as_ref().map(|w| w.text.clone()))
        .or_else(|| behind.map(str::to_owned))
        .or_else(|| inner("version").or_else(|| inner("template_version")).map(|w| w.text))
        .unwrap_or_else(|| bundle_version.as_str().to_owned());
    if !is_good(&version) {
        let span = meta.version.as_ref().map_or(word.span, |w| w.span.clone());
        return Err(error(span, format!("'{version}' cannot be a version")));
    }
    Ok(ItemId { name: name.to_owned(), version: Version::new(version) })
}
