"""Certify: proof, after a full run, that it was complete and that the totals tie; in a chain."""
