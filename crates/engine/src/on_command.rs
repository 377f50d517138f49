//! Somebody asks for something: once for each write key, answered, and recorded even if it changes nothing.

use base::limits::WRITE_KEYS_MAX;

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Effect, Refusal, Reply};
use crate::input::{Caller, Command, RequestId, WriteKey};
use crate::limits::{NAME_BYTES_MAX, WRITE_KEY_AGE_MS};

impl Draft {
    pub(crate) fn on_command(
        &mut self,
        request: RequestId,
        caller: Caller,
        key: Option<WriteKey>,
        command: Command,
    ) {
        let known = key.as_ref().and_then(|k| self.known_write(k));
        let reply = known.unwrap_or_else(|| {
            // What is refused leaves nothing: a command may find out late that it cannot be done.
            let before = self.clone();
            let reply = self.obey(caller, command).unwrap_or_else(|refusal| {
                *self = before;
                Reply::Refused(refusal)
            });
            if let Some(key) = key
                && !matches!(reply, Reply::Refused(_))
                // Once for each key.
                && !base::mutant::on(base::Mutant::KeyNotKept)
            {
                self.remember_write(key, reply.clone());
            }
            reply
        });
        if self.changes.is_empty() && !matches!(reply, Reply::Refused(_)) {
            // A master that does not know that it was fenced learns it by the record.
            let at = self.wall();
            self.record(Change::Noted { what: "acknowledged without a change".to_owned(), at });
        }
        self.effects.push(Effect::Reply { request, reply });
    }

    fn obey(&mut self, caller: Caller, command: Command) -> Result<Reply, Refusal> {
        match command {
            Command::Deploy { id, spec, start } => self.on_deploy(caller, id, &spec, start),
            Command::AddChildren { parent, specs, source, start } => {
                self.on_add_children(caller, &parent, &specs, &source, start)
            }
            Command::Invoke { entity, effector, params } => {
                self.on_invoke(caller, &entity, &effector, params)
            }
            Command::SetSensor { entity, sensor, value } => self.on_set_sensor(&entity, &sensor, value),
            Command::SetSensors { entity, values } => self.on_set_sensors(&entity, values),
            Command::ClearSensor { entity, sensor } => self.on_clear_sensor(&entity, sensor),
            Command::SetConfig { entity, key, value } => self.on_set_config(&entity, &key, value),
            Command::SetConfigs { entities, values } => self.on_set_configs(&entities, &values),
            Command::Rename { entity, name } => self.on_rename(&entity, name),
            Command::EditTags { entity, edit } => self.on_edit_tags(&entity, edit),
            Command::Delete { app } => self.on_delete(caller, &app),
            Command::Expunge { entity, release } => self.on_expunge(caller, &entity, release),
            Command::Cancel { task } => self.on_cancel(&task),
            Command::AddAdjunct { entity, spec } => self.on_add_adjunct(&entity, &spec),
            Command::RemoveAdjunct { entity, adjunct } => self.on_remove_adjunct(&entity, &adjunct),
            Command::SuspendAdjunct { entity, adjunct } => self.on_suspend_adjunct(&entity, &adjunct),
            Command::ResumeAdjunct { entity, adjunct } => self.on_resume_adjunct(&entity, &adjunct),
            Command::SetAdjunctConfig { entity, adjunct, key, value } => {
                self.on_set_adjunct_config(&entity, &adjunct, &key, value)
            }
            Command::PutBundle { bundle, force, among } => self.on_put_bundle(&bundle, force, &among),
            Command::RemoveBundle { bundle } => self.on_remove_bundle(bundle),
            Command::RemoveItems { items } => self.on_remove_items(items),
            Command::FlagItem { item, deprecated, disabled } => self.on_flag_item(item, deprecated, disabled),
            Command::AllowProvisioning { allowed } => Ok(self.on_allow_provisioning(allowed)),
            Command::BeginCatalog { bundle, problems } => self.on_begin_catalog(bundle.as_ref(), problems),
            Command::Import(import) => self.on_import(&import),
            Command::Order(order) => self.on_order(&caller, order),
            Command::Reset => Ok(self.on_reset()),
        }
    }

    fn known_write(&mut self, key: &WriteKey) -> Option<Reply> {
        if key.key.is_empty() || key.key.len() > NAME_BYTES_MAX {
            return Some(Reply::Refused(Refusal::Invalid(format!(
                "a write key has 1 to {NAME_BYTES_MAX} bytes; this one has {}",
                key.key.len()
            ))));
        }
        let known = self.root.write(&key.key)?;
        if known.body_sum != key.body_sum {
            return Some(Reply::Refused(Refusal::KeyReused(format!(
                "write key '{}' was used with another request; use a new key for a new request",
                key.key
            ))));
        }
        let reply = known.reply.clone();
        let at = self.wall();
        self.record(Change::WriteRepeated { key: key.key.clone(), at });
        Some(reply)
    }

    fn remember_write(&mut self, key: WriteKey, reply: Reply) {
        let at = self.wall();
        self.record(Change::WriteDone { key: key.key, body_sum: key.body_sum, reply, at });
        let mut surplus = self.root.writes.size().saturating_sub(WRITE_KEYS_MAX);
        // Two at most for each one that comes: they go faster than they come, and no step takes long.
        let mut old = Vec::new();
        for key in self.root.index.writes.values().take(2) {
            let aged = self.root.write(key).is_some_and(|w| w.at.0 + WRITE_KEY_AGE_MS < at.0);
            if surplus == 0 && !aged {
                break;
            }
            surplus = surplus.saturating_sub(1);
            old.push(key.clone());
        }
        if !old.is_empty() {
            self.record(Change::WritesForgotten { keys: old });
        }
    }

    fn on_reset(&mut self) -> Reply {
        let works: Vec<_> = self.root.transient.works.keys().cloned().collect();
        for key in works {
            self.drop_work(&key);
        }
        self.record(Change::Reset);
        Reply::Done
    }
}
