"""How graphs are started: what their input and context look like, and what people are asked for."""
