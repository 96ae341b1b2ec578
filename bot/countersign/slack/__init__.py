"""Slack: listeners by kind, cards, forms, escaping, and delivery that never posts twice."""
