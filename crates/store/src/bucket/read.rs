//! `read`: one GET, and its body within a time and a size.

use std::sync::Arc;

use object_store::ObjectStoreExt;

use ha::verbs::Name;

use super::Inner;
use super::seen::Seen;
use super::trouble::Trouble;
use crate::folder::FILE_BYTES_MAX;

impl Inner {
    /// The whole object, or `None` when the service says that there is none of that name.
    pub(super) async fn read(&self, name: &Name) -> Result<Option<Arc<[u8]>>, Trouble> {
        let path = self.path(name)?;
        let found = match self.request("read", path.as_ref(), 0, self.s3.get(&path)).await {
            Ok(found) => found,
            Err(trouble) if trouble.is_missing() => {
                self.own.was_read(name, None);
                return Ok(None);
            }
            Err(trouble) => return Err(trouble),
        };
        let Some(version) = found.meta.e_tag.clone() else {
            // A page of a proxy: S3 gives each object one. What is in it is no content of ours.
            let seen = Seen { sent: true, status: Some(200), ..Seen::default() };
            return Err(Trouble::judge("read", &self.shown_as(path.as_ref()), seen, ""));
        };
        let size = found.meta.size;
        if size > FILE_BYTES_MAX {
            let text = format!(
                "{}: {size} bytes are more than an object here may have ({FILE_BYTES_MAX})",
                self.shown_as(path.as_ref())
            );
            return Err(Trouble::unfit(text));
        }
        let bytes = self.request("read", path.as_ref(), size, found.bytes()).await?;
        self.own.was_read(name, Some(version));
        Ok(Some(Arc::from(&bytes[..])))
    }
}
