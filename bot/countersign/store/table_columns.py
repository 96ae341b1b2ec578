"""The columns that queries read of whole rows: `{approvals}` or `{a.approvals}` in queries.sql.

Never `*`: PostgreSQL refuses a prepared `SELECT *` once a column was added ("cached plan must not change
result type"), so a process would fail when a newer version adds one beside it.
"""

import re

TABLE_COLUMNS = {
    "approvals": (
        "id, thread_id, interrupt_id, digest, checkpoint_id, graph_version, value, schema, node,"
        " answer_shape, status, votes, answer, closes_as, status_reason, version, rendered_version, card_ts,"
        " opened_at, changed_at, requester, rules, row_votes, card_losses, asked_at, fired, undo_until,"
        " due_at, posted_to, look_alikes, state, claim, graph, referrals, digest_key, rule, awaits, excused,"
        " deadline, opened_in, decided_in"
    ),
    "delegations": (
        "id, team, delegator, delegator_name, delegate, delegate_name, group_id, group_handle, starts_at,"
        " ends_at, ended_at"
    ),
    "glass_breaks": (
        "id, approval_id, row, rule, by_id, by_name, reason, at, reminded_at, reviewed_at, reviewer_id,"
        " reviewer_name, note"
    ),
    "grants": (
        "id, approval_id, thread_id, rule_name, rule_fingerprint, condition, graph, action, scope, holder,"
        " requester, granted_by, granted_by_name, granted_at, expires_at, max_uses, uses, last_used_at,"
        " revoked_at, revoked_by"
    ),
    "inbox": (
        "seq, key, event_id, thread_id, kind, user_id, text, body, ts, open_approvals, received_at,"
        " done_at, parked_at, held_at, kept, asked_back_at, queued_told_at, traceparent"
    ),
    "installations": (
        "id, enterprise_id, name, url, app_id, bot_id, bot_user, scopes, token, refresh_token, expires_at,"
        " installed_by, installed_at"
    ),
    "message_streams": "key, team, channel, thread_ts, ts, native, discarded, begun_at",
    "outbox": (
        "seq, key, kind, team, channel, thread_ts, body, approval_id, attempts, due_at, error, created_at,"
        " posted_at, posted_ts, given_up_at, held_at"
    ),
}
_NAMED = re.compile(r"\{(?:(?P<alias>[a-z]+)\.)?(?P<table>[a-z_]+)\}")


def with_columns(statement: str) -> str:
    """The statement with the columns of each table that it names so."""
    return _NAMED.sub(_columns, statement)


def _columns(named: re.Match[str]) -> str:
    columns = TABLE_COLUMNS[named["table"]]
    prefix = f"{named['alias']}." if named["alias"] else ""
    return ", ".join(prefix + column for column in columns.split(", "))
