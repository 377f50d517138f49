//! Config on read: which value counts, and what it means.
