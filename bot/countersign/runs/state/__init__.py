"""A thread's state, as LangGraph keeps it: read for the flow, with its messages and its open interrupts."""
