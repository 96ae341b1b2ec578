"""The payload on a card: values, descriptions, and what an edit changed."""
