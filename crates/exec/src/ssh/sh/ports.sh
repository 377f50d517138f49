# The ports that something listens on, in hexadecimal, one a line.
{
    read_any=
    for table in /proc/net/tcp /proc/net/tcp6; do
        [ -r "$table" ] || continue
        read_any=1
        while read -r _ address _ state _; do
            [ "$state" = 0A ] && echo "${address##*:}"
        done <"$table"
    done
    [ -n "$read_any" ] || echo 'error this host does not show which ports are in use (/proc/net/tcp)'
    exit
}
