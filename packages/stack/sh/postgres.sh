# Becomes a Postgres server for the data folder `data` below the working folder, made first where there is none.
# Making and serving are one command so that one guard covers both: an owner that dies in between leaves nothing behind.
#
# Arguments: BIN DATABASE SYNC SETTING…
#   BIN       folder of initdb and postgres
#   DATABASE  name of the superuser and of the database; its password is the line in the file `password`
#   SYNC      `sync` when the new data must survive a power cut, else `no-sync`
#   SETTING   handed to postgres

set -e
bin=$1
database=$2
sync=$3
shift 3

if [ ! -d data ]; then
  # Built aside and renamed, so that a folder called `data` is always complete.
  rm -rf data.new
  # The builtin provider gives UTF-8 everywhere, whatever locales the system has.
  "$bin/initdb" --pgdata=data.new --no-sync --username="$database" --pwfile=password --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8
  echo "CREATE DATABASE $database" | "$bin/postgres" --single -D data.new -c fsync=off postgres
  if [ "$sync" = sync ]; then "$bin/initdb" --pgdata=data.new --sync-only; fi
  mv data.new data
fi
exec "$bin/postgres" -D data "$@"
