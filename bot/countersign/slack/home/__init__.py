"""A person's inbox of approvals, as the Home tab and the answer to `/approvals` show it."""
