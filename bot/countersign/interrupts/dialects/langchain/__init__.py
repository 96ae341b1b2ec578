"""LangChain's human-in-the-loop middleware, in both its forms, and its Agent Inbox."""
