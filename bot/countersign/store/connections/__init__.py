"""Opening the database: connection pools, their watchdog, and locks that a session holds."""
