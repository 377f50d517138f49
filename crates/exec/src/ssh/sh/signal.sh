# Sends $signal to process $pid, begun at $ticks, and its group $pgid; never to a stranger, and not to group
# $spared. With $seen its group was seen alive a moment ago, so that its number was not given away.
{
    group=
    if alive "$pid" "$ticks"; then
        # It may have founded a group of its own since it was found.
        group=${f[2]}
        [ "$group" = "$pgid" ] || [ "$group" = "$pid" ] || group=0
        [ "$group" -gt 1 ] && [ "$group" != "$spared" ] || group=0
        if [ "$group" = 0 ]; then target=$pid; else target=-$group; fi
    elif [ -n "$seen" ] && [ "$seen" != 0 ] && group_lives "$seen"; then
        group=$seen target=-$seen
    else
        echo gone
        exit
    fi
    if why=$(kill -s "$signal" -- "$target" 2>&1) || ! look "$pid"; then
        printf 'sent %s\n' "$group"
    else
        printf 'error process %s cannot be signalled: %s\n' "$pid" "${why##*- }"
    fi
    exit
}
