# What a person would look at before anything is started here. One line each: NAME good|bad WORDS.
{
    if [ "$(id -u)" = 0 ]; then printf 'sudo good the account is root\n'
    elif why=$(sudo -n true 2>&1 </dev/null); then printf 'sudo good without a password\n'
    else why=${why##*$'\n'}; printf 'sudo bad %s\n' "${why:-sudo is refused}"
    fi
    free=$(df -Pk -- "$HOME" | { read -r _; read -r _ _ _ free _; printf '%s' "$free"; })
    inodes=$(df -Pi -- "$HOME" | { read -r _; read -r _ _ _ free _; printf '%s' "$free"; })
    state=good
    case $free in ''|*[!0-9]*) state=bad; free=0 ;; esac
    [ "$free" -ge 102400 ] || state=bad
    [ "$inodes" != 0 ] || state=bad
    [ -w "$HOME" ] || state=bad
    writable=writable; [ -w "$HOME" ] || writable='not writable'
    printf 'disk %s %s MiB free in %s, %s\n' "$state" "$((free / 1024))" "$HOME" "$writable"
    missing= optional=
    for tool in bash sh ps kill mkdir rm cat nohup; do command -v "$tool" >/dev/null || missing="$missing $tool"; done
    for tool in curl tar unzip setsid; do command -v "$tool" >/dev/null || optional="$optional $tool"; done
    if [ -n "$missing" ]; then printf 'tools bad missing:%s\n' "$missing"
    elif [ -n "$optional" ]; then printf 'tools good all that is needed; blueprints may miss:%s\n' "$optional"
    else printf 'tools good all that is needed\n'
    fi
    exit
} 2>/dev/null
