"""Runs ordering's migrations; the kit does the work."""

from services.kit.migrations import run_from_alembic

run_from_alembic()
