# Waits for processes of this host, all in one loop that starts no process. It is told
#   TOKEN PID TICKS GROUP;   to say `gone TOKEN` when the process, and its group unless that is 0, has ended
#   TOKEN;                   to forget that
# Each is a line that ends with `;`: a newline that comes just as the time of `read` is up is taken by bash, which
# then says no more than that the time is up.
{
    declare -A waits
    part=
    check() {
        local pid ticks group
        read -r pid ticks group <<<"${waits[$1]}"
        alive "$pid" "$ticks" && return
        [ "$group" != 0 ] && group_lives "$group" && return
        unset "waits[$1]"
        echo "gone $1"
    }
    echo ready
    while :; do
        IFS= read -r -t "$pause" more || (($? > 128)) || exit
        part+=$more
        if [[ $part == *\; ]]; then
            line=${part%;} part=
            token=${line%% *}
            if [ "$token" = "$line" ]; then
                unset "waits[$token]"
            else
                waits[$token]=${line#* }
                check "$token"
            fi
            ((++lines % 50)) && continue
        fi
        for token in "${!waits[@]}"; do check "$token"; done
    done
}
