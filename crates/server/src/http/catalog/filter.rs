//! Which of the catalog a list shows: `regex` and `fragment` of the query.

use lang::regex::Regex;

use super::Registered;
use crate::http::call::Call;
use crate::http::fail::Fail;

/// What was asked for.
pub(in crate::http) struct Filter {
    regex: Option<Regex>,
    fragment: Option<String>,
}

impl Filter {
    /// As a request has it. An expression is Java's, and is found anywhere in the text.
    pub(in crate::http) fn of(call: &Call) -> Result<Filter, Fail> {
        let given = |name| call.query_value(name).filter(|v| !v.is_empty());
        let regex = given("regex").map(|text| Regex::new(&text)).transpose();
        let regex = regex.map_err(|e| Fail::bad(format!("regex: {e}")))?;
        Ok(Filter { regex, fragment: given("fragment").map(|f| f.to_lowercase()) })
    }

    /// Whether a type is to be shown: its names, tags, description and plan are searched.
    fn admits(&self, r: &Registered<'_>) -> Result<bool, Fail> {
        if self.regex.is_none() && self.fragment.is_none() {
            return Ok(true);
        }
        let mut text = vec![r.id(), r.display_name().unwrap_or_default()];
        text.extend(r.aliases().iter().map(|alias| (*alias).to_owned()));
        text.extend(r.tags().iter().map(ToString::to_string));
        text.extend(r.description().map(str::to_owned));
        text.extend(r.item().map(|i| i.plan.text.clone()));
        let text = text.join("\n");
        if self.fragment.as_ref().is_some_and(|f| !text.to_lowercase().contains(f)) {
            return Ok(false);
        }
        let Some(regex) = &self.regex else { return Ok(true) };
        regex.find(&text).map_err(|e| Fail::bad(format!("regex: {e}")))
    }

    /// Those of a list that are to be shown.
    pub(in crate::http) fn keep<'a>(&self, list: Vec<Registered<'a>>) -> Result<Vec<Registered<'a>>, Fail> {
        let mut kept = Vec::new();
        for r in list {
            if self.admits(&r)? {
                kept.push(r);
            }
        }
        Ok(kept)
    }
}
