"""Runs this room's migrations."""

from services.kit.migrations import run_from_alembic

run_from_alembic()
