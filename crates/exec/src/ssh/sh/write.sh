# Writes what follows on standard input to $temp, which is put in its place only when all of it has come.
{
    fail() { printf 'error %s\n' "$*"; exit; }
    umask 077
    why=$(mkdir -p -- "${temp%/*}" 2>&1) || fail "cannot make the folder ${temp%/*}: ${why##*: }"
    why=$(cat 2>&1 >"$temp") || fail "cannot write $temp: ${why##*: }"
    chmod "$mode" -- "$temp" || fail "cannot set the mode of $temp"
    printf 'size %s\n' "$(($(wc -c <"$temp")))"
    exit
} 2>/dev/null
