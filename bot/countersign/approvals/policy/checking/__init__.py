"""For operators: what may be wrong with a policy that can be read, and which rule an action has."""
