"""Following an answer through the syntax trees of functions, without running any of it."""
