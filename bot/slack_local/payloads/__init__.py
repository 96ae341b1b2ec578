"""What goes over the wire, shaped as Slack documents it: events, interactions, serialised objects."""
