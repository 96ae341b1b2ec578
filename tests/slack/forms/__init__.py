"""Forms as modals, and shortcuts that open one."""
