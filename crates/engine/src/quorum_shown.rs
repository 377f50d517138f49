//! A quorum as clients are shown it: they know it from Brooklyn as a minimum of a size and a share, or as points.

use serde_json::{Value, json};

use crate::quorum::Quorum;

/// The least number, the least share, whether nothing at all is enough, and what that is called.
struct Minimum {
    size: f64,
    ratio: f64,
    allow_empty: bool,
    name: Option<&'static str>,
}

impl Quorum {
    fn minimum(&self) -> Option<Minimum> {
        let named = |size, ratio, allow_empty, name| Minimum { size, ratio, allow_empty, name: Some(name) };
        Some(match self {
            Self::All => named(0.0, 1.0, false, "all"),
            Self::AllAndAtLeastOne => named(1.0, 1.0, false, "allAndAtLeastOne"),
            Self::AtLeastOne => named(1.0, 0.0, false, "atLeastOne"),
            Self::AtLeastOneUnlessEmpty => named(1.0, 0.0, true, "atLeastOneUnlessEmpty"),
            Self::AlwaysHealthy => named(0.0, 0.0, true, "alwaysHealthy"),
            Self::Number(size) => Minimum { size: *size, ratio: 0.0, allow_empty: true, name: None },
            Self::Points(_) => return None,
        })
    }

    /// As a value.
    pub(crate) fn as_json(&self) -> Value {
        if let Some(Minimum { size, ratio, allow_empty, name }) = self.minimum() {
            // Sizes are whole on the wire.
            let size = size.ceil() as i64;
            return json!({
                "minRequiredSize": size, "minRequiredRatio": ratio, "allowEmpty": allow_empty, "name": name,
            });
        }
        let Self::Points(points) = self else { return Value::Null };
        let point = |(size, least): &(f64, f64)| json!({ "size": size, "minRequiredAtSize": least });
        json!({ "name": null, "points": points.iter().map(point).collect::<Vec<_>>() })
    }

    /// As a text.
    fn as_text(&self) -> String {
        if let Some(Minimum { size, ratio, allow_empty, name }) = self.minimum() {
            let name = name.map(|name| format!("{name};")).unwrap_or_default();
            let or_empty = if allow_empty { "|0" } else { "" };
            return format!("QuorumCheck[{name}require={},{:.1}%{or_empty}]", size.ceil(), ratio * 100.0);
        }
        let Self::Points(points) = self else { return String::new() };
        let points: Vec<String> = points.iter().map(|(x, y)| format!("({x:?},{y:?})")).collect();
        format!("LinearRangeQuorumCheck[[{}]]", points.join(", "))
    }
}

/// A quorum as texts and defaults on the wire have it; `None`: it is none.
pub fn quorum_text(value: &Value) -> Option<String> {
    Quorum::read(value).ok().map(|quorum| quorum.as_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_shown_as_brooklyn_shows_it() {
        for (given, text) in [
            (json!("all"), "QuorumCheck[all;require=0,100.0%]"),
            (json!("atLeastOne"), "QuorumCheck[atLeastOne;require=1,0.0%]"),
            (json!("atLeastOneUnlessEmpty"), "QuorumCheck[atLeastOneUnlessEmpty;require=1,0.0%|0]"),
            (json!(1), "QuorumCheck[require=1,0.0%|0]"),
            (json!("[[0,0],[5,3]]"), "LinearRangeQuorumCheck[[(0.0,0.0), (5.0,3.0)]]"),
        ] {
            assert_eq!(quorum_text(&given).as_deref(), Some(text), "{given}");
        }
        let json = |given| Quorum::read(&given).unwrap().as_json();
        assert_eq!(
            json(json!(1)),
            json!({ "minRequiredSize": 1, "minRequiredRatio": 0.0, "allowEmpty": true, "name": null })
        );
        assert_eq!(
            json(json!([[0, 0], [5, 3]])),
            json!({ "name": null, "points": [
                { "size": 0.0, "minRequiredAtSize": 0.0 }, { "size": 5.0, "minRequiredAtSize": 3.0 },
            ] })
        );
    }
}
