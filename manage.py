#!/usr/bin/env python
"""Django's command line for Basketwise."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Basketwise cannot start: {error}")
    except KeyboardInterrupt:
        sys.exit("")


if __name__ == "__main__":
    main()
