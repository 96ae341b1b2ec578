-- The channels in which something waits for any of these keys of a workspace, found one by one through the index: how
-- much waits in each does not matter.
CREATE FUNCTION countersign.awaiting_channels(of_team text, of_keys text[])
RETURNS TABLE (key text, channel text) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE found (key, channel) AS (
        SELECT k.key, (SELECT min(w.channel) FROM countersign.awaiting w WHERE w.team = of_team AND w.key = k.key)
        FROM unnest(of_keys) k (key)
        UNION ALL
        SELECT f.key, (SELECT min(w.channel) FROM countersign.awaiting w
                       WHERE w.team = of_team AND w.key = f.key AND w.channel > f.channel)
        FROM found f WHERE f.channel IS NOT NULL
    )
    SELECT found.key, found.channel FROM found WHERE found.channel IS NOT NULL
$$;
