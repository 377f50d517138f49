//! Folding durable records over the state: a standby, a restart and a replay do nothing else.

use base::Lsn;
use engine::Change;
use engine::Root;
use ha::input::Fold;
use ha::status::Damage;

use crate::step::Node;

impl Node {
    pub(crate) fn fold(&mut self, fold: Fold) {
        if self.fold_failed.is_some() {
            // What follows a failed fold would land on a state that is not what it was made for.
            return;
        }
        self.version += 1;
        match fold {
            Fold::Reset(at) => {
                self.durable = Some(Root::empty().with_externals(self.config.externals.clone()));
                self.durable_at = at;
            }
            Fold::Drop => {
                self.durable = None;
                self.durable_at = Lsn(0);
            }
            Fold::Load { file, bytes } => {
                let Some(root) = &mut self.durable else { return };
                let Err(problems) = root.load_part(&bytes) else { return };
                let why = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                if problems.iter().any(|p| p.newer) {
                    let why = format!("the checkpoint part {file} is of a newer release: {why}");
                    self.fold_failed = Some((self.durable_at, why));
                } else {
                    // What could be read is there; the entities concerned are shown as failed.
                    self.fold_damaged.push(Damage { file, what: why });
                }
            }
            Fold::Gap => {
                if let Some(root) = &mut self.durable {
                    root.accept_gaps();
                }
            }
            Fold::Apply { lsn, mut ops } => {
                let Some(root) = &mut self.durable else { return };
                // Everything, in order: the same fold as the master's.
                if ops.len() > 4 && base::mutant::on(base::Mutant::StandbyFoldsLess) {
                    ops.pop();
                }
                for op in &ops {
                    let applied = Change::decode(op.as_bytes())
                        .map_err(|e| e.to_string())
                        .and_then(|change| root.apply(&change).map_err(|e| e.to_string()));
                    if let Err(why) = applied {
                        self.fold_failed = Some((lsn, why));
                        return;
                    }
                }
                self.durable_at = lsn;
            }
        }
    }
}
