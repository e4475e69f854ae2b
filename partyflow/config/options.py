"""Options of `manage.py serve`: each is an environment variable said on the command line."""

import argparse
import os

OPTIONS = {
    "--port": ("PORT", "port to listen on (8000)"),
    "--bind": ("BIND", "address to listen on (0.0.0.0: every interface)"),
    "--public-url": ("PUBLIC_URL", "the address that phones open, such as https://play.example"),
    "--worker": ("WORKER_ID", "this worker's name, the same after a restart (host name and port)"),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    for option, (variable, text) in OPTIONS.items():
        parser.add_argument(option, dest=variable, help=f"{text}; or {variable} in the environment")


def apply_options(arguments: list[str]) -> None:
    """Put the options among `arguments` into the environment. Has to run before the settings are read."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    add_options(parser)
    said, _ = parser.parse_known_args(arguments)
    os.environ.update({variable: value for variable, value in vars(said).items() if value is not None})
