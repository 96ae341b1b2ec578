"""What a policy file says, through Slack's wire: keys, the clock, delegation, grants, evidence."""
