"""The compiled loops of learned worlds."""
