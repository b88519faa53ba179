"""The package that `envsuite plugins new` writes."""
