"""Records what people do on the pages, and writes it as a test and as a script."""
