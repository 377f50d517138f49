# Removes $dir if it lies strictly below a folder that is marked as a base of managed processes.
{
    refuse() { printf 'error %s is not removed: %s (only folders below a base directory of managed processes are)\n' "$dir" "$1"; exit; }
    case $dir in /*) ;; *) refuse "its path is not absolute" ;; esac
    dir=${dir%/}
    [ -n "$dir" ] || refuse "it is the root of all"
    [ -L "$dir" ] && refuse "it is a symbolic link"
    [ -e "$dir" ] || { echo gone; exit; }
    [ -d "$dir" ] || refuse "it is not a folder"
    real=$(cd -P -- "$dir" 2>/dev/null && pwd -P) || refuse "it cannot be entered"
    [ "${real##*/}" = "${dir##*/}" ] || refuse "its path does not name a folder"
    above=${real%/*}
    until [ -e "$above/$mark" ]; do
        [ -n "$above" ] || refuse "it lies elsewhere"
        above=${above%/*}
    done
    if why=$(rm -rf -- "$real" 2>&1); then
        echo removed
    else
        printf 'error cannot remove %s: %s\n' "$dir" "${why%%$'\n'*}"
    fi
    exit
}
