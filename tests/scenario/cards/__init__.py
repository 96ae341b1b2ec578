"""What people see on cards, and decide there."""
