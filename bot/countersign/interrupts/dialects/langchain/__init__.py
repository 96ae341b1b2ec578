"""LangChain's human-in-the-loop middleware: one request for several calls, or one per call."""
