"""Countersign: LangGraph agents in Slack threads, and a person before every risky step."""
