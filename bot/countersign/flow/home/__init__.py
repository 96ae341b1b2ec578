"""A person's inbox of approvals: what is in it, and the Home tab that shows it and follows it."""
