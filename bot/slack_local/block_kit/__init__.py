"""Block Kit as Slack checks it: types, required fields, limits, and what stands where."""
