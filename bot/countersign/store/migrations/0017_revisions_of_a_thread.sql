-- Whether a message was edited or deleted is looked up whenever a word is to decide.
CREATE INDEX inbox_revisions_of_thread ON countersign.inbox (thread_id) WHERE kind = 'revision';
