"""Workspaces in PostgreSQL: who installed the app, who removed it, and where there is something to do."""
