"""Static breakpoints and NodeInterrupt: where a graph stopped without a question, and how it goes on."""
