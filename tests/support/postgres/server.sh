# Runs a PostgreSQL server of its own until its standard input ends. Whoever starts it holds the other end of that pipe,
# and however that process ends, the pipe ends with it: then the server is stopped and its folder removed.
#
# $1 is the folder of the server's binaries. The first line of output is `ready FOLDER`, or else all of it is what went wrong.
set -eu
# What ends the tests from a terminal shall not keep this from cleaning up, and who ends this by hand means the server.
trap '' HUP INT PIPE
trap 'exit 1' TERM
bin=$1
# A socket's name has a limit of about 100 bytes, so that TMPDIR will not do.
dir=$(mktemp -d /tmp/weftwork.XXXXXX)
trap 'cd /; "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || :; rm -rf "$dir"' EXIT
cd "$dir"

make() {
  "$bin/initdb" --no-sync -A trust -U postgres --locale=C --encoding=UTF8 -D data &&
  cat >>data/postgresql.conf <<END &&
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 200
shared_buffers = 16MB
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
jit = off
# Its workers would hold back the making of a database.
autovacuum = off
# Two that wait for each other are found soon.
deadlock_timeout = 50ms
END
  # What every new database is a copy of. One statement to a line.
  "$bin/postgres" --single -j -D data template1 <<END &&
CREATE TABLE t (n BIGINT PRIMARY KEY);

CREATE TABLE late (n BIGINT UNIQUE DEFERRABLE INITIALLY DEFERRED);

CREATE TABLE accounts (id BIGINT PRIMARY KEY, cents BIGINT NOT NULL);

END
  "$bin/pg_ctl" -w -t 120 -D data -l server.log start
}

make >make.log 2>&1 || { cat make.log; cat server.log 2>/dev/null; exit 1; }
echo "ready $dir"
# Nothing is ever written, and the shell itself waits: so it notices a signal.
read -r _ || :
