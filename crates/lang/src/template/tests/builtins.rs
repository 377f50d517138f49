//! Each built-in, at least once.

use super::*;

#[test]
fn texts_are_changed_and_asked() {
    check(&[
        (
            "${name?upper_case} ${'ABC'?lower_case} ${'ab cd'?cap_first} ${'Ab'?uncap_first} ${'aB cD'?capitalize}",
            "WEB abc Ab cd ab Ab Cd",
        ),
        ("[${'  x '?trim}] ${name?length} ${'a\\nb\\n'?chop_linebreak}|", "[x] 3 a\nb|"),
        ("${name?contains('e')} ${name?starts_with('w')} ${name?ends_with('x')}", "true true false"),
        (
            "${'abcabc'?index_of('c')} ${'abcabc'?index_of('c', 3)} ${'abcabc'?last_index_of('a')} ${'a'?index_of('z')}",
            "2 5 3 -1",
        ),
        (
            "${'a.b.c'?replace('.', '-')} ${'a.b.c'?replace('.', '-', 'f')} ${'a1b22'?replace('[0-9]+', '<$0>', 'r')} ${'aXx'?replace('x', '$', 'i')}",
            "a-b-c a-b.c a<1>b<22> a$$",
        ),
        (
            "${'a,b,,c'?split(',')?join('|')} ${'a1b2'?split('[0-9]', 'r')?size} ${' a  b '?word_list?join(',')}",
            "a|b||c 2 a,b",
        ),
        ("${'abcdef'?substring(2)} ${'abcdef'?substring(2, 4)}", "cdef cd"),
        ("${'7'?left_pad(3, '0')} ${'7'?right_pad(3)}| ${'abc'?left_pad(2)}", "007 7  | abc"),
        (
            "${'x'?ensure_starts_with('/')} ${'/x'?ensure_starts_with('/')} ${'x'?ensure_ends_with('/')}",
            "/x /x x/",
        ),
        (
            "${'abc'?remove_beginning('a')} ${'abc'?remove_ending('c')} ${'a=b=c'?keep_before('=')} ${'a=b=c'?keep_after('=')}",
            "bc ab a b=c",
        ),
        ("${'12'?number + 1} ${'1.5'?number} ${n?number} ${'true'?boolean?string('y', 'n')}", "13 1.5 3 y"),
        ("${'<a href=\"x\">&\\'</a>'?html}", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;"),
        (
            "${\"it's\"?js_string} ${'\"q\"'?j_string} ${'a\"b\\n'?json_string} ${'a b/ü?'?url} ${'a/b c'?url_path} ${\"'\"?xml}",
            "it\\'s \\\"q\\\" a\\\"b\\n a%20b%2F%C3%BC%3F a/b%20c &apos;",
        ),
        ("${'abc'?matches('a.c')} ${'abc'?matches('b')}", "true false"),
        ("${name?upperCase} ${name?startsWith('w')}", "WEB true"),
    ]);
}

#[test]
fn numbers_and_flags_are_printed_and_rounded() {
    check(&[
        (
            "${big?c} ${yes?c} ${n?string} ${yes?string} ${yes?string('on', 'off')} ${no?then(1, 2)}",
            "1234567 true 3 true on 2",
        ),
        (
            "${2.5?round} ${-2.5?round} ${(-2.5)?round} ${2.7?floor} ${2.1?ceiling} ${2.9?int} ${(-2.9)?int} ${(-3)?abs} ${(-1.5)?abs}",
            "3 -3 -2 2 3 2 -2 3 1.5",
        ),
        (
            "${n?is_number} ${name?is_string} ${yes?is_boolean} ${list?is_sequence} ${map?is_hash} ${name?is_number}",
            "true true true true true false",
        ),
    ]);
}

#[test]
fn lists_and_maps_are_asked() {
    check(&[
        ("${list?size} ${map?size} ${list?first} ${list?last} ${list?join(', ')}", "3 3 a c a, b, c"),
        ("${none?join(',', 'empty')} ${list?join(',', 'empty', ';')}", "empty a,b,c;"),
        (
            "${list?seq_contains('b')} ${list?seq_contains('z')} ${nums?seq_index_of(2)} ${nums?seq_index_of(9)}",
            "true false 2 -1",
        ),
        ("${list?reverse?join('')} ${nums?sort?join('')} ${nums?min} ${nums?max}", "cba 123 1 3"),
        (
            "<#list people?sort_by('name') as p>${p.name} </#list><#list people?sort_by('age') as p>${p.age} </#list>",
            "adam Zoe 7 30 ",
        ),
        ("${map?keys?join(',')} ${{'a': 1, 'b': 2}?values?join(',')}", "deep,k,x y 1,2"),
        (
            "<#list list as x>${x?index}${x?has_next?c}${x?is_first?c} </#list>",
            "0truetrue 1truefalse 2falsefalse ",
        ),
    ]);
}
