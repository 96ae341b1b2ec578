-- Who has an approval in hand, and since when.
ALTER TABLE countersign.approvals ADD COLUMN claim json;  -- null: nobody
