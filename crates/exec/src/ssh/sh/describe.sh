# Makes the base directory $wished (or the default one) with the mark that lets folders below it be removed.
{
    fail() { printf 'error %s\n' "$*"; exit; }
    base=${wished:-"~/$default"}
    case $base in "~/"*) base=$HOME/${base#"~/"} ;; esac
    case $base in /*) ;; *) fail "the base directory $base is not an absolute path" ;; esac
    umask 077
    why=$(mkdir -p -- "$base" 2>&1) || fail "cannot make the folder $base: ${why##*: }"
    { : >"$base/$mark"; } 2>/dev/null || fail "cannot write in $base; check its owner and the free space"
    printf 'base %s\n' "$base"
    exit
}
