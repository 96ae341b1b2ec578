-- What an approval was opened under, and the votes that were given on its rows so far.
ALTER TABLE countersign.approvals
    ADD COLUMN requester text,                -- null: a bot or a schedule started the run
    ADD COLUMN rules json,                    -- per row; null: members decide all
    ADD COLUMN row_votes json;                -- per row; null where the vote that decided it is the only one
-- Who started the thread's latest run.
ALTER TABLE countersign.threads ADD COLUMN requester text;
