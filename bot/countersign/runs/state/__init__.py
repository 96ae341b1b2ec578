"""Reads a thread's state from LangGraph for the flow: messages, output and pending interrupts."""
