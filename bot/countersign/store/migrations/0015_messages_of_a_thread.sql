-- The last message before a card is looked for whenever a word is to decide.
CREATE INDEX inbox_messages_of_thread ON countersign.inbox (thread_id) WHERE kind = 'message';
