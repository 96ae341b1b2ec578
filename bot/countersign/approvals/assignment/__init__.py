"""Who has an approval in hand: whom it waits for, who looks at it, who stands in for whoever is away."""
