"""The workspace's web page: who may use it, what it shows a person, what it lets them do."""
