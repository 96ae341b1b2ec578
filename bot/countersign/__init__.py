"""Countersign: LangGraph agents in Slack threads, and a person before every risky step."""

__version__ = "0.1.0"
