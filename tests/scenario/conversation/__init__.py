"""What people and agents say to each other in threads, the Home tab and commands."""
