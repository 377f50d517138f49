//! Trees of entities: who is below whom and how each is, and what of that a screen has room for.

use serde_json::Value;

use super::look::{Look, cut, tone_of};
use crate::json::{all, text};

/// One entity's line.
struct Line {
    /// What leads to it: the branches it hangs on.
    lead: String,
    name: String,
    state: String,
    is_leaf: bool,
}

/// All of them, however many lines that takes.
pub(super) fn whole(look: Look, entities: &[Value]) -> String {
    let lines = lines(entities);
    lines.iter().map(|line| line.shown(look) + "\n").collect()
}

/// As much as `rows` lines have room for. Leaves of one parent that are alike are told by their first and their
/// number; what still has no room is counted.
pub(super) fn fitted(look: Look, entities: &[Value], rows: usize) -> String {
    let lines = lines(entities);
    let mut shown: Vec<String> = if lines.len() <= rows {
        lines.iter().map(|line| line.shown(look)).collect()
    } else {
        lines.chunk_by(Line::is_like).flat_map(|alike| folded(look, alike)).collect()
    };
    if shown.len() > rows {
        let left = shown.len() - rows.saturating_sub(1);
        shown.truncate(rows.saturating_sub(1));
        shown.push(format!("… {left} more lines; `brownstone tree` has all of them"));
    }
    shown.join("\n")
}

/// The lines of neighbours that are alike.
fn folded(look: Look, alike: &[Line]) -> Vec<String> {
    match alike {
        [first, rest @ .., last] if rest.len() > 1 => {
            let more = format!("{}… {} more are", last.lead, alike.len() - 1);
            vec![first.shown(look), with_state(look, &more, &last.state)]
        }
        few => few.iter().map(|line| line.shown(look)).collect(),
    }
}

fn lines(entities: &[Value]) -> Vec<Line> {
    let mut lines = Vec::new();
    branches(&mut lines, entities, "");
    lines
}

fn branches(out: &mut Vec<Line>, entities: &[Value], indent: &str) {
    for (n, entity) in entities.iter().enumerate() {
        let is_last = n + 1 == entities.len();
        let is_root = indent.is_empty() && entity["parentId"].is_null();
        let (joint, below) = match (is_root, is_last) {
            (true, _) => ("", ""),
            (false, true) => ("└─ ", "   "),
            (false, false) => ("├─ ", "│  "),
        };
        let state = text(entity, "serviceState");
        let kind = text(entity, "type").rsplit('.').next().unwrap_or_default();
        let name = format!("{}  {kind}  {}", text(entity, "name"), text(entity, "id"));
        let children = all(&entity["children"]);
        out.push(Line {
            lead: format!("{indent}{joint}"),
            name: name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
            state: if state.is_empty() { "-" } else { state }.to_owned(),
            is_leaf: children.is_empty(),
        });
        let deeper = if is_root { " ".to_owned() } else { format!("{indent}{below}") };
        branches(out, children, &deeper);
    }
}

impl Line {
    fn shown(&self, look: Look) -> String {
        with_state(look, &format!("{}{}", self.lead, self.name), &self.state)
    }

    /// Whether the next line is another leaf of the same parent, in the same state.
    fn is_like(&self, next: &Line) -> bool {
        self.is_leaf
            && next.is_leaf
            && self.state == next.state
            && self.lead.chars().count() == next.lead.chars().count()
    }
}

fn with_state(look: Look, line: &str, state: &str) -> String {
    let room = look.width.map_or(usize::MAX, |width| width.saturating_sub(state.chars().count() + 2));
    format!("{}  {}", cut(line, room), look.toned(tone_of(state), state))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LOOK: Look = Look { json: false, width: None, colours: false };

    fn leaf(name: &str, state: &str) -> Value {
        json!({ "id": name, "name": name, "type": "a.b.Leaf", "parentId": "r", "serviceState": state })
    }

    #[test]
    fn a_tree_shows_who_is_below_whom_and_how_each_is() {
        let mut first = leaf("first", "RUNNING");
        first["children"] = json!([leaf("inner", "RUNNING")]);
        let root = json!({ "id": "r", "name": "root", "type": "a.App", "parentId": null, "serviceState": null,
            "children": [first, leaf("last", "RUNNING")] });
        let text = "root  App  r  -\n ├─ first  Leaf  first  RUNNING\n │  └─ inner  Leaf  inner  RUNNING\n └─ last  \
                    Leaf  last  RUNNING\n";
        assert_eq!(whole(LOOK, std::slice::from_ref(&root)), text);
        assert_eq!(fitted(LOOK, &[root], 4), text.trim_end());
    }

    #[test]
    fn what_has_no_room_is_folded_and_what_burns_is_still_seen() {
        let mut leaves: Vec<Value> = (0..40).map(|n| leaf(&format!("n{n}"), "RUNNING")).collect();
        leaves[20] = leaf("bad", "ON_FIRE");
        let root = json!({ "id": "r", "name": "root", "type": "a.App", "parentId": null, "serviceState": "ON_FIRE",
            "children": leaves });
        let shown = fitted(LOOK, std::slice::from_ref(&root), 6);
        assert_eq!(
            shown,
            "root  App  r  ON_FIRE\n ├─ n0  Leaf  n0  RUNNING\n ├─ … 19 more are  RUNNING\n ├─ bad  Leaf  bad  \
             ON_FIRE\n ├─ n21  Leaf  n21  RUNNING\n └─ … 18 more are  RUNNING"
        );
        let less = fitted(LOOK, &[root], 4);
        assert!(less.ends_with("RUNNING\n… 3 more lines; `brownstone tree` has all of them"), "{less}");
    }
}
