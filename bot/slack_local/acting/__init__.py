"""What a person does at their screen, one file per kind of act; `people.Person` is all of them."""
