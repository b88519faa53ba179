"""Overcooked v2: cooks make soups to a recipe that not all of them may know."""
