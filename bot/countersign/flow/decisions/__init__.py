"""How people decide: by button, form or reply, checked in full and saved once."""
