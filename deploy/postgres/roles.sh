#!/bin/sh
# Two roles beside the superuser that PostgreSQL begins with: one owns the tables and migrates, the other runs the bot.
# PostgreSQL's image runs this once, on an empty volume. Run again, it sets both passwords to what the files have:
#
#   docker compose -f deploy/compose.yaml exec -u postgres postgres /docker-entrypoint-initdb.d/roles.sh
set -eu
export SECRETS="${SECRETS:-/run/secrets}"
for name in postgres_owner_password postgres_run_password; do
    if ! [ -s "$SECRETS/$name" ]; then
        echo "roles.sh: $SECRETS/$name is missing or empty" >&2
        exit 1
    fi
done

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
-- A statement that fails is not logged: it would have the password in it.
SET log_min_error_statement = panic;
SET log_statement = 'none';
\set owner_password `cat "$SECRETS/postgres_owner_password"`
\set run_password `cat "$SECRETS/postgres_run_password"`

SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['countersign_owner', 'countersign_run']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE countersign_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'owner_password';
ALTER ROLE countersign_run LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'run_password';

ALTER DATABASE :"DBNAME" OWNER TO countersign_owner;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO countersign_run;
SQL
