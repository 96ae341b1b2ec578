"""What the dialects build: a review request, its fields and the forms of its answers."""
