"""Routes, schedules, rounds, scans."""
