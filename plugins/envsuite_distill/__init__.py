"""Behaviour distillation: a few state-action pairs by whose imitation an agent learns a task."""
