-- The head of each workspace's chain: its entries alone, in the order of the ledger's chain. It can be derived from
-- the ledger, and is kept so that it can be anchored.
CREATE TABLE countersign.ledger_workspaces (
    team text PRIMARY KEY,
    position bigint NOT NULL,
    link text NOT NULL,
    sealed_position bigint NOT NULL  -- the ledger's position of that entry
);
