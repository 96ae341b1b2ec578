"""Who people are and what they belong to, as Slack says now: users, groups, channels, and a cache of it."""
