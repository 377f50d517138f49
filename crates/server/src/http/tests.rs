//! The rules of the wire, driven through the whole front door.
