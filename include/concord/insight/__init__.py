"""Figures over the golden model and the books: how things stand now, and KPIs.

Each figure is one set-based statement under `sql`; its first line says what it counts.
"""
