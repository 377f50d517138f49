# Becomes the script, unless somebody has decided meanwhile that it never begins: only one of both can make
# the file `process`. $1 bash, $2 folder, $3 ln.
IFS= read -r stat </proc/$$/stat
echo "$stat" >"$2/process.new"
"$3" "$2/process.new" "$2/process" || exit 126
echo "process $stat"
exec "$1" "$2/script.sh" >>"$2/stdout" 2>>"$2/stderr"
