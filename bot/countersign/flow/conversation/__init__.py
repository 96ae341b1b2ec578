"""What people do with a conversation as a whole: stop what runs in it, begin it anew, queue behind it."""
