-- Who asked whom to decide an approval.
ALTER TABLE countersign.approvals ADD COLUMN referrals json;  -- null: nobody
