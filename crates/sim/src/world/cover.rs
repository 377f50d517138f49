//! The interesting things, counted by what is said of them.

use super::World;
use super::chair::{PLANNER, STEPPER, SWITCHER};

impl World {
    /// The interesting things, counted by what is said of them.
    pub(super) fn cover(&mut self, text: &str) {
        for (part, what) in [
            ("claiming term", "claims"),
            ("has claimed term", "claims raced"),
            ("gave up the claim", "claims given up"),
            ("master of term", "reigns"),
            ("has fenced the log", "fenced at a slot"),
            ("a listing shows that the log goes on", "ends of logs that were listed"),
            ("not master any more", "demotions"),
            ("suspended:", "suspensions"),
            ("resumed:", "resumed without a reload"),
            ("must be compared", "fences validated twice"),
            ("does not stand any more", "last records that did not stand any more"),
            ("loading the state from the newest", "reloads from a checkpoint"),
            ("below a checkpoint of others", "strict acks refused"),
            ("lies below the newest", "reloads of a pruned log"),
            ("another history", "histories that differed"),
            ("stepped over", "void fences"),
            ("waiting until an old lease", "old leases waited for"),
            ("checkpoint ", "checkpoints"),
            ("damaged:", "damage noted"),
            ("hands over to", "hand-overs"),
            ("handed over to", "claims after a hand-over"),
            ("not handed over", "hand-overs refused"),
            ("is not done", "planned switchovers dropped"),
            ("is paused by", "pauses of fail-over learnt"),
            ("fail-over is on again", "resumes of fail-over learnt"),
            ("lifted the pause", "pauses lifted at a standby"),
            ("lost touch", "lost touch with the log"),
            ("the store lost data", "store lost data"),
        ] {
            if text.contains(part) {
                self.count(what);
            }
        }
        if text.contains("hands over to") {
            for (by, what) in [
                (SWITCHER, "switchovers"),
                (STEPPER, "step-downs"),
                (PLANNER, "switchovers that were planned"),
            ] {
                if text.contains(by) {
                    self.count(what);
                }
            }
        }
    }
}
