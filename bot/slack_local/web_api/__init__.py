"""Slack's Web API: the endpoint, a call's arguments, pagination, response URLs."""
