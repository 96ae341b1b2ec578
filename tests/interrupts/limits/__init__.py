"""How large a question may be, and how long judging an answer may take."""
