"""What a graph asks about, as a card shows it: values, descriptions and what an edit changed."""
