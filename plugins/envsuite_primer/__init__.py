"""Five tiny games, one of each kind: the suite's examples and the models for your own."""
