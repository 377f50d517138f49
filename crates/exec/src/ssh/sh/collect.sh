# Head and tail of what the script in $folder has written, unless it is no more than $shown; $keep bytes each.
# With $kept, the script has ended: the oldest folders above that number are removed.
{
    code=
    [ -e "$folder/exit" ] && read -r code <"$folder/exit"
    out=$(wc -c <"$folder/stdout") err=$(wc -c <"$folder/stderr")
    out=$((out)) err=$((err))
    [ "$out $err" = "$shown" ] && { echo same; exit; }
    printf 'exit %s\n' "$code"
    part() {
        local head=$(($2 < keep ? $2 : keep)) tail=$(($2 > keep ? keep : 0))
        printf '%s %s %s %s\n' "$1" "$2" "$head" "$tail"
        head -c "$head" -- "$folder/$1"
        tail -c "+$(($2 - tail + 1))" -- "$folder/$1" | head -c "$tail"
    }
    part stdout "$out"
    part stderr "$err"
    if [ -n "$kept" ] && cd -- "$folder/.."; then
        ended=$(ls -td -- */exit 2>/dev/null | tail -n "+$((kept + 1))")
        for file in $ended; do rm -rf -- "${file%/exit}"; done
    fi
    exit
} 2>/dev/null
