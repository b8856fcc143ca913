"""The database: tables and migrations, nothing else."""
