"""Command-line options of `manage.py serve`; each sets an environment variable."""

import argparse
import os

OPTIONS = {
    "--port": ("PORT", "port to listen on (8000)"),
    "--bind": ("BIND", "address to listen on (0.0.0.0: every interface)"),
    "--public-url": ("PUBLIC_URL", "the address that phones open, such as https://play.example"),
    "--worker": ("WORKER_ID", "this worker's name, the same after a restart (host name and port)"),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to ``parser``."""
    for option, (variable, text) in OPTIONS.items():
        parser.add_argument(option, dest=variable, help=f"{text}; or {variable} in the environment")


def apply_options(arguments: list[str]) -> None:
    """Set the environment variables of the options in ``arguments``; to be called before the settings are loaded."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    add_options(parser)
    given, _ = parser.parse_known_args(arguments)
    os.environ.update({variable: value for variable, value in vars(given).items() if value is not None})
