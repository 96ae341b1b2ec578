-- The keys that encrypted something here, by their ids: a process without one of them does not start.
CREATE TABLE countersign.encryption_keys (
    key_id text PRIMARY KEY,
    first_used_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz                    -- when nothing was left that it encrypted; null: it is in use
);

-- As before; and an entry's content may be written anew where everything else stays: encrypted with another key, or
-- erased. Its hash covers the content, so nothing else fits. Only the tables' owner may update an entry at all.
DROP TRIGGER ledger_is_append_only ON countersign.ledger;
CREATE TRIGGER ledger_is_append_only BEFORE DELETE OR TRUNCATE ON countersign.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION countersign.refuse_change();
CREATE FUNCTION countersign.refuse_new_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('countersign.rewrites_content', true) IS DISTINCT FROM 'on'
       OR (OLD.id, OLD.approval_id, OLD.thread_id, OLD.version, OLD.event, OLD.actor_id, OLD.at, OLD.hash, OLD.appended_by)
          IS DISTINCT FROM
          (NEW.id, NEW.approval_id, NEW.thread_id, NEW.version, NEW.event, NEW.actor_id, NEW.at, NEW.hash, NEW.appended_by)
    THEN
        RAISE EXCEPTION 'the ledger is append-only';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER ledger_entries_stay BEFORE UPDATE ON countersign.ledger
    FOR EACH ROW EXECUTE FUNCTION countersign.refuse_new_content();
