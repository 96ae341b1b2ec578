"""HTTP: health, readiness and metrics, the inspection API, and the route that Slack calls."""
