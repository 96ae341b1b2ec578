"""Block Kit as Slack checks it: types, required fields, limits, and which block may be used where."""
