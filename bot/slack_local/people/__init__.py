"""Simulated people: what they see, write, press, submit and type; `person.Person` is all of it."""
