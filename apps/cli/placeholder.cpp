// Replaced by the command-line layer.
