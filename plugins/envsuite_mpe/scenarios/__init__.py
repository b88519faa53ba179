"""One file a scenario: who takes part, what they see, what they earn."""
