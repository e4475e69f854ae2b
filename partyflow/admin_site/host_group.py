"""Hosts: staff who may manage the rooms they made, their own word packs, presets and results, and nothing else."""

from typing import Any, Final

GROUP: Final = "Hosts"

PERMISSIONS: Final = {
    "liveroom": ("view", "control"),
    "wordpack": ("view", "add", "change", "delete"),
    "word": ("view", "add", "change", "delete"),
    "wordreport": ("view", "delete"),
    "roompreset": ("view", "change", "delete"),
    "gameresult": ("view", "delete"),
}


def get_or_create_group(groups: Any, permissions: Any) -> Any:
    """The group with its permissions, made if it is not there; the models are those of now or of a migration."""
    group, _is_new = groups.objects.get_or_create(name=GROUP)
    names = [f"{action}_{model}" for model, actions in PERMISSIONS.items() for action in actions]
    group.permissions.add(*permissions.objects.filter(codename__in=names))
    return group
