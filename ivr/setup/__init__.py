"""The virtual environment: made before anything is installed, so by the standard library alone."""
