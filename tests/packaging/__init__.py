"""Installing: lock files, make targets, the wheel."""
