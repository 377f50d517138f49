//! `create`: a PUT that the service may carry out only while there is nothing of that name. It is the only verb
//! that decides anything, so each of its outcomes is told apart.

use std::sync::Arc;
use std::time::Duration;

use object_store::PutMode;

use ha::verbs::{Answer, Name};

use super::Inner;
use super::trouble::{Outcome, Trouble};

/// How often a conflict is met with the same request again.
const CONFLICTS_MAX: u32 = 5;
/// The pause before it; doubled each time.
const CONFLICT_PAUSE: Duration = Duration::from_millis(20);

impl Inner {
    pub(super) async fn create(&self, name: &Name, bytes: &Arc<[u8]>) -> Answer {
        let mut pause = CONFLICT_PAUSE;
        let mut last = None;
        for _ in 0..CONFLICTS_MAX {
            let Err(trouble) = self.put(name, bytes, PutMode::Create).await else { return Answer::Created };
            match trouble.outcome {
                Outcome::Taken => return Answer::Exists,
                Outcome::Maybe => return self.settle(name, bytes, trouble).await,
                Outcome::None | Outcome::Missing => return Answer::Failed(trouble.fault),
                // Another request for this name was under way; mine was not carried out. Only the name tells
                // whether that one was.
                Outcome::Conflict => match self.read(name).await {
                    Ok(Some(_)) => return Answer::Exists,
                    Ok(None) => {}
                    Err(trouble) => return Answer::Failed(trouble.fault),
                },
            }
            last = Some(trouble.fault);
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        last.map_or(Answer::Exists, Answer::Failed)
    }

    /// The reply was lost: the name tells. When it holds nothing, the request may still take effect later.
    async fn settle(&self, name: &Name, bytes: &Arc<[u8]>, lost: Trouble) -> Answer {
        match self.read(name).await {
            Ok(Some(found)) if found == *bytes => Answer::Created,
            Ok(Some(_)) => Answer::Exists,
            Ok(None) | Err(_) => Answer::Unknown(lost.fault),
        }
    }
}
