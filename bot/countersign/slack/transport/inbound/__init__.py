"""What comes from Slack: Socket Mode and HTTP, signatures, deduplication, and payloads that are refused."""
