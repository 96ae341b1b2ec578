-- What of the graph's state may be changed with an answer: its schema, and its values when the question was asked.
ALTER TABLE countersign.approvals ADD COLUMN state json;  -- null: nothing may be changed
