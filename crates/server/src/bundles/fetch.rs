//! What a BOM brings in from elsewhere (`include:` and `item:` with a URL).

use tokio::runtime::Handle;

use super::limits::{FETCH_BYTES_MAX, FETCH_WAIT_MAX};

/// Gets texts from addresses for [`model::catalog::add::read`], which is no async code: it is called on a thread that
/// may wait. To be made where the runtime is.
pub fn fetch() -> impl FnMut(&str) -> Result<String, String> {
    let runtime = Handle::current();
    move |url| runtime.block_on(exec::read_text(url, FETCH_BYTES_MAX, FETCH_WAIT_MAX))
}
