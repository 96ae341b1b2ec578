"""What evaluation works on: values, slots of an answer, scopes, modules and their names."""
