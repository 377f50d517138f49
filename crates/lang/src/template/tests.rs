//! Templates and their texts, as tables.

mod builtins;
mod errors;
mod freemarker;

use serde_json::{Value, json};

use super::*;

/// What the tables are filled in from; `slow` is not ready yet.
struct World(Values);

impl Model for World {
    fn lookup(&self, path: &[String]) -> Lookup {
        if path[0] == "slow" {
            return Lookup::Wait(format!("sensor {}", path[1..].join(".")));
        }
        self.0.lookup(path)
    }
}

fn world() -> World {
    let Value::Object(map) = json!({
        "name": "web", "n": 3, "pi": 3.25, "big": 1_234_567, "yes": true, "no": false, "empty": "", "nothing": null,
        "list": ["a", "b", "c"], "none": [], "nums": [3, 1, 2],
        "map": {"k": "v", "x y": 1, "deep": {"er": [10, {"z": "end"}]}},
        "config": {"port": 8080}, "config.db.user": "joe", "entity": {"id": "e1", "displayName": "My App"},
        "people": [{"name": "Zoe", "age": 7}, {"name": "adam", "age": 30}],
    }) else {
        panic!("a map")
    };
    World(Values(map))
}

fn render(text: &str) -> Result<String, String> {
    let template = Template::parse(text).map_err(|e| e.to_string())?;
    template.render(&world(), Missing::Error).map_err(|e| e.to_string())
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(render(text), Ok((*expected).to_owned()), "{text}");
    }
}

#[test]
fn values_are_put_in() {
    check(&[
        ("", ""),
        ("plain $ { } <b> $x", "plain $ { } <b> $x"),
        ("Hello ${name}!", "Hello web!"),
        ("${ name }${n}", "web3"),
        ("${big} ${pi} ${yes}", "1234567 3.25 true"),
        ("${map.k} ${map['k']} ${map[\"x y\"]} ${map.deep.er[1].z}", "v v 1 end"),
        ("${config.port} ${config['port']} ${config['db.user']} ${config.db.user}", "8080 8080 joe joe"),
        ("${entity.displayName}", "My App"),
        ("${list[1]} ${name[0]} ${name[1..]} ${name[0..<2]} ${name[1..*1]}", "b w eb we e"),
        ("${list[1..]?join('')} ${list[0..1]?join('')}", "bc ab"),
        ("#{n}", "3"),
        ("a\n  ${name}\nb", "a\n  web\nb"),
    ]);
}

#[test]
fn expressions_have_the_usual_precedence() {
    check(&[
        ("${1 + 2 * 3} ${(1 + 2) * 3} ${7 - 2 - 1} ${-n + 1}", "7 9 4 -2"),
        ("${7 / 2} ${6 / 2} ${1 / 3} ${7 % 4} ${0.1 + 0.2}", "3.5 3 0.333333333333 3 0.3"),
        ("${\"a\" + 1 + 2} ${1 + 2 + 'a'} ${name + '-' + n}", "a12 3a web-3"),
        (
            "${(n > 2)} ${n gt 3} ${n lte 3} ${1 < 2} ${n == 3} ${n != 3} ${n = 3}",
            "true false true true true false true",
        ),
        ("${yes && no || yes} ${!yes} ${!(yes && no)}", "true false true"),
        ("${([1] + [2, n])?join(',')} ${({'a': 1} + {'a': 2, 'b': 3}).a}", "1,2,3 2"),
        (
            "${(1..3)?join(',')} ${(3..1)?join(',')} ${(1..<3)?join(',')} ${(5..*2)?join(',')}",
            "1,2,3 3,2,1 1,2 5,6",
        ),
    ]);
}

#[test]
fn texts_in_quotes_hold_escapes_and_values() {
    check(&[
        (r#"${"a\"b\\c\n\x41"}"#, "a\"b\\c\nA"),
        (r"${'a\'b'}", "a'b"),
        ("${\"x${name}y${n + 1}\"}", "xweby4"),
        (r#"${r"a\b${name}"}"#, r"a\b${name}"),
        ("${'}'}", "}"),
        ("${{'a': '}'}.a}", "}"),
    ]);
}

#[test]
fn what_is_missing_may_have_a_default() {
    check(&[
        ("${gone!'x'} ${gone.deeper!'y'} ${(a.b.c)!n}", "x y 3"),
        ("[${gone!}]", "[]"),
        ("${name!'x'} ${nothing!'null'} ${empty!'x'}", "web null "),
        ("${gone!gone2!'z'} ${(gone!'a') + 'b'}", "z ab"),
        ("${gone??} ${name??} ${map.gone??} ${(map.k)??} ${nothing??}", "false true false true false"),
        (
            "${gone?exists} ${gone?has_content} ${empty?has_content} ${list?has_content} ${no?has_content}",
            "false false false true true",
        ),
        ("${gone?default('d')} ${gone?if_exists}|", "d |"),
        ("${none?first!'f'} ${list[9]!'i'}", "f i"),
        ("<#if gone!false>a<#else>b</#if>", "b"),
    ]);
}

#[test]
fn conditions_choose() {
    check(&[
        ("<#if yes>a<#else>b</#if>", "a"),
        ("<#if n == 1>1<#elseif n == 3>3<#elseif true>t<#else>e</#if>", "3"),
        ("<#if (n > 2)>big</#if><#if n gte 4>huge</#if>", "big"),
        ("<#if name == 'web' && list?size == 3>y</#if>", "y"),
        ("<#if yes><#if no>x<#else>y</#if></#if>", "y"),
        ("<#if gone??>x</#if>.", "."),
    ]);
}

#[test]
fn lists_repeat() {
    check(&[
        ("<#list list as x>${x}</#list>", "abc"),
        ("<#list list as x>${x}<#sep>, </#list>", "a, b, c"),
        ("<#list list as x>${x}<#sep>, </#sep></#list>", "a, b, c"),
        ("<#list list as x>${x_index}${x}<#if x_has_next>,</#if></#list>", "0a,1b,2c"),
        ("<#list list as x>${x?counter}${x?is_last?string('.', '-')}</#list>", "1-2-3."),
        ("<#list none as x>${x}<#else>none</#list>", "none"),
        ("<#list map.deep as k, v>${k}=${v?size}</#list>", "er=2"),
        ("<#list map?keys as k>${k};</#list>", "deep;k;x y;"),
        ("<#list 1..3 as i><#list 1..i as j>${j}</#list>;</#list>", "1;12;123;"),
        ("<#list 1..9 as i><#if i == 2><#continue></#if><#if i == 4><#break></#if>${i}</#list>", "13"),
        ("<#list people as p>${p.name}:${p.age} </#list>", "Zoe:7 adam:30 "),
        ("<#list list as name>${name}</#list>${name}", "abcweb"),
    ]);
}

#[test]
fn names_are_assigned() {
    check(&[
        ("<#assign x = 1>${x}", "1"),
        ("<#assign x = 1, y = x + 1>${y}", "2"),
        ("<#assign x=1 y='a'>${x}${y}", "1a"),
        ("<#assign x = 1><#assign x += 2>${x}", "3"),
        ("<#assign x>a${n}b</#assign>[${x}]", "[a3b]"),
        ("<#assign name = 'own'>${name}", "own"),
        ("<#global x = [1,2]>${x[1]}", "2"),
        ("<#assign s = 0><#list nums as i><#assign s = s + i></#list>${s}", "6"),
        ("<#assign x = 1/>${x}", "1"),
    ]);
}

#[test]
fn lines_of_tags_leave_nothing_behind() {
    check(&[
        ("a\n<#if yes>\nb\n</#if>\nc", "a\nb\nc"),
        ("a\n  <#list list as x>\n  - ${x}\n  </#list>\nend\n", "a\n    - a\n  - b\n  - c\nend\n"),
        ("a <#if yes>b</#if>\nc", "a b\nc"),
        ("<#-- note\n more -->\na", "a"),
        ("a<#-- note -->b", "ab"),
        ("<#if yes></#if> ${name}\n", " web\n"),
        ("<#assign x = 1>\n<#assign y = 2>\n${x}${y}", "12"),
        ("<#noparse>${name}<#if></#noparse>${name}", "${name}<#if>web"),
    ]);
}

#[test]
fn tags_may_be_square() {
    check(&[
        ("[#ftl]\n[#if n > 2]big[/#if] <#if x> ${name}", "big <#if x> web"),
        ("[#ftl][#list list as x]${x}[#sep],[/#list][#-- c --]", "a,b,c"),
        ("[#ftl strip_whitespace=true]\n[#assign x = list[1] /]\n${x}", "b"),
        ("a [#if x] ${name}", "a [#if x] web"),
        ("<#ftl>\n${name}", "web"),
    ]);
}

#[test]
fn a_value_that_is_not_ready_is_waited_for() {
    let template = Template::parse("${name} ${slow['main.uri']!'default'}").unwrap();
    assert_eq!(template.render(&world(), Missing::Blank), Err(Stop::Wait("sensor main.uri".into())));
}

#[test]
fn missing_values_stay_or_vanish_when_asked() {
    let template = Template::parse("a ${ gone.x } ${gone?upper_case} ${name}").unwrap();
    assert_eq!(template.render(&world(), Missing::Ignore), Ok("a ${ gone.x } ${gone?upper_case} web".into()));
    assert_eq!(template.render(&world(), Missing::Blank), Ok("a   web".into()));
}

#[test]
fn a_value_alone_keeps_its_type() {
    for (text, value) in [
        ("${n}", json!(3)),
        ("${list}", json!(["a", "b", "c"])),
        ("${map.deep}", json!({"er": [10, {"z": "end"}]})),
        ("${yes}", json!(true)),
        (" ${n}", json!(" 3")),
        ("text", json!("text")),
    ] {
        assert_eq!(Template::parse(text).unwrap().evaluate(&world()), Ok(value), "{text}");
    }
    assert!(Template::parse("text").unwrap().is_plain() && !Template::parse("${n}").unwrap().is_plain());
}
