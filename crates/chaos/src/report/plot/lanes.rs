//! The three parts of the picture: a lane for each server, one for each nemesis, and how many writes were taken.

use std::fmt::Write as _;

use super::super::views;
use super::{AVAILABILITY, FAULT_LANE, LEFT, ROLE_LANE, Scale};
use crate::check::shown;
use crate::history::{Asked, At, Event, Fault};

/// A stretch in which nobody could write is marked from here on.
const GAP: At = 500_000;
/// A term is written where there is room for it.
const TERM_ROOM: f64 = 16.0;
/// The length of a gap is written where there is room for it.
const GAP_ROOM: f64 = 22.0;
/// What cannot be seen is not there.
const THIN: f64 = 1.5;

/// What a server said over a time.
struct Stretch {
    from: At,
    to: At,
    role: Option<String>,
    term: Option<u64>,
}

fn stretches(history: &[Event], node: usize) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    let states = history.iter().filter_map(|event| match event {
        Event::State(s) if s.asked.node == node => Some(&s.asked),
        _ => None,
    });
    for Asked { began, ended, role, term, .. } in states {
        // The term of a server that does not rule is another one's.
        let term = term.filter(|_| role.as_deref() == Some("MASTER"));
        match all.last_mut() {
            Some(last) if last.role == *role && last.term == term => last.to = *ended,
            last => {
                if let Some(last) = last {
                    last.to = *began;
                }
                all.push(Stretch { from: *began, to: *ended, role: role.clone(), term });
            }
        }
    }
    all
}

fn class(role: Option<&str>) -> &'static str {
    match role {
        Some("MASTER") => "master",
        Some("HOT_STANDBY" | "HOT_BACKUP") => "hot",
        Some("STANDBY") => "cold",
        Some("SUSPENDED") => "suspended",
        Some(_) => "loading",
        None => "silent",
    }
}

pub(super) fn roles(svg: &mut String, history: &[Event], scale: &Scale, nodes: usize, top: f64) {
    for node in 0..nodes {
        let y = top + node as f64 * ROLE_LANE;
        let high = ROLE_LANE - 8.0;
        name(svg, &format!("node {node}"), y + high / 2.0);
        for Stretch { from, to, role, term } in stretches(history, node) {
            let (class, x) = (class(role.as_deref()), scale.x(from));
            let wide = scale.wide(from, to).max(THIN);
            let said = role.as_deref().unwrap_or("does not answer");
            let (of_term, from, to) =
                (term.map_or_else(String::new, |t| format!(" of term {t}")), shown(from), shown(to));
            let _ = writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\">\
                 <title>node {node}: {said}{of_term}, {from} to {to}</title></rect>"
            );
            if let Some(term) = term.filter(|_| wide >= TERM_ROOM) {
                let _ = writeln!(
                    svg,
                    "<text class=\"term\" x=\"{:.1}\" y=\"{:.1}\">{term}</text>",
                    x + wide / 2.0,
                    y + high / 2.0 + 4.0
                );
            }
        }
    }
}

/// How many lanes there are.
pub(super) fn faults(svg: &mut String, history: &[Event], scale: &Scale, top: f64) -> usize {
    let all: Vec<&Fault> = history
        .iter()
        .filter_map(|event| match event {
            Event::Fault(fault) => Some(fault),
            _ => None,
        })
        .collect();
    let mut names: Vec<&str> = all.iter().map(|f| f.nemesis.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let right = scale.x(views::end(history));
    for (n, nemesis) in names.iter().enumerate() {
        let y = top + n as f64 * FAULT_LANE;
        let high = FAULT_LANE - 6.0;
        name(svg, nemesis, y + high / 2.0);
        let _ = writeln!(
            svg,
            "<rect class=\"lane\" x=\"{LEFT:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{high:.1}\"/>",
            right - LEFT
        );
        for fault in all.iter().filter(|f| f.nemesis == *nemesis) {
            let wide = scale.wide(fault.began, fault.ended).max(THIN);
            let nodes: Vec<String> = fault.nodes.iter().map(ToString::to_string).collect();
            let nodes = nodes.join(", ");
            let _ = writeln!(
                svg,
                "<rect class=\"fault\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" rx=\"2\">\
                 <title>round {}: {nemesis} of node {nodes}, {} to {}</title></rect>",
                scale.x(fault.began),
                fault.round,
                shown(fault.began),
                shown(fault.ended)
            );
            let whom = if let [node] = fault.nodes.as_slice() { node.to_string() } else { "all".to_owned() };
            if wide >= TERM_ROOM {
                let x = scale.x(fault.began) + wide / 2.0;
                let _ = writeln!(
                    svg,
                    "<text class=\"term\" x=\"{x:.1}\" y=\"{:.1}\">{whom}</text>",
                    y + high / 2.0 + 4.0
                );
            }
        }
    }
    names.len()
}

pub(super) fn availability(svg: &mut String, acknowledged: &[At], scale: &Scale, end: At, top: f64) {
    let bottom = top + AVAILABILITY;
    for (from, to) in views::gaps(acknowledged, GAP) {
        let (x, wide) = (scale.x(from), scale.wide(from, to).max(THIN));
        let long = format!("{:.1} s", (to - from) as f64 / 1e6);
        let _ = writeln!(
            svg,
            "<rect class=\"band\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{AVAILABILITY:.1}\">\
             <title>nobody could write for {long} from {}</title></rect>",
            shown(from)
        );
        if wide >= GAP_ROOM {
            let _ = writeln!(
                svg,
                "<text class=\"gap\" x=\"{:.1}\" y=\"{:.1}\">{long}</text>",
                x + wide / 2.0,
                top + 13.0
            );
        }
    }
    // As fine as can be seen, but not finer than two of a writer's pauses.
    let bin = ((2.0 / scale.pixels_a_second * 1e6) as At).max(100_000);
    let mut counts = vec![0_u64; (end / bin) as usize + 1];
    for at in acknowledged {
        counts[((at / bin) as usize).min((end / bin) as usize)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let mut path = format!("M{LEFT:.1} {bottom:.1}");
    for (n, count) in counts.iter().enumerate() {
        let y = bottom - *count as f64 / most as f64 * (AVAILABILITY - 18.0);
        let (from, to) = (scale.x(n as At * bin), scale.x((n as At + 1) * bin));
        let _ = write!(path, "L{from:.1} {y:.1}L{to:.1} {y:.1}");
    }
    let _ = write!(path, "V{bottom:.1}Z");
    let _ = writeln!(svg, "<path class=\"rate\" d=\"{path}\"/>");
    let rate = most as f64 * 1e6 / bin as f64;
    name(svg, &format!("at most {rate:.0}"), top + 18.0);
    name(svg, "0", bottom - 4.0);
}

fn name(svg: &mut String, text: &str, y: f64) {
    let _ = writeln!(svg, "<text class=\"name\" x=\"20\" y=\"{:.1}\">{text}</text>", y + 4.0);
}
