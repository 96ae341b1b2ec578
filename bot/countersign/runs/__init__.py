"""LangGraph: loading graphs, running and resuming them under a thread's lock."""
