//! Copying files onto a machine before a phase: some as they are, others filled in.

use lang::template::TEMPLATE_BYTES_MAX;
use model::types::ConfigDef;
use model::value::Coerced;
use serde_json::Value;

use super::Stage;
use super::classpath;
use super::template::fill_in;
use crate::advance::Flow;
use crate::change::Change;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::effect::{FileContent, FileToPut, Machine, Work};
use crate::entity::Entity;
use crate::machine::{Try, fail, settled};
use crate::place::MachineRef;
use crate::task::Task;

/// Who may read a copied file: the account that the process runs as.
const MODE: u32 = 0o600;

/// A file to copy: where it comes from, and the path that the blueprint gives it.
struct Wanted {
    url: String,
    path: String,
}

impl Draft {
    pub(crate) fn copy_files(&mut self, task: &Task, stage: Stage) -> Flow {
        settled(self.try_copy_files(task, stage))
    }

    fn try_copy_files(&mut self, task: &Task, stage: Stage) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        if entity.process.is_some() {
            return Ok(Flow::Next);
        }
        let Some(site) = self.site(&entity)? else {
            return fail(format!("{} has no machine", entity.described()));
        };
        let (plain, templates) = stage.keys();
        let plain = self.wanted_files(&entity, plain)?;
        // The files come first, then one template after the other.
        let Some(at) = task.cursor.checked_sub(1) else {
            let mut files = Vec::new();
            for w in &plain {
                let content = if classpath::is_classpath(&w.url) {
                    FileContent::Bundle(classpath::file(&self.root, &entity, &w.url)?)
                } else {
                    FileContent::Url(w.url.clone())
                };
                files.push(FileToPut { path: stage.path(&site.place, &w.path), content, mode: MODE });
            }
            let what = format!("copies {} files", files.len());
            if files.is_empty() {
                return Ok(self.file_copied(task));
            }
            return Ok(self.act_at(task, &site, what, Work::Put { files }));
        };
        let templates = self.wanted_files(&entity, templates)?;
        let Some(template) = templates.get(at as usize) else { return Ok(Flow::Next) };
        let (url, here) = (template.url.clone(), MachineRef::default());
        let what = format!("reads template {url}");
        let work = self.text_at(&entity, url, TEMPLATE_BYTES_MAX)?;
        Ok(self.act(task, (&here, self.host().as_ref()), Machine::Server, what, work))
    }

    /// How the text at an address is read.
    pub(crate) fn text_at(&self, entity: &Entity, url: String, bytes_max: usize) -> Try<Work> {
        if !classpath::is_classpath(&url) {
            return Ok(Work::Fetch { url, bytes_max });
        }
        Ok(Work::ReadBundle { file: classpath::file(&self.root, entity, &url)?, bytes_max })
    }

    /// Everything up to here is copied: on to the next.
    pub(crate) fn file_copied(&mut self, task: &Task) -> Flow {
        self.record(Change::TaskCursor { task: task.id.clone(), cursor: task.cursor + 1 });
        self.ready.push_back(task.id.clone());
        Flow::Wait
    }

    /// A template's text is there.
    pub(crate) fn template_read(&mut self, task: &Task, stage: Stage, text: &str) -> Flow {
        settled(self.try_template_read(task, stage, text))
    }

    fn try_template_read(&mut self, task: &Task, stage: Stage, text: &str) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        let site = self.site(&entity)?;
        let templates = self.wanted_files(&entity, stage.keys().1)?;
        let template = task.cursor.checked_sub(1).and_then(|at| templates.get(at as usize));
        let (Some(site), Some(template)) = (site, template) else {
            return fail(format!("{} has no machine, or its templates were changed", entity.described()));
        };
        let filled = fill_in(&self.root, &entity, &site.place, &template.url, text)?;
        let path = stage.path(&site.place, &template.path);
        let what = format!("writes {path}");
        let content = FileContent::Bytes(filled.into_bytes().into());
        let files = vec![FileToPut { path, content, mode: MODE }];
        Ok(self.act_at(task, &site, what, Work::Put { files }))
    }

    fn wanted_files(&self, entity: &Entity, key: &'static ConfigDef) -> Try<Vec<Wanted>> {
        let map = self.root.config(&entity.id, key).or_else(unreadable)?;
        let Coerced::Map(map) = map else { return Ok(Vec::new()) };
        map.into_iter().map(|(url, path)| wanted(key, url, path)).collect()
    }
}

fn wanted(key: &ConfigDef, url: String, path: Value) -> Try<Wanted> {
    let Value::String(path) = path else {
        return fail(format!("{}: the path for '{url}' is no text", key.name));
    };
    if path.trim().is_empty() || path.split('/').any(|part| part == "..") {
        return fail(format!("{}: '{path}' is no path that a file can be copied to", key.name));
    }
    if ["http://", "https://", "file:", "classpath:"].iter().all(|scheme| !url.starts_with(scheme)) {
        return fail(format!(
            "{}: '{url}' is no address of a file; use http:, https:, file: or classpath:",
            key.name
        ));
    }
    Ok(Wanted { url, path })
}
