"""What people decide on cards: clicks, votes, rows, referrals."""
