"""The agent that comes along: it does a team's small Slack chores, and asks before it changes anything."""
