"""What votes come to under a rule: who may vote, who fills which seat, what is still needed."""
