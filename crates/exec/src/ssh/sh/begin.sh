# Makes the folder of one attempt and starts its script, once: whoever makes the folder starts it.
# $cwd $dirs $env $name $term $key $script $keeper $runner.
{
    fail() { printf 'error %s\n' "$*"; exit; }
    make() {
        local why
        why=$( (umask 077 && mkdir -p -- "$1") 2>&1) ||
            fail "cannot make the folder $1: ${why##*: }; check its owner, its mode and the free space"
    }
    umask 077
    for tool in setsid ln; do
        type -P "$tool" >/dev/null || fail "$tool was not found on this host (looked in $PATH); install it"
    done
    make "$cwd"
    cd -- "$cwd" || fail "cannot work in $cwd"
    for dir in "${dirs[@]}"; do make "$dir"; done
    make "$cwd/.brownstone"

    folder=
    for dir in "$cwd/.brownstone/$name" "$cwd/.brownstone/$name-t$term"; do
        if why=$(mkdir -m 700 -- "$dir" 2>&1); then
            printf '%s' "$key" >"$dir/key" || fail "cannot write $dir/key; check the free space"
            folder=$dir
            break
        fi
        [ -d "$dir" ] || fail "cannot make the folder $dir: ${why##*: }"
        for ((n = 0; n < 40; n++)); do
            [ -s "$dir/key" ] && break
            sleep 0.05
        done
        [ "$(<"$dir/key")" = "$key" ] && { printf 'repeated %s\n' "$dir"; exit; }
    done
    [ -n "$folder" ] || { printf 'repeated %s\n' "$cwd/.brownstone/$name"; exit; }

    if ! { printf '%s' "$script" >"$folder/script.sh" && : >"$folder/stdout" && : >"$folder/stderr" &&
        chmod 700 "$folder/script.sh"; } 2>/dev/null; then
        rm -rf -- "$folder"
        fail "cannot write to $folder; check the free space"
    fi
    printf 'folder %s\n' "$folder"
    setsid=$(type -P setsid) ln=$(type -P ln) bash=$(type -P bash)
    # With job control, for without it what runs in the background ignores SIGINT and SIGQUIT for good.
    set -m
    (
        # What bash itself has to say about a value is not for the script.
        ((${#env[@]} == 0)) || export -- "${env[@]}" 2>/dev/null
        exec "$setsid" "$bash" -pc "$keeper" brownstone "$bash" "$folder" "$ln" "$runner" \
            </dev/null 2>/dev/null
    ) &
    exit
}
