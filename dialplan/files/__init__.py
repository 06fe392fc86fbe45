"""The files of a configuration: one module for each, which reads it into the model."""
