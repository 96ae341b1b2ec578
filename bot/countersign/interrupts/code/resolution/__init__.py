"""From the evidence that was found to the shape that an answer must have."""
