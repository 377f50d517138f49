//! What is wrong with a pattern or its arguments. Each is one of Java's exceptions, in words that say what to do.

/// Why a pattern cannot be filled in. Arguments are named by their class only: they may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// `UnknownFormatConversionException`
    #[error("`{specifier}` is no conversion that is known; a percent sign itself is written `%%`")]
    UnknownConversion {
        /// What follows the percent sign.
        specifier: String,
    },
    /// A conversion of Java's that is not for blueprints.
    #[error("`{specifier}` ({what}) is not supported here")]
    Unsupported {
        /// The whole of it.
        specifier: String,
        /// What it would print.
        what: &'static str,
    },
    /// `MissingFormatArgumentException`
    #[error("there is no argument for `{specifier}`: {given} given")]
    MissingArgument {
        /// The whole of it.
        specifier: String,
        /// How many arguments there are.
        given: usize,
    },
    /// `IllegalFormatConversionException`
    #[error("`{specifier}` cannot print a {class}")]
    WrongType {
        /// The whole of it.
        specifier: String,
        /// The argument's class in Java.
        class: &'static str,
    },
    /// `IllegalFormatCodePointException`
    #[error("`{specifier}` is given {given}, which is no character")]
    NoCharacter {
        /// The whole of it.
        specifier: String,
        /// The number.
        given: i64,
    },
    /// `FormatFlagsConversionMismatchException`
    #[error("the flag `{flag}` does not go with `{specifier}`")]
    FlagMismatch {
        /// The whole of it.
        specifier: String,
        /// The flag.
        flag: char,
    },
    /// `IllegalFormatFlagsException`
    #[error("the flags of `{specifier}` exclude each other")]
    BadFlags {
        /// The whole of it.
        specifier: String,
    },
    /// `DuplicateFormatFlagsException`
    #[error("the flag `{flag}` stands twice in `{specifier}`")]
    DuplicateFlag {
        /// The whole of it.
        specifier: String,
        /// The flag.
        flag: char,
    },
    /// `MissingFormatWidthException`
    #[error("`{specifier}` needs a width for its flag `-` or `0`")]
    MissingWidth {
        /// The whole of it.
        specifier: String,
    },
    /// `IllegalFormatWidthException`
    #[error("`{specifier}` may not have this width (at most {max})", max = super::WIDTH_MAX)]
    BadWidth {
        /// The whole of it.
        specifier: String,
    },
    /// `IllegalFormatPrecisionException`
    #[error("`{specifier}` may not have this precision (at most {max}, and only for texts and fractions)", max = super::WIDTH_MAX)]
    BadPrecision {
        /// The whole of it.
        specifier: String,
    },
    /// `IllegalFormatArgumentIndexException`
    #[error("`{specifier}` counts its arguments from 1")]
    BadIndex {
        /// The whole of it.
        specifier: String,
    },
    /// The result would not fit.
    #[error("the text would be longer than {max} bytes (limit: TEXT_BYTES_MAX)", max = super::TEXT_BYTES_MAX)]
    TooLong,
}
