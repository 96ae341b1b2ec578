"""How a payload is shown: every character visible, nothing left out, edits as a diff."""
