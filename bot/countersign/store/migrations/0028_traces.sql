-- In which trace something came in, was asked and was decided, as W3C's traceparent header says it.
ALTER TABLE countersign.inbox ADD COLUMN traceparent text;
ALTER TABLE countersign.approvals ADD COLUMN opened_in text, ADD COLUMN decided_in text;
