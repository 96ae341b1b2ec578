"""Static breakpoints and NodeInterrupt: where a graph stopped without a question, and continuing it."""
