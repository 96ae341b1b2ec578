-- How many approvals wait, by graph and rule, so that a scrape of GET /metrics does not count them. A change is a row of its
-- own, since all transactions would wait for one counter; a periodic repair merges them. Empty stands for none.
CREATE TABLE countersign.pending_counts (
    graph text NOT NULL,
    rule text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (graph, rule)
);
CREATE TABLE countersign.pending_changes (
    graph text NOT NULL,
    rule text NOT NULL,
    change smallint NOT NULL                  -- 1 or -1
);

CREATE FUNCTION countersign.count_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status = 'pending' THEN
        INSERT INTO countersign.pending_changes VALUES (coalesce(OLD.graph, ''), coalesce(OLD.rule, ''), -1);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.status = 'pending' THEN
        INSERT INTO countersign.pending_changes VALUES (coalesce(NEW.graph, ''), coalesce(NEW.rule, ''), 1);
    END IF;
    RETURN NULL;
END;
$$;
-- The first one locks the table against writes until the migration ends, so that the count below misses none.
CREATE TRIGGER pending_opened AFTER INSERT ON countersign.approvals
    FOR EACH ROW WHEN (NEW.status = 'pending') EXECUTE FUNCTION countersign.count_pending();
CREATE TRIGGER pending_changed AFTER UPDATE OF status, graph, rules ON countersign.approvals
    FOR EACH ROW WHEN ((OLD.status = 'pending' OR NEW.status = 'pending') AND
                       (OLD.status, OLD.graph, OLD.rule) IS DISTINCT FROM (NEW.status, NEW.graph, NEW.rule))
    EXECUTE FUNCTION countersign.count_pending();
CREATE TRIGGER pending_deleted AFTER DELETE ON countersign.approvals
    FOR EACH ROW WHEN (OLD.status = 'pending') EXECUTE FUNCTION countersign.count_pending();
INSERT INTO countersign.pending_counts (graph, rule, count)
SELECT coalesce(graph, ''), coalesce(rule, ''), count(*)
FROM countersign.approvals WHERE status = 'pending' GROUP BY 1, 2;

-- Nothing counts by it any more, and it cost each approval more than the triggers do.
DROP INDEX countersign.approvals_pending_by_rule;
