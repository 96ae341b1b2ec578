"""What the clock does to approvals: reminders, escalation, expiry, and the end of an undo period."""
