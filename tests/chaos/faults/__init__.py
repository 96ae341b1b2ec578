"""What is done to bots and to what they stand on: kills at a point, lost packets, a full disk."""
