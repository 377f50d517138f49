//! The programs of start, restart and stop of what has a machine (`brooklyn-blueprints.md` 5.3, 5.4).

use std::collections::BTreeMap;

use model::config;
use model::types::{Behaviour, ConfigDef, software_process as sp};
use serde_json::Value;

use super::{Latch, Stage};
use crate::config::unreadable;
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::machine::Try;
use crate::machine::ports::is_port;
use crate::program::{Phase, StepKind};
use crate::programs::{children, expect, sub};
use crate::state::Root;

type Params = BTreeMap<String, Value>;
type Steps = Vec<StepKind>;

/// The phases with a command, and before which of them files are copied.
const INSTALL: [(Option<Stage>, Phase); 3] = [
    (Some(Stage::PreInstall), Phase::PreInstall),
    (Some(Stage::Install), Phase::Install),
    (None, Phase::PostInstall),
];
const CUSTOMIZE: [(Option<Stage>, Phase); 3] =
    [(Some(Stage::Customize), Phase::PreCustomize), (None, Phase::Customize), (None, Phase::PostCustomize)];
const LAUNCH: [(Option<Stage>, Phase); 3] =
    [(Some(Stage::Runtime), Phase::PreLaunch), (None, Phase::Launch), (None, Phase::PostLaunch)];

/// What is needed to write the program of one entity.
struct Writer<'a> {
    root: &'a Root,
    entity: &'a Entity,
    steps: Steps,
}

pub(crate) fn start(root: &Root, entity: &Entity, params: &Params) -> Try<Steps> {
    let mut w = Writer { root, entity, steps: vec![StepKind::CheckIdle, expect(Lifecycle::Starting)] };
    w.latch(Latch::Start);
    w.run_up(params)?;
    Ok(w.steps)
}

pub(crate) fn restart(root: &Root, entity: &Entity, params: &Params) -> Try<Steps> {
    let is = |name: &str| params.get(name).is_some_and(|v| *v == Value::Bool(true) || v == "true");
    let mut w = Writer { root, entity, steps: vec![StepKind::CancelOthers { entity: entity.id.clone() }] };
    // What still runs of interrupted ones is ended, not refused.
    w.steps.extend([StepKind::EndLeftovers { entity: entity.id.clone() }, StepKind::CheckIdle]);
    w.steps.push(expect(Lifecycle::Starting));
    let end = w.end_process();
    w.steps.push(sub("stopping process", end));
    if is("restartMachine") {
        w.steps.push(StepKind::ReleaseMachine);
    }
    if is("restartMachine") || entity.machine.is_none() {
        w.run_up(params)?;
        return Ok(w.steps);
    }
    let ready = [StepKind::TakeMachine].into_iter().chain(w.ports()).collect();
    w.steps.push(sub("pre-start", ready));
    w.phases(&LAUNCH);
    if is("restartChildren") {
        w.steps.push(children("restart", &Params::new()));
    }
    w.steps.push(sub("post-start", vec![StepKind::AwaitRunning, StepKind::AwaitUp]));
    w.steps.push(expect(Lifecycle::Running));
    Ok(w.steps)
}

pub(crate) fn stop(root: &Root, entity: &Entity, params: &Params) -> Try<Steps> {
    let stopped = entity.state() == Some(Lifecycle::Stopped);
    let wanted = |name: &str| match params.get(name).and_then(Value::as_str).map(str::to_ascii_uppercase) {
        Some(mode) if mode == "NEVER" => false,
        Some(mode) if mode == "ALWAYS" => true,
        _ => !stopped,
    };
    let mut w = Writer { root, entity, steps: vec![StepKind::CancelOthers { entity: entity.id.clone() }] };
    w.latch(Latch::Stop);
    w.steps.extend([expect(Lifecycle::Stopping), StepKind::MarkDown]);
    if w.children_mode()?.is_some() {
        w.steps.push(children("stop", &Params::new()));
    }
    if wanted("stopProcessMode") {
        let end = w.end_process();
        w.steps.push(sub("stopping process", end));
    }
    if wanted("stopMachineMode") {
        w.steps.push(StepKind::ReleaseMachine);
    }
    w.steps.push(expect(Lifecycle::Stopped));
    Ok(w.steps)
}

/// The step that waits for a latch, if the entity has it.
pub(crate) fn latch(root: &Root, entity: &Entity, latch: Latch) -> Option<StepKind> {
    is_given(root, entity, latch.key()).then_some(StepKind::Latch { latch })
}

/// Whether the entity has a key of its type and something is set for it. What it comes to is seen when it is needed:
/// it may be an expression that has no value yet.
fn is_given(root: &Root, entity: &Entity, key: &'static ConfigDef) -> bool {
    let declared = entity.type_def().is_some_and(|t| t.config_key(key.name).is_some());
    let given = declared.then(|| config::effective(&root.levels(&entity.id), key)).flatten();
    given.is_some_and(|e| match e.value.given() {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    })
}

impl Writer<'_> {
    /// From no machine to a running entity.
    fn run_up(&mut self, params: &Params) -> Try<()> {
        let flag = |key| self.root.config_flag(&self.entity.id, key).or_else(unreadable);
        let (skip_start, skip_install) = (flag(&sp::SKIP_START)?, flag(&sp::SKIP_INSTALL)?);
        let mut steps = vec![StepKind::FindProcess, StepKind::TakeMachine];
        steps.extend(self.latch_step(Latch::Provision));
        steps.extend(self.ports());
        self.steps.push(sub("pre-start", steps));
        // As on Brooklyn, what is to be looked at first counts before what is to be left out anyway.
        let if_running = self.entity.behaviour() == Behaviour::Process && flag(&sp::SKIP_START_IF_RUNNING)?;
        let before = self.steps.len();
        if if_running || !skip_start {
            if let Some(latch) = self.latch_step(Latch::Setup) {
                self.steps.push(sub("setup", vec![latch]));
            }
            if !skip_install {
                self.phases(&INSTALL);
            }
            self.phases(&CUSTOMIZE);
            self.phases(&LAUNCH);
        }
        if if_running {
            let steps = self.steps.split_off(before);
            self.steps.push(StepKind::UnlessRunning { steps });
        }
        let mode = self.children_mode()?.unwrap_or_default();
        let (late, behind) = (mode.ends_with("_LATE"), mode.starts_with("BACKGROUND"));
        let with_it = match mode.as_str() {
            "" => None,
            _ if behind => Some(StepKind::Behind {
                name: "start children".to_owned(),
                steps: vec![children("start", params)],
            }),
            _ => Some(children("start", params)),
        };
        let (early, late) = if late { (None, with_it) } else { (with_it, None) };
        self.steps.extend(early);
        self.steps.push(sub("post-start", vec![StepKind::AwaitRunning, StepKind::AwaitUp]));
        self.steps.extend(late);
        self.steps.push(expect(Lifecycle::Running));
        Ok(())
    }

    /// Ends the process: by its own command first, if it has one, and for good.
    fn end_process(&self) -> Steps {
        let entity = self.entity.id.clone();
        let mut steps = vec![StepKind::MarkDown, StepKind::EndLeftovers { entity }];
        if self.has(Phase::Stop.key()) {
            let name = Phase::Stop.key().name.to_owned();
            let stop = vec![StepKind::Script { phase: Phase::Stop }];
            steps.push(StepKind::Sub { name, steps: stop, tolerated: true });
        }
        if self.entity.behaviour() == Behaviour::Process {
            steps.extend([StepKind::FindProcess, StepKind::KillProcess]);
        }
        steps
    }

    /// Adds the phases that the entity has: the three main ones always for a process, the others with a command.
    fn phases(&mut self, phases: &[(Option<Stage>, Phase)]) {
        for (stage, phase) in phases {
            if let Some(stage) = stage
                && (self.has(stage.keys().0) || self.has(stage.keys().1))
            {
                let mut steps: Steps = self.latch_step(stage.latch()).into_iter().collect();
                steps.push(StepKind::CopyFiles { stage: *stage });
                self.steps.push(sub(stage.name(), steps));
            }
            let latch = match phase {
                Phase::Install => Some(Latch::Install),
                Phase::Customize => Some(Latch::Customize),
                Phase::Launch => Some(Latch::Launch),
                _ => None,
            };
            let main = latch.is_some() && self.entity.behaviour() == Behaviour::Process;
            if main || self.has(phase.key()) {
                let mut steps: Steps = latch.and_then(|l| self.latch_step(l)).into_iter().collect();
                steps.push(StepKind::Script { phase: *phase });
                self.steps.push(sub(phase.name(), steps));
            }
        }
    }

    fn latch(&mut self, latch: Latch) {
        self.steps.extend(self.latch_step(latch));
    }

    fn latch_step(&self, latch: Latch) -> Option<StepKind> {
        self::latch(self.root, self.entity, latch)
    }

    fn ports(&self) -> Option<StepKind> {
        self.entity.def.parameters.iter().any(is_port).then_some(StepKind::TakePorts)
    }

    /// The mode in which children are started with it; `None`: they are not.
    fn children_mode(&self) -> Try<Option<String>> {
        let mode = self.root.config_text(&self.entity.id, &sp::CHILDREN_MODE).or_else(unreadable)?;
        Ok(mode.filter(|m| m != "NONE"))
    }

    fn has(&self, key: &'static ConfigDef) -> bool {
        is_given(self.root, self.entity, key)
    }
}
