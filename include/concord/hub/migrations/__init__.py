"""Migrations of the fixed tables; run by `concord.hub.migrate`."""
