//! The timeline as a picture: who ruled in which term, what struck when, and whether writes were taken. One file
//! that looks well on light and on dark ground, and whose marks tell more when they are pointed at.

mod lanes;
mod style;

use std::fmt::Write as _;

use self::lanes::{availability, faults, roles};
use super::views;
use crate::history::{At, Event, Round};

/// Left of it stand the names of the lanes.
const LEFT: f64 = 128.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 92.0;
/// From one lane to the next.
const ROLE_LANE: f64 = 30.0;
const FAULT_LANE: f64 = 20.0;
const AVAILABILITY: f64 = 72.0;
/// Between the three parts.
const SPACE: f64 = 34.0;
/// Enough to tell half seconds apart in a short campaign, and so much paper at most for a long one.
const PIXELS_A_SECOND: f64 = 6.0;
const WIDTH: std::ops::RangeInclusive<f64> = 960.0..=9600.0;

/// From time to place.
struct Scale {
    pixels_a_second: f64,
}

impl Scale {
    fn x(&self, at: At) -> f64 {
        LEFT + at as f64 / 1e6 * self.pixels_a_second
    }

    fn wide(&self, from: At, to: At) -> f64 {
        self.x(to) - self.x(from)
    }
}

/// Draw a history.
pub(super) fn svg(history: &[Event]) -> String {
    let end = views::end(history);
    let seconds = (end as f64 / 1e6).max(1.0);
    let width = (seconds * PIXELS_A_SECOND).clamp(*WIDTH.start(), *WIDTH.end());
    let scale = Scale { pixels_a_second: width / seconds };
    let nodes = history.iter().find_map(|e| if let Event::Campaign(c) = e { Some(c.nodes) } else { None });
    let nodes = nodes.unwrap_or(0);

    let mut body = String::new();
    let mut y = TOP;
    heading(&mut body, "Servers", y);
    roles(&mut body, history, &scale, nodes, y);
    y += nodes as f64 * ROLE_LANE + SPACE;
    heading(&mut body, "Faults", y);
    let struck = faults(&mut body, history, &scale, y);
    y += struck as f64 * FAULT_LANE + SPACE;
    heading(&mut body, "Acknowledged writes a second", y);
    availability(&mut body, &views::acknowledged(history), &scale, end, y);
    y += AVAILABILITY;

    let full = LEFT + width + RIGHT;
    let height = y + 44.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {full:.0} {height:.0}\" width=\"{full:.0}\" \
         height=\"{height:.0}\" role=\"img\" aria-label=\"Timeline of a chaos campaign\">\n<style>{}</style>\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n",
        style::CSS
    );
    title(&mut svg, history, end);
    style::legend(&mut svg, LEFT, 62.0);
    axis(&mut svg, &scale, end, TOP, y);
    svg += &body;
    svg += "</svg>\n";
    svg
}

fn title(svg: &mut String, history: &[Event], end: At) {
    let campaign = history.iter().find_map(|e| if let Event::Campaign(c) = e { Some(c) } else { None });
    let rounds: Vec<&Round> = views::rounds(history).collect();
    let text = campaign.map_or_else(String::new, |c| {
        format!(
            "{} servers, store: {}, seed {}, timeout {} ms; {} rounds in {} minutes",
            c.nodes,
            c.store,
            c.seed,
            c.timeout_ms,
            rounds.len(),
            clock(end / 1_000_000)
        )
    });
    let _ = writeln!(svg, "<text class=\"title\" x=\"20\" y=\"32\">{text}</text>");
}

fn heading(svg: &mut String, text: &str, y: f64) {
    let _ = writeln!(svg, "<text class=\"heading\" x=\"20\" y=\"{:.1}\">{text}</text>", y - 9.0);
}

/// A line every so many seconds, such that there is room for its label.
fn axis(svg: &mut String, scale: &Scale, end: At, top: f64, bottom: f64) {
    let step = [5, 10, 15, 30, 60, 120, 300, 600];
    let step = step.into_iter().find(|s| *s as f64 * scale.pixels_a_second >= 70.0).unwrap_or(600);
    for second in (0..=end / 1_000_000).step_by(step) {
        let x = scale.x(second * 1_000_000);
        let label = clock(second);
        let _ = writeln!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} {top:.1}V{bottom:.1}\"/><text class=\"tick\" x=\"{x:.1}\" \
             y=\"{:.1}\">{label}</text>",
            bottom + 18.0
        );
    }
}

/// Minutes and seconds.
fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Asked, Campaign, Fault, State, Told, Write};

    #[test]
    fn roles_terms_faults_and_gaps_are_drawn() {
        let asked = |began: At, role: Option<&str>| Asked {
            began,
            ended: began,
            role: role.map(str::to_owned),
            term: Some(7),
            ..Asked::default()
        };
        let state = |began, role| Event::State(State { asked: asked(began, role) });
        let write = |at| {
            let (register, value) = ("r".to_owned(), at);
            Event::Write(Write { asked: asked(at, None), register, value, told: Told::Recorded })
        };
        let head =
            Campaign { seed: 9, store: "folder".into(), nodes: 1, timeout_ms: 2000, skipped: [].into() };
        let fault =
            Fault { round: 0, nemesis: "kill".into(), nodes: vec![0], began: 5_000_000, ended: 9_000_000 };
        let history = [
            Event::Campaign(head),
            state(0, Some("MASTER")),
            write(1_000_000),
            state(5_000_000, None),
            write(9_000_000),
            state(10_000_000, Some("MASTER")),
            Event::Fault(fault),
        ];
        let svg = svg(&history);
        for part in ["seed 9", "class=\"master\"", ">7</text>", "kill of node 0", "8.0 s", "class=\"silent\""]
        {
            assert!(svg.contains(part), "{part} is missing in {svg}");
        }
    }
}
