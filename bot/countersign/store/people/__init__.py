"""What is stored about one person: all of it for them, or none of it any more."""
