#!/usr/bin/env python
"""PartyFlow's command line. Written so that an old Python can still read it and say that it is too old."""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit("partyflow: Python 3.11 or newer is needed, this is {}.{}".format(*sys.version_info))


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partyflow.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from partyflow.config.options import apply_options

    if sys.argv[1:2] == ["serve"]:
        apply_options(sys.argv[2:])
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit("partyflow: {}".format(error))


if __name__ == "__main__":
    main()
