"""Table rows and JSON columns as values of the flow and the domain, and back."""
