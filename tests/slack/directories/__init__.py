"""Who people are and what they belong to, as Slack says."""
