"""Who asked, who decides, and how they voted, as lines of a card."""
