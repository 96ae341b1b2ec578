"""What operators see from outside: metrics, log lines and traces of what the bot does. Never contents."""
