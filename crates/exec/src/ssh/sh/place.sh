# Puts each of $temps in its place among $paths.
{
    for n in "${!temps[@]}"; do
        [ -d "${paths[n]}" ] && { printf 'error %s is a folder\n' "${paths[n]}"; exit; }
        why=$(mv -f -- "${temps[n]}" "${paths[n]}" 2>&1) || { printf 'error cannot write %s: %s\n' "${paths[n]}" "${why##*: }"; exit; }
    done
    echo placed
    exit
}
