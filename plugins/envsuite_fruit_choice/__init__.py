"""Stochastic fruit choice: an apple or a banana, one of which is worth nothing today."""
