//! `multipart/form-data` (RFC 7578), as far as forms with a few texts need it.

/// The text of the part with this name; `None`: there is no such part, or the body is no form of this kind.
pub fn part(content_type: &str, body: &str, name: &str) -> Option<String> {
    let delimiter = format!("--{}", boundary(content_type)?);
    // What stands before the first delimiter and behind the last one is nothing.
    let mut parts = body.split(delimiter.as_str()).skip(1);
    let found = parts.find_map(|part| {
        let part = part.strip_prefix("\r\n").or_else(|| part.strip_prefix('\n'))?;
        let (head, text) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))?;
        is_called(head, name).then_some(text)
    })?;
    let text = found.strip_suffix("\r\n").or_else(|| found.strip_suffix('\n')).unwrap_or(found);
    Some(text.to_owned())
}

/// Whether a body of this type is such a form.
pub fn is_multipart(content_type: Option<&str>) -> bool {
    let media = content_type.and_then(|c| c.split(';').next());
    media.is_some_and(|m| m.trim().eq_ignore_ascii_case("multipart/form-data"))
}

fn boundary(content_type: &str) -> Option<&str> {
    let mut parameters = content_type.split(';').skip(1).filter_map(|p| p.trim().split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty()).then_some(value)
}

fn is_called(head: &str, name: &str) -> bool {
    head.lines().any(|line| {
        let Some((field, value)) = line.split_once(':') else { return false };
        let mut parameters = value.split(';').skip(1).filter_map(|p| p.trim().split_once('='));
        field.trim().eq_ignore_ascii_case("content-disposition")
            && parameters.any(|(n, v)| n.trim() == "name" && v.trim().trim_matches('"') == name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_by_its_name() {
        let body = "--xx\r\nContent-Disposition: form-data; name=\"format\"\r\n\r\nbrooklyn-camp\r\n--xx\r\n\
                    content-disposition: form-data; name=plan; filename=a.yaml\r\nContent-Type: text/yaml\r\n\r\n\
                    services:\n- type: x\n\r\n--xx--\r\n";
        let kind = "multipart/form-data; boundary=\"xx\"";
        assert_eq!(part(kind, body, "plan").as_deref(), Some("services:\n- type: x\n"));
        assert_eq!(part(kind, body, "format").as_deref(), Some("brooklyn-camp"));
        assert_eq!(part(kind, body, "other"), None);
        assert_eq!(part("multipart/form-data", body, "plan"), None);
        assert_eq!(part(kind, "", "plan"), None);
        assert!(is_multipart(Some(kind)) && !is_multipart(Some("text/yaml")) && !is_multipart(None));
    }
}
