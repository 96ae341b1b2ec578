"""The Web API's methods, one file per family, and the registry of them all."""
