"""Overcooked: two cooks make onion soup in a narrow kitchen."""
