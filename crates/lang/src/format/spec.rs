//! A pattern into its texts and specifiers: `%[index$][flags][width][.precision]conversion`.

use super::WIDTH_MAX;
use super::error::FormatError;

/// A part of a pattern.
pub(super) enum Piece<'p> {
    Text(&'p str),
    Spec(Spec<'p>),
}

/// What one `%` asks for, checked.
pub(super) struct Spec<'p> {
    /// The whole of it, for errors.
    pub(super) text: &'p str,
    pub(super) which: Which,
    pub(super) flags: Flags,
    pub(super) width: usize,
    pub(super) precision: Option<usize>,
    pub(super) conversion: Conversion,
    /// Whether the result is in capitals (`%S`).
    pub(super) upper: bool,
}

/// Which argument.
pub(super) enum Which {
    Next,
    /// `%<s`: the one before again.
    Last,
    /// From 1.
    Index(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversion {
    Boolean,
    Hash,
    Text,
    Character,
    Decimal,
    Octal,
    Hexadecimal,
    Scientific,
    Fixed,
    General,
    Percent,
    LineEnd,
}

impl Conversion {
    pub(super) fn takes_argument(self) -> bool {
        !matches!(self, Self::Percent | Self::LineEnd)
    }

    /// Flags that do not go with it.
    fn excluded(self) -> &'static str {
        match self {
            // For `%s`, `#` is for arguments that format themselves; there are none.
            Self::Boolean | Self::Hash | Self::Text | Self::Character => "#+ 0,(",
            Self::Decimal | Self::General => "#",
            Self::Octal | Self::Hexadecimal | Self::Scientific => ",",
            Self::Fixed | Self::Percent | Self::LineEnd => "",
        }
    }
}

/// The flags in the order of [`FLAGS`].
#[derive(Clone, Copy, Default)]
pub(super) struct Flags(u8);

const FLAGS: &str = "-#+ 0,(<";

impl Flags {
    pub(super) fn has(self, flag: char) -> bool {
        FLAGS.find(flag).is_some_and(|i| self.0 & (1 << i) != 0)
    }

    fn with(self, flag: char) -> Self {
        FLAGS.find(flag).map_or(self, |i| Self(self.0 | (1 << i)))
    }
}

pub(super) fn pieces(pattern: &str) -> Result<Vec<Piece<'_>>, FormatError> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        pieces.push(Piece::Text(&rest[..at]));
        let (spec, after) = spec(&rest[at..])?;
        pieces.push(Piece::Spec(spec));
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// The specifier that `from` begins with, and what follows it.
fn spec(from: &str) -> Result<(Spec<'_>, &str), FormatError> {
    let unknown = |end: &str| {
        let specifier = end.chars().next().map_or_else(|| "%".to_owned(), |c| format!("%{c}"));
        FormatError::UnknownConversion { specifier }
    };
    let mut rest = &from[1..];
    let mut which = Which::Next;
    let digits = leading_digits(rest);
    if let Some(after) = rest[digits.len()..].strip_prefix('$').filter(|_| !digits.is_empty()) {
        which = Which::Index(digits.parse().unwrap_or(usize::MAX));
        rest = after;
    }
    let mut flags = Flags::default();
    let mut twice = None;
    while let Some(flag) = rest.chars().next().filter(|c| FLAGS.contains(*c)) {
        twice = twice.or(Some(flag).filter(|f| flags.has(*f)));
        flags = flags.with(flag);
        rest = &rest[1..];
    }
    let width = leading_digits(rest);
    rest = &rest[width.len()..];
    let mut precision = None;
    if let Some(after) = rest.strip_prefix('.') {
        let digits = leading_digits(after);
        if digits.is_empty() {
            return Err(unknown("."));
        }
        precision = Some(digits);
        rest = &after[digits.len()..];
    }
    let Some(letter) = rest.chars().next() else { return Err(unknown("")) };
    let after = &rest[letter.len_utf8()..];
    let text = &from[..from.len() - after.len()];
    let specifier = || text.to_owned();
    if let Some(flag) = twice {
        return Err(FormatError::DuplicateFlag { specifier: specifier(), flag });
    }
    let (conversion, upper) = conversion(letter, text)?;
    if let Which::Index(0) = which {
        return Err(FormatError::BadIndex { specifier: specifier() });
    }
    if flags.has('<') {
        which = Which::Last;
    }
    let number = |digits: &str| digits.parse().ok().filter(|n| *n <= WIDTH_MAX);
    let given_width = !width.is_empty();
    let width = if given_width {
        number(width).ok_or_else(|| FormatError::BadWidth { specifier: specifier() })?
    } else {
        0
    };
    let precision = precision
        .map(|p| number(p).ok_or_else(|| FormatError::BadPrecision { specifier: specifier() }))
        .transpose()?;
    let spec = Spec { text, which, flags, width, precision, conversion, upper };
    check(&spec, given_width)?;
    Ok((spec, after))
}

fn leading_digits(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())]
}

fn conversion(letter: char, text: &str) -> Result<(Conversion, bool), FormatError> {
    use Conversion as C;
    let conversion = match letter {
        'b' | 'B' => C::Boolean,
        'h' | 'H' => C::Hash,
        's' | 'S' => C::Text,
        'c' | 'C' => C::Character,
        'd' => C::Decimal,
        'o' => C::Octal,
        'x' | 'X' => C::Hexadecimal,
        'e' | 'E' => C::Scientific,
        'f' => C::Fixed,
        'g' | 'G' => C::General,
        '%' => C::Percent,
        'n' => C::LineEnd,
        't' | 'T' => return Err(FormatError::Unsupported { specifier: text.to_owned(), what: "a date" }),
        'a' | 'A' => {
            return Err(FormatError::Unsupported {
                specifier: text.to_owned(),
                what: "a hexadecimal fraction",
            });
        }
        _ => return Err(FormatError::UnknownConversion { specifier: text.to_owned() }),
    };
    Ok((conversion, letter.is_ascii_uppercase()))
}

/// Java's rules on what goes together.
fn check(spec: &Spec<'_>, given_width: bool) -> Result<(), FormatError> {
    use Conversion as C;
    let specifier = || spec.text.to_owned();
    let has = |flag| spec.flags.has(flag);
    let needs_width = || Err(FormatError::MissingWidth { specifier: specifier() });
    let precision_max = match spec.conversion {
        C::Character | C::Decimal | C::Octal | C::Hexadecimal | C::Percent | C::LineEnd => None,
        _ => Some(WIDTH_MAX),
    };
    let numeric =
        !matches!(spec.conversion, C::Boolean | C::Hash | C::Text | C::Character | C::Percent | C::LineEnd);
    if numeric {
        if (has('-') || has('0')) && !given_width {
            return needs_width();
        }
        if (has('+') && has(' ')) || (has('-') && has('0')) {
            return Err(FormatError::BadFlags { specifier: specifier() });
        }
    }
    if spec.precision.is_some() && precision_max.is_none() {
        return Err(FormatError::BadPrecision { specifier: specifier() });
    }
    if matches!(spec.conversion, C::Percent | C::LineEnd) {
        if spec.conversion == C::LineEnd && given_width {
            return Err(FormatError::BadWidth { specifier: specifier() });
        }
        let only = if spec.conversion == C::Percent { "#+ 0,(<" } else { FLAGS };
        if only.chars().any(has) {
            return Err(FormatError::BadFlags { specifier: specifier() });
        }
    }
    if let Some(flag) = spec.conversion.excluded().chars().find(|f| has(*f)) {
        return Err(FormatError::FlagMismatch { specifier: specifier(), flag });
    }
    if !numeric && has('-') && !given_width {
        return needs_width();
    }
    Ok(())
}
