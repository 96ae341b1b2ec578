"""How cards are rendered."""
