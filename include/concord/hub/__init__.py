"""The hub database: connections, migrations, audit, statements kept in files."""
