"""Timers of approvals: reminders, escalation, expiry, and the end of an undo period."""
