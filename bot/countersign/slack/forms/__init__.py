"""Forms: a form of the interrupts room as a Slack modal, and a submitted modal as the form's raw values."""
