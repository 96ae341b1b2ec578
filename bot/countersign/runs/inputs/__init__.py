"""Starting graphs: the schemas of their input and context, and the forms that ask for them."""
