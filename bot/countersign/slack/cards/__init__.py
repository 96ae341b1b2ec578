"""Cards: an approval rendered as a Slack message, and the references that its buttons carry."""
