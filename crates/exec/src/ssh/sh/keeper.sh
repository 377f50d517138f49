# Waits for the script, which has a process group of its own, in a session beside that of the server, and leaves
# its exit code. A signal to the group does not reach this one. $1 bash, $2 folder, $3 ln, $4 the runner.
set -m
IFS= read -r stat </proc/$$/stat
echo "$stat" >"$2/keeper"
echo "keeper $stat"
"$1" -pc "$4" brownstone "$1" "$2" "$3" </dev/null &
exec >/dev/null
wait $!
code=$?
echo "$code" >"$2/exit"
