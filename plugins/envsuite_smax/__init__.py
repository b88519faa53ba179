"""SMAX: decentralised combat between two squads."""
