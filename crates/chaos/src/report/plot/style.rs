//! Colours and letters, for light ground and for dark, and what the colours mean.

use std::fmt::Write as _;

/// Hue tells the role; what serves is the only strong blue, what is wrong the only red.
pub(super) const CSS: &str = "
:root { --ground: #ffffff; --ink: #1b2430; --soft: #5c6878; --line: #e3e8ef; --lane: #f4f6f9; --master: #1f5fd0;
  --hot: #a9c3ee; --cold: #d3dbe7; --suspended: #e8a317; --loading: #b9a3e3; --silent: #e9edf2; --fault: #8b4a62;
  --good: #2a8f62; --bad: #cf2f3f; --band: #fbe3e5; }
@media (prefers-color-scheme: dark) { :root { --ground: #12171f; --ink: #e6ebf2; --soft: #97a3b4; --line: #262f3b;
  --lane: #1a212b; --master: #5b93f5; --hot: #2f4a78; --cold: #333e4d; --suspended: #d79a22; --loading: #6a559c;
  --silent: #1f2732; --fault: #c27c97; --good: #45b685; --bad: #f0616d; --band: #40212a; } }
text { font-family: system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: var(--ink); font-size: 12px; }
.ground { fill: var(--ground); } .title { font-size: 17px; font-weight: 600; }
.heading { font-weight: 600; font-size: 12px; } .name { fill: var(--soft); }
.tick { fill: var(--soft); text-anchor: middle; font-size: 11px; } .grid { stroke: var(--line); }
.lane { fill: var(--lane); } .master { fill: var(--master); } .hot { fill: var(--hot); } .cold { fill: var(--cold); }
.suspended { fill: var(--suspended); } .loading { fill: var(--loading); } .silent { fill: var(--silent); }
.term { fill: #ffffff; font-size: 11px; font-weight: 600; text-anchor: middle; }
@media (prefers-color-scheme: dark) { .term { fill: #0c1118; } }
.fault { fill: var(--fault); } .rate { fill: var(--good); } .band { fill: var(--band); }
.gap { fill: var(--bad); font-size: 10.5px; text-anchor: middle; }
";

const MEANINGS: [(&str, &str); 6] = [
    ("master", "master, with its term"),
    ("hot", "hot standby"),
    ("cold", "standby"),
    ("loading", "starts or loads"),
    ("suspended", "suspended"),
    ("silent", "does not answer"),
];

/// How wide a letter is on average, for the places of the legend.
const LETTER: f64 = 6.6;

pub(super) fn legend(svg: &mut String, left: f64, y: f64) {
    let mut x = left;
    let more = [("fault", "fault, until it is healed"), ("rate", "writes"), ("band", "nobody could write")];
    for (class, text) in MEANINGS.into_iter().chain(more) {
        let _ = writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"14\" height=\"12\" rx=\"2\"/>\
             <text class=\"name\" x=\"{:.1}\" y=\"{y:.1}\">{text}</text>",
            y - 10.0,
            x + 19.0
        );
        x += 19.0 + text.len() as f64 * LETTER + 14.0;
    }
}
