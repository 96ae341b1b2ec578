"""The shapes of questions that LangGraph's own guides and tutorials show."""
