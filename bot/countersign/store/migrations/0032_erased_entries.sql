-- An entry whose content was erased: a later entry, `erased`, has the hash of what is left of it.
ALTER TABLE countersign.ledger ADD COLUMN erased boolean NOT NULL DEFAULT false;
