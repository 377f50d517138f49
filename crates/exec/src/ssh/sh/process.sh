# `look PID` reads what /proc says into $f (f[0] is field 3 of proc_pid_stat(5)): whether it lives.
# The name stands in brackets and may itself hold spaces, brackets and line ends.
look() {
    local stat=
    { IFS= read -r -d '' stat <"/proc/$1/stat"; } 2>/dev/null
    [ -n "$stat" ] || return 1
    f=(${stat##*) })
    case ${f[0]} in
    Z | X | x) ((f[17] > 1)) ;;
    esac
}
# `alive PID TICKS`: whether the process that began then still lives.
alive() { look "$1" && [ "${f[19]}" = "$2" ]; }
# `group_lives PGID`: whether the group has a member that is more than a zombie.
group_lives() {
    local dir
    for dir in /proc/[0-9]*; do
        look "${dir#/proc/}" && [ "${f[2]}" = "$1" ] && return
    done
    return 1
}
