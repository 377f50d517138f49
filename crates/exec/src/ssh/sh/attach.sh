# Finds what was begun in $folder before the connection was lost, or decides that it never begins.
{
    for ((n = 0; n < 100; n++)); do
        [ -s "$folder/process" ] && break
        sleep 0.05
    done
    echo never >"$folder/never"
    if ln "$folder/never" "$folder/process" 2>/dev/null || [ "$(<"$folder/process")" = never ]; then
        echo never
    else
        printf 'folder %s\nkeeper %s\nprocess %s\n' "$folder" "$(<"$folder/keeper")" "$(<"$folder/process")"
    fi
    exit
}
