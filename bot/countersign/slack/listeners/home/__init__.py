"""The Home tab, and the answer to `/approvals`: opening them, turning their pages."""
