//! What is wrong, with line and column.

use super::*;

fn error(text: &str) -> String {
    let error = match Template::parse(text) {
        Err(error) => error,
        Ok(template) => match template.render(&world(), Missing::Error) {
            Err(Stop::Error(error)) => error,
            other => panic!("{text}: {other:?}"),
        },
    };
    let help = error.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
    format!("{}:{} {}{help}", error.line, error.column, error.message)
}

#[test]
fn errors_say_where_and_what_to_do() {
    for (text, expected) in [
        ("a\n ${gone}", "2:2 `gone` has no value | write `gone!\"default\"` if it need not have one"),
        (
            "${map.gone.x}",
            "1:1 `map.gone.x` has no value | write `map.gone.x!\"default\"` if it need not have one",
        ),
        ("<#if gone>x</#if>", "1:6 `gone` has no value | write `gone!\"default\"` if it need not have one"),
        ("${name.x}", "1:1 a text has no keys"),
        ("${n[0]}", "1:1 a number has no elements"),
        ("${list}", "1:1 a list cannot stand in a text"),
        ("a ${name", "1:3 the `${` is never closed | write `}`"),
        ("${}", "1:3 `}` stands here, expected a value"),
        ("${a b}", "1:5 the name `b` stands here, expected `}`"),
        ("${a +}", "1:6 `}` stands here, expected a value"),
        ("${'abc}", "1:3 the quote is never closed"),
        ("${(a}", "1:5 `}` stands here, expected `)`"),
        ("${n?uper_case}", "1:5 there is no built-in `?uper_case` here | did you mean `?upper_case`?"),
        ("${n?qqqqqqqq}", "1:5 there is no built-in `?qqqqqqqq` here"),
        ("${entity.getId()}", "1:15 methods cannot be called, only built-ins such as ?trim"),
        ("${.now}", "1:3 special variables such as .now are not supported"),
        ("<#if yes>", "1:1 `#if` is never closed"),
        ("</#if>", "1:1 `/#if` has no `#if` before it"),
        ("<#list list as x><#if yes></#list>", "1:27 `/#list` stands within a `#if` that is not closed"),
        ("<#list list>x</#list>", "1:12 `>` stands here, expected `as` and a name"),
        ("<#lst list as x>", "1:1 there is no directive `#lst` | did you mean `#list`?"),
        ("<#macro x></#macro>", "1:1 the directive `#macro` is not supported"),
        ("<#include 'x'>", "1:1 the directive `#include` is not supported"),
        ("<@x/>", "1:1 macros are not supported"),
        ("<#-- a", "1:1 the comment is never closed | write `-->`"),
        (
            "<#if n>x</#if>",
            "1:6 a number is no condition | compare it (==), or ask whether there is one (?has_content)",
        ),
        (
            "${n == 'x'}",
            "1:1 a number is compared with a text; ?string, ?number and ?boolean make one of the other",
        ),
        ("${name - 1}", "1:1 this is for numbers, not for a text and a number"),
        ("${1 / 0}", "1:1 a number is divided by zero"),
        ("${name?join(',')}", "1:1 `?join`: it is asked of a text, not of a list"),
        ("${list?join}", "1:1 `?join`: it needs a value in brackets"),
        ("${'x'?number}", "1:1 `?number`: the text is no number"),
        ("${n?string('0.00')}", "1:1 `?string`: formats of numbers are not supported"),
        (
            "${'a'?matches('(')}",
            "1:1 `?matches`: the regular expression cannot be read: a group is not closed",
        ),
        ("<#break>", "1:1 `#break` stands in no `#list`"),
        ("<#if yes>a<#else>b<#else>c</#if>", "1:19 a second `#else` stands here"),
        ("<#list n as x></#list>", "1:8 a number cannot be listed"),
        ("<#list map as x></#list>", "1:8 a map is listed with two names: `as key, value`"),
        ("<#assign x += 1>", "1:15 `x` was not assigned before"),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
}

#[test]
fn work_output_and_depth_are_bounded() {
    let long = "x".repeat(TEMPLATE_BYTES_MAX + 1);
    let deep = format!("${{{}1{}}}", "(".repeat(5000), ")".repeat(5000));
    let signs = format!("${{{}1}}", "-".repeat(5000));
    let wide = format!("${{1{}}}", "+1".repeat(5000));
    let tags = "<#if yes>".repeat(5000);
    let texts = format!("${{{}}}", "\"${".repeat(5000));
    for (text, limit) in [
        (long.as_str(), "TEMPLATE_BYTES_MAX"),
        (&deep, "DEPTH_MAX"),
        (&signs, "DEPTH_MAX"),
        (&wide, "EXPRESSION_PARTS_MAX"),
        (&tags, "DEPTH_MAX"),
        (&texts, "DEPTH_MAX"),
        ("<#list 1..10000 as i><#list 1..10000 as j></#list></#list>", "STEPS_MAX"),
        ("${(1..1000000)?size}", "ELEMENTS_MAX"),
        ("<#assign x = 'x'><#list 1..100 as i><#assign x = x + x></#list>", "OUTPUT_BYTES_MAX"),
        ("<#assign x = [1]><#list 1..100 as i><#assign x = x + x></#list>", "ELEMENTS_MAX"),
        ("<#assign x = [1]><#list 1..100 as i><#assign x = [x, x]></#list>", "STEPS_MAX"),
        ("<#assign x = 'xxxxxxxx'?left_pad(1000000)>${x?replace(' ', x)}", "OUTPUT_BYTES_MAX"),
        ("<#list 1..9 as i>${'x'?left_pad(1000000)}</#list>", "OUTPUT_BYTES_MAX"),
    ] {
        let error = error(text);
        assert!(error.contains(&format!("(limit: {limit})")), "{text:.60}: {error}");
    }
}
