"""The workspace as text for a terminal: blocks, mrkdwn, a printed transcript."""
