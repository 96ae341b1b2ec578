"""Installing the app by OAuth: its pages, what an installation is made from, and token rotation."""
