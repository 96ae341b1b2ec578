#!/bin/sh
# Two roles beside the superuser that PostgreSQL begins with: one owns the tables and migrates, the other runs the bot.
# PostgreSQL's image runs this once, on an empty volume. Run again, it sets both passwords to what the files have:
#
#   docker compose -f deploy/compose.yaml exec -u postgres postgres /docker-entrypoint-initdb.d/roles.sh
#
# On a volume from before there were these roles, whose superuser is countersign, it also gives the tables their owner:
#
#   docker compose -f deploy/compose.yaml exec -u postgres -e POSTGRES_USER=countersign postgres \
#       /docker-entrypoint-initdb.d/roles.sh
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

-- An older volume. There the superuser was named countersign, so what LangGraph and the queue made without naming a
-- schema is in the schema of that name: everybody else looks in public.
CREATE TEMPORARY VIEW libraries AS
SELECT format('ALTER TABLE %s SET SCHEMA public', oid::regclass) AS move, relnamespace AS schema, relname AS name
FROM pg_class WHERE relkind = 'r'
UNION ALL
SELECT format('ALTER ROUTINE %s SET SCHEMA public', oid::regprocedure), pronamespace, proname FROM pg_proc
UNION ALL
SELECT format('ALTER TYPE %s SET SCHEMA public', t.oid::regtype), typnamespace, typname FROM pg_type t
WHERE typtype = 'e' OR EXISTS (SELECT FROM pg_class WHERE oid = typrelid AND relkind = 'c');
SELECT move FROM libraries WHERE schema = to_regnamespace('countersign') AND (
    name LIKE 'procrastinate%' OR name IN (
        'checkpoints', 'checkpoint_blobs', 'checkpoint_writes', 'checkpoint_migrations',
        'store', 'store_vectors', 'store_migrations', 'vector_migrations'
    )
) \gexec

-- And it owns everything, which REASSIGN OWNED does not tell from what is PostgreSQL's own.
CREATE TEMPORARY VIEW mine AS
SELECT oid AS schema FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema';
SELECT format('ALTER SCHEMA %I OWNER TO countersign_owner', nspname) FROM pg_namespace
WHERE oid IN (SELECT schema FROM mine) AND nspowner = CURRENT_USER::regrole
UNION ALL
SELECT format('ALTER TABLE %s OWNER TO countersign_owner', c.oid::regclass) FROM pg_class c
WHERE relnamespace IN (SELECT schema FROM mine) AND relowner = CURRENT_USER::regrole AND relkind IN ('r', 'p', 'v', 'm', 'S')
    AND NOT EXISTS (  -- a column's sequence goes with its table, an extension's table stays
        SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND (
            deptype = 'e' OR deptype IN ('a', 'i') AND relkind = 'S' AND refclassid = 'pg_class'::regclass
        )
    )
UNION ALL
SELECT format('ALTER ROUTINE %s OWNER TO countersign_owner', p.oid::regprocedure) FROM pg_proc p
WHERE pronamespace IN (SELECT schema FROM mine) AND proowner = CURRENT_USER::regrole
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
UNION ALL
SELECT format('ALTER TYPE %s OWNER TO countersign_owner', t.oid::regtype) FROM pg_type t
WHERE typnamespace IN (SELECT schema FROM mine) AND typowner = CURRENT_USER::regrole
    AND (typtype IN ('e', 'd', 'r') OR EXISTS (SELECT FROM pg_class WHERE oid = typrelid AND relkind = 'c'))
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')
\gexec
SQL
