# Waits for processes of this host, all in one loop that starts no process. It is told
#   TOKEN PID TICKS GROUP   to say `gone TOKEN` when the process, and its group unless that is 0, has ended
#   TOKEN                   to forget that
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
        if IFS= read -r -t "$pause" more; then
            line=$part$more part=
            token=${line%% *}
            if [ "$token" = "$line" ]; then
                unset "waits[$token]"
            else
                waits[$token]=${line#* }
                check "$token"
            fi
            ((++lines % 50)) && continue
        elif (($? > 128)); then
            part+=$more
        else
            exit
        fi
        for token in "${!waits[@]}"; do check "$token"; done
    done
}
