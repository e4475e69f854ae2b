"""Loaders of Django's templates."""

DIRECTORIES = "django.template.loaders.filesystem.Loader"
APPLICATIONS = "django.template.loaders.app_directories.Loader"
CACHED = "django.template.loaders.cached.Loader"


def template_loaders(is_cached: bool) -> list[object]:
    """The setting ``loaders``: templates are compiled once, or read anew for every page."""
    loaders: list[object] = [DIRECTORIES, APPLICATIONS]
    return [(CACHED, loaders)] if is_cached else loaders
