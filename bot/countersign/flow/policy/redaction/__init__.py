"""What rules redact: where it is in a request, the request without it, and a log without it."""
