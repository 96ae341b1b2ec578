"""The buttons of a card: which an approval offers, and what each carries."""
