"""Certify: after a full run, proof that it was complete and that the totals tie, kept in a chain."""
