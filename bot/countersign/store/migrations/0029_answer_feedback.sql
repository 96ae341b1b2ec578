-- What people say of an agent's answers with the buttons below them: each person's last word.
CREATE TABLE countersign.answer_feedback (
    message_key text NOT NULL,                -- of the outbox row that posted the answer
    thread_id text NOT NULL,
    user_id text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('good', 'bad')),
    given_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_key, user_id)
);
CREATE INDEX answer_feedback_thread ON countersign.answer_feedback (thread_id);
