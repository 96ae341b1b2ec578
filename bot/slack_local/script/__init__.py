"""The script language: who does what in the workspace, and what is expected of it."""
