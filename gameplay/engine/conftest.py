"""Hypothesis profiles of the engine's tests; ``HYPOTHESIS_PROFILE=thorough`` runs forty times as many examples."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "usual", max_examples=50, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("usual"), max_examples=2_000, stateful_step_count=120)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))
