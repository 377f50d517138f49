# What host this is, and who we are on it. One fact a line.
{
    read -r id </etc/machine-id
    read -r boot </proc/sys/kernel/random/boot_id
    IFS= read -r -d '' first </proc/1/stat
    read -r unprivileged </proc/sys/net/ipv4/ip_unprivileged_port_start
    printf 'id %s\nboot %s\nname %s\n' "$id" "$boot" "$(uname -n)"
    printf 'namespace %s\nfirst %s\n' "$(readlink /proc/self/ns/pid)" "${first//$'\n'/ }"
    printf 'unprivileged %s\nuid %s\nhome %s\n' "${unprivileged:-1024}" "$(id -u)" "$HOME"
    exit
} 2>/dev/null
