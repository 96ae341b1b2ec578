"""Block Kit: builders for the blocks that the bot sends, and escaping of the text in them."""
