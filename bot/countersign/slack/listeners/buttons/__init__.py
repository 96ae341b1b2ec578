"""Clicks on the buttons of cards and notices."""
