-- With one workspace it holds all that is open, and PostgreSQL, which plans a statement once in a session, takes it
-- for one row in two hundred: a page of an inbox then reads everything. Only the end of a workspace used it.
DROP INDEX countersign.approvals_open_of_team;
