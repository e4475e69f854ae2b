"""The group Hosts: staff who manage only their own rooms, word packs, presets and results."""

from typing import Any, Final

GROUP_NAME: Final = "Hosts"

PERMISSIONS: Final = {
    "liveroom": ("view", "control"),
    "wordpack": ("view", "add", "change", "delete"),
    "word": ("view", "add", "change", "delete"),
    "wordreport": ("view", "delete"),
    "roompreset": ("view", "change", "delete"),
    "gameresult": ("view", "delete"),
}


def get_or_create_group(groups: Any, permissions: Any) -> Any:
    """The group with its permissions, created if it is missing; the models may be those of a migration."""
    group, _is_new = groups.objects.get_or_create(name=GROUP_NAME)
    names = [f"{action}_{model}" for model, actions in PERMISSIONS.items() for action in actions]
    group.permissions.add(*permissions.objects.filter(codename__in=names))
    return group
