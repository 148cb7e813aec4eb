# Runs one service and ends it as soon as its owner is gone, however the owner went: close(), Ctrl-C, a crash, SIGKILL.
# Standard input is a pipe that the owner holds open; the operating system closes it when the owner ends.
# A shell, not a Node process: it costs a megabyte, runs under any user, and outlives whatever ends every `node`.
#
# Arguments: SIGNAL FOLDER COMMAND…
#   SIGNAL  asks the service to stop; it is sent once a second, since a service that is just starting may miss it
#   FOLDER  is removed once the owner is gone and the service has ended; empty keeps the data

signal=$1
folder=$2
shift 2

# Seconds of asking before SIGKILL: Postgres writes a checkpoint first, Redis its append-only file.
patience=10

# A background job of a script gets /dev/null as its input, so the pipe is kept as descriptor 3.
exec 3<&0
"$@" </dev/null 3<&- &
service=$!

owner_gone=''
trap 'owner_gone=yes' USR1
{
  read -r _ <&3
  kill -s USR1 $$
  asked=0
  while kill -0 "$service"; do
    if [ "$asked" -ge "$patience" ]; then kill -s KILL "$service"; else kill -s "$signal" "$service"; fi
    asked=$((asked + 1))
    sleep 1
  done
} >/dev/null 2>&1 &
watcher=$!
exec 3<&-

# `wait` also returns when the trap runs; 127 means that there is nothing left to wait for.
wait "$service"
status=$?
while [ -n "$owner_gone" ] && [ "$status" -ne 127 ] && kill -0 "$service" 2>/dev/null; do
  wait "$service"
  status=$?
done

if [ -z "$owner_gone" ]; then
  kill "$watcher"
elif [ -n "$folder" ]; then
  rm -rf "$folder"
fi
exit "$status"
