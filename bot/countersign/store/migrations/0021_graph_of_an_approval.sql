-- The graph that asks, as its card names it.
ALTER TABLE countersign.approvals ADD COLUMN graph text;  -- null: asked before this was kept
