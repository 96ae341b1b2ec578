"""The votes on an approval: who may give one, whose counted, and deciding alone with `break_glass`."""
