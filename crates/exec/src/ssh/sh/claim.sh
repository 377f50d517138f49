# Finds the folder of the attempt that $key names, or makes it, so that the attempt cannot begin any more.
# $cwd $name $term $key. Sets $folder.
{
    fail() { printf 'error %s\n' "$*"; exit; }
    umask 077
    why=$(mkdir -p -- "$cwd/.brownstone" 2>&1) || fail "cannot look into $cwd: ${why##*: }"
    folder=
    for dir in "$cwd/.brownstone/$name" "$cwd/.brownstone/$name-t$term"; do
        if mkdir -m 700 -- "$dir" 2>/dev/null; then
            printf '%s' "$key" >"$dir/key" && echo never >"$dir/process" || fail "cannot write to $dir"
            folder=$dir
            break
        fi
        [ -d "$dir" ] || fail "cannot look into $dir"
        for ((n = 0; n < 40; n++)); do
            [ -s "$dir/key" ] && break
            sleep 0.05
        done
        [ "$(<"$dir/key")" = "$key" ] && { folder=$dir; break; }
    done
    [ -n "$folder" ] || { echo never; exit; }
}
