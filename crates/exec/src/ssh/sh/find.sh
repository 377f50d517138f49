# Finds the process that $known (PID) or the first word of $pid_file names.
{
    if [ -n "$known" ]; then
        word=$known
    elif [ ! -e "$pid_file" ]; then
        echo absent
        exit
    else
        text=$(head -c 64 -- "$pid_file" 2>&1) || { printf 'error cannot read the pid file: %s\n' "${text##*: }"; exit; }
        read -r word _ <<<"${text//$'\n'/ }"
        [[ $word =~ ^[0-9]{1,9}$ ]] && ((10#$word > 1)) || { printf 'junk %s\n' "$word"; exit; }
    fi
    if look "$word"; then
        printf 'process %s %s %s\n' "$word" "${f[2]}" "${f[19]}"
    else
        printf 'none %s\n' "$word"
    fi
    exit
}
