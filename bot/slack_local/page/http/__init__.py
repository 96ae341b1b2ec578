"""The web side of the page: its routes, its files, and who gets in."""
