"""The app's manifest, and the table of scopes, events, methods and commands that it is made from."""
