"""What to set each variable to: advice for one that is missing or not valid."""

EXPECTED = {
    "SLACK_BOT_TOKEN": (
        "the bot token, which begins with xoxb-: in your Slack app's settings under “OAuth & Permissions”"
    ),
    "SLACK_APP_TOKEN": (
        "an app-level token with the scope connections:write, which begins with xapp-: in your Slack app's "
        "settings under “Basic Information”. Without it the bot serves HTTP"
    ),
    "SLACK_SIGNING_SECRET": "the signing secret: in your Slack app's settings under “Basic Information”",
    "SLACK_CLIENT_ID": "the client ID: in your Slack app's settings under “Basic Information”",
    "SLACK_CLIENT_SECRET": "the client secret: in your Slack app's settings under “Basic Information”",
    "PUBLIC_URL": "the address at which browsers and Slack reach this bot, such as https://bot.example.com",
    "INSTALL_WORKSPACES": (
        "the IDs of the workspaces or organizations that may install the app, separated by commas; * for all"
    ),
    "SLACK_API_URL": "the address of Slack's Web API, such as https://slack.com/api/",
    "DATABASE_URL": "postgresql://user:password@host:5432/database; leave it out for an embedded PostgreSQL",
    "DATABASE_PASSWORD_COMMAND": "a command that prints the password for DATABASE_URL; no shell runs it",
    "TRACE_URL": "a URL with {trace_id}, {thread_id} or {approval_id} in it",
    "WORKER_PORT": "a port number from 0 to 65535; leave it out, and a worker has no HTTP server",
    "PORT": "a port number from 0 to 65535",
    "CONCURRENCY": "how many threads one worker runs at once, from 1 to 200",
    "RUNS_PER_PERSON": "how many threads of one person run at once; 0 leaves it to their fair share",
    "RUNS_PER_CHANNEL": "how many threads of one channel run at once; 0 leaves it to its fair share",
    "RUNS_PER_WORKSPACE": "how many threads of one workspace run at once; 0 leaves it to its fair share",
    "RETENTION": "for how many days a thread at rest is kept; 0 keeps all",
    "LOG_FORMAT": "text or json",
    "REPLIES": "on or off",
    "BOT_LANGUAGE": "the language of cards and notes: en or ko",
    "STREAMING": "auto or off",
    "FILES": "auto, off, or some of text, images and pdf with commas between",
    "AGENT_SURFACE": "auto, on or off",
    "START": "members, guests or everyone",
    "LEDGER_KEY": "a random text of at least 16 characters that the database does not hold",
    "ENCRYPTION_KEY": (
        "32 random bytes in base64, such as `openssl rand -base64 32` prints; behind them, separated by "
        "commas, the keys that they replace"
    ),
    "LEDGER_ANCHOR_EVERY": "how many seconds lie between two anchors, 1 or more",
    "SHUTDOWN_GRACE": "how many seconds running steps have to end after SIGTERM",
}
