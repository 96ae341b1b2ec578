"""How checkpoints are written and read: which types they may bring back, and what they keep of them."""
