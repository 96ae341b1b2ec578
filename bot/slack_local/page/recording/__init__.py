"""What people did at the pages, written down as a test and as a script that do it again."""
