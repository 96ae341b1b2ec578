"""Forms: how they open and what is sent with them."""
