"""Deep deterministic policy gradient, Lillicrap et al., arXiv:1509.02971."""

from __future__ import annotations

from dataclasses import dataclass

from envsuite_agents.td3 import TD3


@dataclass(frozen=True)
class DDPG(TD3):
    """Learns a policy without chance, by the gradient of one critic of its actions.

    TD3 without what that adds: one critic, no delay, no noise in what is judged. With its
    defaults, Stable-Baselines3's DDPG, which explores by its first random steps alone; the paper
    adds noise, which is the setting `action_noise`.
    """

    critics: int = 1
    policy_delay: int = 1
    smoothing: bool = False
