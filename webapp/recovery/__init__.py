"""Backup and restore: database, pictures and secret as one file that proves itself."""
