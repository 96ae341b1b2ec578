"""Assignment of approvals: whose inbox they are in, claims, referrals and delegations."""
