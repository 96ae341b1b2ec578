"""Countersign: LangGraph agents in Slack threads, every risky step before a person."""
