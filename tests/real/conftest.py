"""The real data's fixtures."""

from retail_files import daily_files, real_data

__all__ = ["daily_files", "real_data"]
