"""JSON Schema: validates answers within a time limit and says in plain words what is wrong."""
