-- What the digest that people see is keyed with, where a rule redacts some of the question.
ALTER TABLE countersign.approvals ADD COLUMN digest_key text;  -- null: it is shown as it is
