"""The manifest, its permissions, and the installation's pages."""
