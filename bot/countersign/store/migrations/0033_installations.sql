-- Workspaces, and whole organisations, that installed the app by OAuth. Without OAuth there are no rows.
CREATE TABLE countersign.installations (
    id text PRIMARY KEY,                      -- the team's id; the enterprise's where an organisation installed it
    enterprise_id text,
    name text NOT NULL,
    url text NOT NULL,
    app_id text,
    bot_id text NOT NULL,
    bot_user text NOT NULL,
    scopes text NOT NULL,                     -- separated by commas
    token text NOT NULL,                      -- encrypted
    refresh_token text,                       -- encrypted; null: the token does not expire
    expires_at timestamptz,
    installed_by text NOT NULL,               -- a user id
    installed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX installations_expiring ON countersign.installations (expires_at) WHERE refresh_token IS NOT NULL;

-- Workspaces of an organisation that installed the app, as far as anything came from them.
CREATE TABLE countersign.organisation_workspaces (
    team text PRIMARY KEY,
    enterprise_id text NOT NULL REFERENCES countersign.installations (id) ON DELETE CASCADE
);

-- The `state` of an installation that somebody began: single use, and only its digest is kept.
CREATE TABLE countersign.oauth_states (
    digest text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

-- Workspaces that the app was removed from, until it is installed there again.
CREATE TABLE countersign.removed_workspaces (
    team text PRIMARY KEY,
    reason text NOT NULL,                     -- the event that said so
    removed_at timestamptz NOT NULL DEFAULT now(),
    checked_at timestamptz                    -- when all that waited there was last closed
);

-- What is open, or came in and is not handled, by workspace.
CREATE INDEX approvals_open_of_team ON countersign.approvals (split_part(thread_id, '/', 1))
    WHERE status IN ('pending', 'decided');
CREATE INDEX inbox_outstanding_of_team ON countersign.inbox (split_part(thread_id, '/', 1)) WHERE done_at IS NULL;
CREATE INDEX outbox_unposted_of_team ON countersign.outbox (team) WHERE posted_at IS NULL AND given_up_at IS NULL;
