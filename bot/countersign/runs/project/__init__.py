"""A LangGraph project: its langgraph.json, its local packages, and importing what it names."""
