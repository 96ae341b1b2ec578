"""The domain: an approval, the decisions people make on it, and who may make them. No I/O."""
