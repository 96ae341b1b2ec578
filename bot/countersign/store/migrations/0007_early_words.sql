-- Keys of messages that were posted from a subgraph before its question, until the run ends.
ALTER TABLE countersign.threads ADD COLUMN early_keys text[];
