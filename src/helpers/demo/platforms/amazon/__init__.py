"""Amazon's files, one module per kind of report; ``marketplaces`` knows how each site writes."""
