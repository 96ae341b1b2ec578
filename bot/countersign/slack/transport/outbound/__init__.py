"""Calls to Slack: the Web API, files, response URLs, and finding what was posted before."""
