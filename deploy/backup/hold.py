"""Marks rows as restored that came back by other means than ours, before any process of Casella sees them.

For a provider's own PostgreSQL: point-in-time recovery, a snapshot of the disk, `pg_restore` by hand.
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime

import asyncpg

from deploy.backup.dump import without_password
from deploy.backup.restore import hold
from deploy.local.failure import LaunchError


def main() -> int:
    """Marks every schema; an exit code as `casella --help` tells them, with one sentence that says why."""
    parser = argparse.ArgumentParser(prog="python -m deploy.backup.hold", description="Mark rows as restored.")
    parser.add_argument("database", help="postgresql://role@host:port/database, of a role that writes all schemas")
    try:
        asyncio.run(hold(without_password(parser.parse_args().database), datetime.now(UTC)))
    except LaunchError as error:
        print(f"casella: {error}", file=sys.stderr)
        return error.exit_code
    except (asyncpg.PostgresError, OSError) as error:
        print(f"casella: the database cannot be marked ({error}). No process may start on it.", file=sys.stderr)
        return 1
    print("Marked as restored: services that start on it stand still until `casella recover end`.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
